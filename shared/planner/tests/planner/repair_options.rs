//! The options to repair a task's security groups, and what holds those back that replace tasks.

use std::collections::BTreeSet;
use std::time::Duration;

use insta::assert_snapshot;
use model::ecs::{AwsvpcConfiguration, Deployment, ServiceLoadBalancer, TaskStatus};
use model::finding::{Finding, Resources, Severity};
use model::id::SecurityGroupId;
use model::ledger::{Limited, Refusable, Refusal, ServiceUpdate, TaskStop, Window};
use model::observation::{All, Answer, Question};
use model::repair::{GroupChange, Proposal, Repair};
use planner::{Decision, MAX_REFUSALS};

use crate::entities::{a_security_group, an_interface};
use crate::faults::fault;
use crate::names::{cluster, service, task};
use crate::story::{Story, account, now, seconds_ago};

const ALL: &str = r#"
[security_groups]
mode = "repair"
repair_with = ["modify-network-interface", "update-service", "stop-task"]
max_interface_changes = 2
"#;

fn group(id: &str) -> SecurityGroupId {
    id.parse().expect("a group's id")
}

fn change() -> GroupChange {
    GroupChange::between(&BTreeSet::from([group("sg-1")]), BTreeSet::from([group("sg-1"), group("sg-2")]))
}

fn modify(n: u8) -> Proposal {
    Proposal::sound(Repair::ModifyNetworkInterface {
        network_interface: format!("eni-{n}").parse().expect("an id"),
        security_groups: change(),
        task: task(n),
        cluster: cluster(),
        service: Some(service("web")),
        launch_type: Some("FARGATE".to_owned()),
    })
}

fn update(name: &str) -> Proposal {
    Proposal::sound(Repair::UpdateService {
        service: service(name),
        security_groups: change(),
        subnets: vec![],
        assign_public_ip: None,
    })
}

fn force(name: &str) -> Proposal {
    let deployment = format!("ecs-svc/{name}").parse().expect("an id");
    Proposal::sound(Repair::ForceNewDeployment { service: service(name), security_groups: change(), deployment })
}

fn stop(n: u8) -> Proposal {
    Proposal::sound(Repair::StopTask { task: task(n), cluster: cluster(), service: Some(service("web")) })
}

/// Task `n` lacks a group.
fn lacking(n: u8, repairs: Vec<Proposal>) -> Finding {
    let resources = Resources { task: Some(task(n)), ..Resources::default() };
    let summary = format!("task {n} lacks sg-2");
    Finding { resources, summary, ..fault("security-group-missing", Severity::High, n, repairs) }
}

fn deployment(name: &str) -> Deployment {
    let id = format!("ecs-svc/{name}").parse().expect("an id");
    Deployment { desired_count: 10, running_count: 10, ..fixtures::deployment(id) }
}

/// Nothing was done about security groups before.
fn untouched() -> Story {
    let mut story = account().with_policy(ALL);
    let seen = &mut story.observation;
    for of in [Refusable::Interfaces(Some("FARGATE".to_owned())), Refusable::Services, Refusable::Tasks] {
        seen.ledger.refusals.insert(of, Answer::Known(vec![]));
    }
    for limited in [Limited::InterfaceChanges, Limited::ServiceUpdates, Limited::TaskStops(Some(service("web")))] {
        seen.ledger.window.insert(limited, Answer::Absent);
    }
    seen.ledger.latest_update.insert(All, Answer::Absent);
    for id in ["sg-1", "sg-2"] {
        seen.aws.security_group.insert(group(id), Answer::Known(a_security_group(id)));
    }
    for n in 0..=20 {
        let id = format!("eni-{n}");
        seen.aws.interface.insert(id.parse().expect("an id"), Answer::Known(an_interface(&id)));
    }
    for name in ["web", "api"] {
        seen.ledger.service_update.insert(service(name), Answer::Absent);
        seen.ledger.task_stop.insert(service(name), Answer::Absent);
        let Some(Answer::Known(found)) = seen.aws.service.get_mut(&service(name)) else { panic!("no service") };
        found.deployments = vec![deployment(name)];
        let groups = vec![group("sg-1")];
        found.network = Some(AwsvpcConfiguration { subnets: vec![], security_groups: groups, assign_public_ip: None });
    }
    story
}

fn confirmed(finding: Finding) -> Story {
    untouched().finds([finding]).first_seen(60)
}

fn refuse(story: &mut Story, of: Refusable, resources: &[&str], code: &str, seconds: u64) {
    let refusals = resources.iter().map(|resource| Refusal {
        resource: (*resource).to_owned(),
        code: code.to_owned(),
        message: "no".to_owned(),
        at: seconds_ago(seconds),
        expires_at: now() + Duration::from_hours(48),
    });
    story.observation.ledger.refusals.insert(of, Answer::Known(refusals.collect()));
}

fn fargate() -> Refusable {
    Refusable::Interfaces(Some("FARGATE".to_owned()))
}

fn every_option() -> Vec<Proposal> {
    vec![modify(1), update("web"), stop(1)]
}

#[test]
fn the_first_option_is_used_and_the_others_wait_for_its_refusal() {
    assert_snapshot!(confirmed(lacking(1, every_option())).plan(), @r"
    high security-group-missing: task 1 lacks sg-2
      on interface eni-1 add sg-2: now
      in the network configuration of prod/web add sg-2: withheld: only where modify-network-interface is refused
      stop task task-1, so that prod/web starts another: withheld: only where modify-network-interface is refused
    ");
}

#[test]
fn by_default_no_service_is_updated_and_no_task_stopped() {
    let mut story = confirmed(lacking(1, every_option())).with_policy("security_groups.mode = \"repair\"");
    refuse(&mut story, fargate(), &["eni-1"], "OperationNotPermitted", 5);
    assert_snapshot!(story.plan(), @r#"
    high security-group-missing: task 1 lacks sg-2
      on interface eni-1 add sg-2: refused (OperationNotPermitted): AWS refused it at 2026-03-01T11:59:55Z: no
      in the network configuration of prod/web add sg-2: withheld: the policy doesn't allow it: add "update-service" to security_groups.repair_with
      stop task task-1, so that prod/web starts another: withheld: the policy doesn't allow it: add "stop-task" to security_groups.repair_with
    "#);
}

#[test]
fn what_was_refused_is_not_tried_again_and_the_next_option_is() {
    let mut story = confirmed(lacking(1, every_option()));
    refuse(&mut story, fargate(), &["eni-1"], "AuthFailure", 5);
    assert_eq!(story.decisions()[1], Decision::DoNow);
    refuse(&mut story, Refusable::Services, &[&format!("{}/web", cluster())], "InvalidParameterException", 5);
    assert_eq!(story.decisions()[2], Decision::DoNow);
}

#[test]
fn after_an_objection_the_next_option_is_tried_too() {
    let objected = Proposal::withheld(modify(1).repair, "it has as many groups as it may");
    let story = confirmed(lacking(1, vec![objected, update("web"), stop(1)]));
    assert_eq!(story.decisions()[1..2], [Decision::DoNow]);
}

#[test]
fn after_several_refusals_no_other_interface_of_that_launch_type_is_tried_for_a_day() {
    let others = ["eni-7", "eni-8", "eni-9"];
    assert_eq!(others.len(), MAX_REFUSALS);
    let refused = |resources: &[&str], code: &str, seconds| {
        let mut story = confirmed(lacking(1, vec![modify(1)]));
        refuse(&mut story, fargate(), resources, code, seconds);
        matches!(story.decision(), Decision::Refused { .. })
    };
    let day = 24 * 60 * 60;
    assert!(refused(&others, "AuthFailure", 60));
    assert!(!refused(&others[1..], "AuthFailure", 60));
    assert!(refused(&others, "AuthFailure", day - 1));
    assert!(!refused(&others, "AuthFailure", day));
    assert!(!refused(&others, "SecurityGroupsPerInterfaceLimitExceeded", 60), "that is about those interfaces");
}

#[test]
fn what_iam_denies_says_nothing_of_other_interfaces_of_that_launch_type() {
    let others = ["eni-7", "eni-8", "eni-9", "eni-10"];
    for code in ["UnauthorizedOperation", "AccessDenied", "AccessDeniedException"] {
        let mut story = confirmed(lacking(1, vec![modify(1)]));
        refuse(&mut story, fargate(), &others, code, 60);
        assert_eq!(story.decision(), Decision::DoNow, "{code} of other interfaces");
        refuse(&mut story, fargate(), &["eni-1"], code, 60);
        assert!(matches!(story.decision(), Decision::Refused { .. }), "{code} of this one");
    }
    let mut story = confirmed(lacking(1, vec![modify(1)]));
    refuse(&mut story, fargate(), &others, "OperationNotPermitted", 60);
    assert!(matches!(story.decision(), Decision::Refused { .. }), "that is AWS's own word");
}

#[test]
fn after_an_option_over_its_limit_the_next_is_not_tried() {
    let mut story = confirmed(lacking(1, every_option()));
    let full = Window { opened_at: seconds_ago(60), whole: 0, changes: 2 };
    story.observation.ledger.window.insert(Limited::InterfaceChanges, Answer::Known(full));
    assert_snapshot!(story.plan(), @r"
    high security-group-missing: task 1 lacks sg-2
      on interface eni-1 add sg-2: withheld: the limit is reached: 2 interfaces changed (max_interface_changes) until the window ends at 2026-03-01T12:09:00Z
      in the network configuration of prod/web add sg-2: withheld: only where modify-network-interface is refused
      stop task task-1, so that prod/web starts another: withheld: only where modify-network-interface is refused
    ");
}

#[test]
fn one_update_for_many_tasks_counts_once() {
    let story = untouched().finds((1..=5).map(|n| lacking(n, vec![update("web")]))).first_seen(60);
    assert!(story.decisions().iter().all(|decision| *decision == Decision::DoNow));
}

fn an_update(name: &str, seconds: u64) -> ServiceUpdate {
    ServiceUpdate {
        service: service(name),
        at: seconds_ago(seconds),
        added: BTreeSet::from([group("sg-2")]),
        removed: BTreeSet::new(),
        deployment: None,
        confirmed: true,
    }
}

#[test]
fn one_service_at_a_time() {
    let after = |name: &str, seconds, running| {
        let mut story = confirmed(lacking(1, vec![update("web")]));
        story.observation.ledger.latest_update.insert(All, Answer::Known(an_update(name, seconds)));
        let Some(Answer::Known(api)) = story.observation.aws.service.get_mut(&service("api")) else { panic!("no api") };
        (api.desired_count, api.running_count) = (2, running);
        story.decision()
    };
    assert!(matches!(after("api", 60, 2), Decision::Withheld { .. }), "it may not show yet");
    assert_eq!(after("api", 600, 2), Decision::DoNow);
    assert_snapshot!(after("api", 600, 1), @"withheld: prod/api was updated at 2026-03-01T11:50:00Z and isn't steady yet");
}

#[test]
fn a_forced_deployment_waits_for_its_turn_as_an_update_does() {
    let after = |name: &str, seconds, running| {
        let mut story = confirmed(lacking(1, vec![force("web")]));
        story.observation.ledger.latest_update.insert(All, Answer::Known(an_update(name, seconds)));
        let Some(Answer::Known(api)) = story.observation.aws.service.get_mut(&service("api")) else { panic!("no api") };
        (api.desired_count, api.running_count) = (2, running);
        story.decision()
    };
    assert!(matches!(after("api", 60, 2), Decision::Withheld { .. }), "it may not show yet");
    assert_eq!(after("api", 600, 2), Decision::DoNow);
    assert_snapshot!(after("api", 600, 1), @"withheld: prod/api was updated at 2026-03-01T11:50:00Z and isn't steady yet");
}

#[test]
fn a_deployment_is_never_forced_a_second_time_for_the_same_groups() {
    let mut story = confirmed(lacking(1, vec![force("web")]));
    assert_eq!(story.decision(), Decision::DoNow);
    story.observation.ledger.service_update.insert(service("web"), Answer::Known(an_update("web", 86_400)));
    assert_snapshot!(story.reason(), @"prod/web was given its groups at 2026-02-28T12:00:00Z, and a task is without them again: find out what changes its interface");
    let other = ServiceUpdate { added: BTreeSet::from([group("sg-1")]), ..an_update("web", 86_400) };
    story.observation.ledger.service_update.insert(service("web"), Answer::Known(other));
    assert_eq!(story.decision(), Decision::DoNow, "for another group it is");
}

#[test]
fn a_deployment_is_forced_only_where_the_policy_allows_updates_and_within_their_limit() {
    let only = "[security_groups]\nmode = \"repair\"\nrepair_with = [\"stop-task\"]\n";
    assert!(confirmed(lacking(1, vec![force("web")])).with_policy(only).reason().contains("add \"update-service\""));
    let mut story = confirmed(lacking(1, vec![force("web")]));
    let full = Window { opened_at: seconds_ago(60), whole: 0, changes: 1 };
    story.observation.ledger.window.insert(Limited::ServiceUpdates, Answer::Known(full));
    assert!(story.reason().contains("max_updates"), "{}", story.reason());
}

#[test]
fn never_again_after_something_put_it_back() {
    let mut story = confirmed(lacking(1, vec![update("web"), stop(1)]));
    story.observation.ledger.service_update.insert(service("web"), Answer::Known(an_update("web", 86_400)));
    assert_snapshot!(story.decisions()[0], @"withheld: prod/web was given its groups at 2026-02-28T12:00:00Z, and something put the old ones back: change it where the service is declared");
    let other = ServiceUpdate { added: BTreeSet::from([group("sg-1")]), ..an_update("web", 86_400) };
    story.observation.ledger.service_update.insert(service("web"), Answer::Known(other));
    assert_eq!(story.decisions()[0], Decision::DoNow, "another group is required since");
}

#[test]
fn an_update_that_was_cut_off_before_it_was_sent_is_made_again() {
    let mut story = confirmed(lacking(1, vec![update("web")]));
    let Some(Answer::Known(web)) = story.observation.aws.service.get(&service("web")) else { panic!("no web") };
    let deployment = web.primary_deployment().map(|primary| primary.id.clone());
    let cut_off = ServiceUpdate { confirmed: false, deployment, ..an_update("web", 600) };
    story.observation.ledger.service_update.insert(service("web"), Answer::Known(cut_off.clone()));
    assert_eq!(story.decision(), Decision::DoNow);
    let deployed_since = ServiceUpdate { deployment: Some("ecs-svc/9".parse().expect("an id")), ..cut_off };
    story.observation.ledger.service_update.insert(service("web"), Answer::Known(deployed_since));
    assert!(matches!(story.decision(), Decision::Withheld { .. }));
}

#[test]
fn a_task_started_after_the_last_stop_is_not_stopped_for_the_same_fault() {
    let with = |seconds: u64, started: u64| {
        let mut story = confirmed(lacking(1, vec![stop(1)]));
        let last = TaskStop { service: service("web"), task: task(2), at: seconds_ago(seconds) };
        story.observation.ledger.task_stop.insert(service("web"), Answer::Known(last));
        let Some(Answer::Known(one)) = story.observation.aws.task.get_mut(&task(1)) else { panic!("no task") };
        one.started_at = Some(seconds_ago(started));
        story.observation.aws.task.insert(task(2), Answer::Absent);
        story
    };
    assert_eq!(with(600, 900).decision(), Decision::DoNow);
    assert_snapshot!(with(600, 300).reason(), @"it was started after task task-2 was stopped for the same fault at 2026-03-01T11:50:00Z: the next would have it too");
    assert_snapshot!(with(60, 900).reason(), @"task task-2 was stopped at 2026-03-01T11:59:00Z: another only once that has settled");
    let mut leaving = account().observation.aws.task[&task(2)].known().expect("a task").clone();
    leaving.desired_status = TaskStatus::Stopped;
    let mut story = with(600, 900);
    story.observation.aws.task.insert(task(2), Answer::Known(leaving.clone()));
    assert_snapshot!(story.reason(), @"task task-2, stopped at 2026-03-01T11:50:00Z, isn't gone yet");
    leaving.desired_status = TaskStatus::Running;
    let mut story = with(600, 300);
    story.observation.aws.task.insert(task(2), Answer::Known(leaving));
    assert_eq!(story.decision(), Decision::DoNow, "it was noted, and never stopped");
}

#[test]
fn what_the_ledger_can_not_tell_withholds() {
    for question in [Question::Refusals(fargate()), Question::Window(Limited::InterfaceChanges), Question::Pause] {
        let story = confirmed(lacking(1, vec![modify(1)])).before_reading(&question);
        assert!(matches!(story.decision(), Decision::Withheld { .. }), "{question:?}");
        assert!(story.questions().contains(&question));
    }
}

#[test]
fn a_held_cluster_holds_the_tasks_that_belong_to_no_service_too() {
    let mut alone = lacking(1, vec![modify(1)]);
    alone.users = vec![];
    let Repair::ModifyNetworkInterface { service, .. } = &mut alone.repairs[0].repair else { panic!("no interface") };
    *service = None;
    let story = confirmed(alone);
    assert_eq!(story.decision(), Decision::DoNow);
    for held in [Question::Cluster(cluster()), Question::Task { cluster: cluster(), task: task(1) }] {
        assert!(story.clone().holding(&held, "true").reason().contains("is held by its tag"), "{held:?}");
    }
}

#[test]
fn a_hold_on_anything_the_service_has_holds_its_tasks() {
    let mut story = confirmed(lacking(1, every_option()));
    let Some(Answer::Known(web)) = story.observation.aws.service.get_mut(&service("web")) else { panic!("no web") };
    let (alternate_target_group, container_name, container_port) = (None, None, None);
    let target_group = Some(crate::names::group("web"));
    web.load_balancers =
        vec![ServiceLoadBalancer { target_group, alternate_target_group, container_name, container_port }];
    assert_eq!(story.decisions()[0], Decision::DoNow);
    for holdable in crate::names::holdables(1) {
        let held = story.clone().holding(&holdable, "true");
        assert!(held.decisions().iter().all(|decision| matches!(decision, Decision::Withheld { .. })), "{holdable:?}");
    }
}

fn the_interface() -> Question {
    Question::Interface { id: "eni-1".parse().expect("an id"), subnet: None }
}

/// What ModifyNetworkInterfaceAttribute is authorized on.
#[test]
fn an_interface_is_left_alone_where_it_or_a_group_that_it_would_have_is_held() {
    let story = confirmed(lacking(1, every_option()));
    let modifies = |story: &Story| story.decisions()[0].clone();
    assert_eq!(modifies(&story), Decision::DoNow);
    for held in [the_interface(), Question::SecurityGroup(group("sg-1")), Question::SecurityGroup(group("sg-2"))] {
        let Decision::Withheld { reason } = modifies(&story.clone().holding(&held, "true")) else { panic!("{held:?}") };
        assert!(reason.contains("is held by its tag"), "{reason}");
        assert_eq!(modifies(&story.clone().holding(&held, "2026-01-01T00:00:00Z")), Decision::DoNow, "it is over");
        let Decision::Withheld { reason } = modifies(&story.clone().unable_to_read(&held)) else { panic!("{held:?}") };
        assert!(reason.contains("is held could not be read"), "{reason}");
    }
}

#[test]
fn a_hold_on_a_group_that_is_not_set_holds_nothing() {
    let mut story = confirmed(lacking(1, every_option()));
    story.observation.aws.security_group.insert(group("sg-3"), Answer::Known(a_security_group("sg-3")));
    assert_eq!(story.holding(&Question::SecurityGroup(group("sg-3")), "true").decisions()[0], Decision::DoNow);
    let story = confirmed(lacking(1, vec![stop(1)])).holding(&the_interface(), "true");
    assert_eq!(story.decision(), Decision::DoNow, "a stop changes no interface");
}
