//! `target-wrong-group`.

use insta::assert_snapshot;
use model::ecs::{DeploymentController, ServiceStatus, Strategy, TaskSetStatus};

use super::removals::healthy;
use crate::story::{Story, story};

fn two_task_sets() -> Story {
    let judged = story().group("blue").group("green").service("web").deployed_by(DeploymentController::CodeDeploy);
    judged
        .task_set("ecs-svc/blue", TaskSetStatus::Active, &[("blue", 8080)])
        .task_set("ecs-svc/green", TaskSetStatus::Primary, &[("green", 8080)])
        .task(1)
        .started_by("ecs-svc/blue")
        .registered_in("blue", 8080)
        .task(2)
        .started_by("ecs-svc/green")
        .registered_in("green", 8080)
}

#[test]
fn each_task_in_its_task_sets_group_is_right() {
    assert_eq!(two_task_sets().found(), "nothing");
}

#[test]
fn a_task_in_the_other_task_sets_group() {
    assert_snapshot!(two_task_sets().registered_in("blue", 8080).found(), @"
    medium target-wrong-group: Traffic of target group blue reaches the wrong task of prod/web: 10.0.1.2:8080 belongs to task t2, which serves through another target group
      about service web, task t2, group blue, 10.0.1.2:8080, eni-t2; under the policy for prod/web
    ");
}

#[test]
fn a_task_of_a_draining_task_set_or_of_none_is_not_judged() {
    let judged = two_task_sets().task(3).started_by("ecs-svc/gone").registered_in("blue", 8080);
    assert_eq!(judged.found(), "nothing");
    let judged =
        two_task_sets().task_set("ecs-svc/old", TaskSetStatus::Draining, &[]).task(3).started_by("ecs-svc/old");
    assert_eq!(judged.registered_in("green", 8080).found(), "nothing");
}

#[test]
fn a_native_strategys_task_in_the_group_that_rests() {
    let judged =
        story().group("blue").group("green").service("web").on("blue", 8080).shifting(Strategy::BlueGreen, "green");
    let judged = judged.revision("r7", &["green"]).task(1).registered_in("green", 8080).registered_in("blue", 8080);
    assert_snapshot!(judged.found(), @"
    medium target-wrong-group: Traffic of target group blue reaches the wrong task of prod/web: 10.0.1.1:8080 belongs to task t1, which serves through another target group
      about service web, task t1, group blue, 10.0.1.1:8080, eni-t1; under the policy for prod/web
    ");
}

#[test]
fn while_it_shifts_nothing_is_judged() {
    let judged =
        story().group("blue").group("green").service("web").on("blue", 8080).shifting(Strategy::Canary, "green");
    let judged = judged.revision("r7", &["green"]).whose(|service| service.has_current_deployment = true);
    assert_eq!(judged.task(1).registered_in("green", 8080).task(2).registered_in("blue", 8080).found(), "nothing");
}

#[test]
fn a_draining_services_tasks_serve_through_no_other_group() {
    for status in [ServiceStatus::Draining, ServiceStatus::Inactive] {
        let judged = healthy().whose(|service| service.status = status.clone());
        assert_eq!(judged.found(), "nothing", "{status}");
    }
}

/// A rolling change of load balancers is over, but a task still serves in the group that its service left.
#[test]
fn a_task_in_a_group_its_service_has_left() {
    let judged = story().group("old").group("web").service("web").on("web", 8080);
    let judged = judged.task(1).registered().task(9).registered().registered_in("old", 8080);
    assert_snapshot!(judged.recorded("old", "10.0.1.9:8080", 9).found(), @"
    medium target-wrong-group: Traffic of target group old still reaches prod/web, which no longer uses the target group: 10.0.1.9:8080 belongs to task t9
      about task t9, group old, 10.0.1.9:8080, eni-t9; under the policy for prod/web
      past_owner: the ledger saw it registered for task t9 at 2026-03-01T10:00:00Z
    ");
}

#[test]
fn while_the_change_is_under_way_it_may_belong_there() {
    let judged = story().group("old").group("web").service("web").on("web", 8080).rolling().task(1).registered();
    let judged =
        judged.task(9).started_by("ecs-svc/web-old").registered_in("old", 8080).recorded("old", "10.0.1.9:8080", 9);
    assert!(!judged.found().contains("target-wrong-group"));
    assert_eq!(judged.removals().len(), 0);
}
