//! `port-mismatch`.

use insta::assert_snapshot;
use model::ec2::PortRange;
use model::ecs::{NetworkMode, PortRangeMapping, ServiceStatus, TaskSetStatus};
use model::elb::{TargetState, TargetType};

use super::sound;
use super::steps::mapping;
use crate::story::Story;

/// With targets that nobody answers for.
fn judged(mut story: Story) -> String {
    story.account.health.values_mut().flatten().for_each(|one| one.state = TargetState::Unhealthy);
    story.judged_by(&["port-mismatch"]).found()
}

#[test]
fn a_port_that_something_answers_on_all_the_same() {
    let story = sound().mapping(vec![mapping(80, None, "tcp")]).judged_by(&["port-mismatch"]);
    assert!(
        story.found().starts_with(
            "low port-mismatch: prod/web serves target group web all the same, but container app of task definition web:7 doesn't \
             map port 8080"
        ),
        "{}",
        story.found()
    );
    assert!(judged(story.clone()).starts_with("high port-mismatch"), "the near miss: it fails its health checks");
    let findings = story.clone().look().judgement.findings;
    assert!(findings[0].fixes.is_empty() && findings[0].remedy.contains("Don't name another port"), "{findings:?}");
    let shared = story.service("api").on("web", 8080);
    assert!(!shared.found().contains("prod/web serves"), "whose target is healthy isn't known: {}", shared.found());
}

#[test]
fn a_port_that_the_container_does_not_map() {
    assert_snapshot!(judged(sound().mapping(vec![mapping(80, None, "tcp")])), @r#"
    high port-mismatch: prod/web can't serve target group web: container app of task definition web:7 doesn't map port 8080
      about service web, group web; under the policy for prod/web
      problems: ["container app of task definition web:7 doesn't map port 8080"]
      task_definition: arn:aws:ecs:eu-central-1:111122223333:task-definition/web:7
    "#);
}

#[test]
fn a_container_that_is_not_there() {
    let story = sound().whose(|service| service.load_balancers[0].container_name = Some("proxy".to_owned()));
    assert!(judged(story.clone()).contains("web:7 has no container proxy"), "{}", judged(story));
}

#[test]
fn a_port_that_another_container_maps() {
    let story = sound().with_container("proxy");
    let story = story.whose(|service| service.load_balancers[0].container_name = Some("proxy".to_owned()));
    assert!(
        judged(story.clone()).contains("container proxy of task definition web:7 doesn't map port 8080"),
        "{}",
        judged(story)
    );
}

#[test]
fn another_host_port() {
    let story = sound().mapping(vec![mapping(8080, Some(80), "tcp")]);
    assert!(judged(story.clone()).contains("maps port 8080 to host port 80"), "{}", judged(story));
}

#[test]
fn host_ports_that_are_the_same_or_none() {
    for host in [None, Some(0), Some(8080)] {
        assert_eq!(judged(sound().mapping(vec![mapping(8080, host, "tcp")])), "nothing", "{host:?}");
    }
}

#[test]
fn a_host_port_of_its_own_where_that_is_how_it_works() {
    let story = sound().of_type(TargetType::Instance).mapping(vec![mapping(8080, Some(32768), "tcp")]);
    assert_eq!(judged(story.defined(|definition| definition.network_mode = NetworkMode::Bridge)), "nothing");
}

#[test]
fn a_range_that_has_the_port() {
    let range = |from, to| PortRangeMapping { ports: PortRange { from, to }, protocol: "tcp".to_owned() };
    let story = |range| sound().mapping(vec![]).defined(|one| one.containers[0].port_ranges = vec![range]);
    assert_eq!(judged(story(range(8000, 8080))), "nothing");
    assert_ne!(judged(story(range(8000, 8079))), "nothing");
}

#[test]
fn two_entries_of_one_group_are_one_finding() {
    let story = sound().on("web", 9090).mapping(vec![mapping(80, None, "tcp")]);
    assert_eq!(judged(story.clone()).matches("high port-mismatch").count(), 1);
    assert!(judged(story).contains(
        r#"problems: ["container app of task definition web:7 doesn't map port 8080","container app of task definition web:7 doesn't map port 9090"]"#
    ));
}

#[test]
fn a_task_sets_own_definition_and_entries_count() {
    let story = |status| sound().by_task_set(status, &[("web", 9090)]);
    assert!(judged(story(TaskSetStatus::Primary)).contains("doesn't map port 9090"));
    assert_eq!(judged(story(TaskSetStatus::Draining)), "nothing");
}

#[test]
fn what_can_not_be_told_or_is_not_behind_a_network_load_balancer_is_left() {
    let wrong = || sound().mapping(vec![]);
    assert_eq!(judged(wrong().of_protocol("HTTP")), "nothing");
    assert_eq!(judged(wrong().whose(|service| service.status = ServiceStatus::Draining)), "nothing");
    assert_eq!(judged(wrong().whose(|service| service.load_balancers[0].container_port = None)), "nothing");
    assert_eq!(judged(wrong().whose(|service| service.load_balancers[0].container_name = None)), "nothing");
}
