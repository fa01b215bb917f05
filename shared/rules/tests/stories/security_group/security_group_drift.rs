//! `security-group-drift`.

use insta::assert_snapshot;
use model::ecs::{DeploymentController, DeploymentStatus, TaskSetStatus, TaskStatus};

use super::steps::with_groups;
use crate::story::Story;
use crate::{entities, names};

fn drifted() -> Story {
    with_groups().task(3).having(&["web", "base"]).judged_by(&["security-group-drift"])
}

#[test]
fn a_group_added_by_hand() {
    assert_snapshot!(drifted().found(), @r#"
    medium security-group-drift: Task t3 of prod/web has other security groups than its deployment declares, and the next task won't: its interface also has sg-base
      about service web, task t3, eni-t3, sg-web, sg-base; under the policy for prod/web
      declared: ["sg-web"]
      worn: ["sg-base","sg-web"]
    "#);
}

#[test]
fn a_group_taken_off_by_hand() {
    let judged = with_groups().declares(&["web", "base"]).task(1).having(&["web"]).judged_by(&["security-group-drift"]);
    assert_snapshot!(judged.found(), @r#"
    medium security-group-drift: Task t1 of prod/web has other security groups than its deployment declares, and the next task won't: its interface lacks sg-base
      about service web, task t1, eni-t1, sg-web; under the policy for prod/web
      declared: ["sg-base","sg-web"]
      worn: ["sg-web"]
    "#);
}

#[test]
fn tasks_have_what_is_declared_in_whatever_order() {
    let judged = with_groups().declares(&["web", "base"]).task(3).having(&["base", "web"]);
    assert_eq!(judged.judged_by(&["security-group-drift"]).found(), "nothing");
}

#[test]
fn what_the_policy_asks_for_is_no_drift() {
    let required = drifted().policy("security_groups.required = [\"name:base\"]");
    assert_eq!(required.found(), "nothing");
    let forbidden = with_groups().declares(&["web", "base"]).task(1).having(&["web"]).task(2).having(&["web"]);
    let forbidden = forbidden.policy("security_groups.forbidden = [\"name:base\"]");
    assert_eq!(forbidden.judged_by(&["security-group-drift"]).found(), "nothing");
}

#[test]
fn none_declared_means_the_default_group() {
    let judged = with_groups().declares(&[]).task(1).having(&["default"]).task(2).having(&["web"]);
    let found = judged.judged_by(&["security-group-drift"]).found();
    assert_snapshot!(found, @r#"
    medium security-group-drift: Task t2 of prod/web has other security groups than its deployment declares, and the next task won't: its interface lacks sg-default, also has sg-web
      about service web, task t2, eni-t2, sg-web; under the policy for prod/web
      declared: ["sg-default"]
      worn: ["sg-web"]
    "#);
}

#[test]
fn a_task_of_an_older_deployment_has_what_that_one_declared() {
    let judged = with_groups().rolling().whose(|service| {
        service.deployments[1].network = Some(entities::a_network());
        service.deployments[1].network.iter_mut().for_each(|network| {
            network.security_groups = vec![names::security_group("base")];
        });
    });
    let judged = judged.task(3).started_by("ecs-svc/web-old").judged_by(&["security-group-drift"]);
    assert_eq!(judged.found(), "nothing");
    assert!(judged.having(&["web"]).found().contains("its interface lacks sg-base, also has sg-web"));
}

#[test]
fn a_task_whose_deployment_is_over_is_not_judged() {
    assert_eq!(drifted().task(3).started_by("ecs-svc/long-gone").found(), "nothing");
}

#[test]
fn a_task_sets_task_has_what_the_set_declares() {
    let judged = with_groups().deployed_by(DeploymentController::CodeDeploy);
    let judged = judged.task_set("ecs-svc/blue", TaskSetStatus::Primary, &[("web", 8080)]).whose(|service| {
        service.task_sets[0].network.iter_mut().for_each(|network| {
            network.security_groups = vec![names::security_group("base")];
        });
    });
    let judged = judged.task(1).started_by("ecs-svc/blue").task(2).started_by("ecs-svc/blue");
    let judged = judged.judged_by(&["security-group-drift"]);
    assert_eq!(judged.found(), "nothing");
    assert!(judged.having(&["web"]).found().contains("task t2"));
}

#[test]
fn a_task_of_no_service_declares_nothing_that_can_be_read() {
    let judged = with_groups().standalone(3).having(&["base"]).judged_by(&["security-group-drift"]);
    assert_eq!(judged.found(), "nothing");
}

#[test]
fn a_task_on_its_way_out_is_not_judged() {
    assert_eq!(drifted().is(TaskStatus::Running, TaskStatus::Stopped).found(), "nothing");
    assert_eq!(drifted().stopped().found(), "nothing");
}

#[test]
fn one_that_is_not_running_yet_is_judged_as_soon_as_its_interface_is_attached() {
    assert!(drifted().is(TaskStatus::Provisioning, TaskStatus::Running).found().contains("security-group-drift"));
    let mut judged = drifted().is(TaskStatus::Provisioning, TaskStatus::Running);
    judged.the_task().interfaces[0].network_interface = None;
    assert_eq!(judged.found(), "nothing");
}

#[test]
fn one_event_judges_its_own_task_only() {
    let judged = with_groups().task(1).having(&["base"]).task(2).having(&["base"]).event();
    let found = judged.judged_by(&["security-group-drift"]).found();
    assert!(found.contains("task t2") && !found.contains("task t1"), "{found}");
}

#[test]
fn the_deployments_status_does_not_matter_to_what_it_declared() {
    let judged = with_groups().whose(|service| {
        service.deployments[0].status = DeploymentStatus::Other("NEW".to_owned());
        service.deployments[0].network.clone_from(&service.network);
    });
    assert!(judged.task(2).having(&["base"]).judged_by(&["security-group-drift"]).found().contains("task t2"));
}

#[test]
fn an_interface_that_vanished_is_told_and_the_others_are_judged() {
    let judged = drifted().task(1).vanished();
    let found = judged.found();
    assert!(found.contains("task t3") && found.contains("can't judge task t1: eni-t1"), "{found}");
    let judged = drifted().vanished().is(TaskStatus::Pending, TaskStatus::Running);
    assert_eq!(judged.found(), "nothing", "it may be on its way in or out");
}
