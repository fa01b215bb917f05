//! `target-group-empty`.

use insta::assert_snapshot;
use model::ecs::{ServiceEvent, ServiceStatus, StopCode, Strategy, TaskStatus};

use super::removals::healthy;
use crate::names;
use crate::story::{Story, story};

fn of_two_tasks() -> Story {
    story().group("web").service("web").on("web", 8080).task(1).task(2)
}

#[test]
fn nothing_is_registered() {
    assert_snapshot!(of_two_tasks().found(), @"
    high target-missing: Task t1 of prod/web gets no traffic: 10.0.1.1:8080 isn't registered in target group web
      about service web, task t1, group web, 10.0.1.1:8080, eni-t1; under the policy for prod/web
      started_at: 2026-03-01T11:00:00Z
      started_by: ecs-svc/web
      -> register 10.0.1.1:8080 in web
    critical target-group-empty: prod/web gets no traffic: target group web has no usable target, though 2 tasks are running
      about service web, group web; under the policy for prod/web
      live_tasks: 2
      registered_targets: 0
    high target-missing: Task t2 of prod/web gets no traffic: 10.0.1.2:8080 isn't registered in target group web
      about service web, task t2, group web, 10.0.1.2:8080, eni-t2; under the policy for prod/web
      started_at: 2026-03-01T11:00:00Z
      started_by: ecs-svc/web
      -> register 10.0.1.2:8080 in web
    ");
}

#[test]
fn everything_is_unhealthy() {
    let judged = of_two_tasks().registered().state("unhealthy", None).task(1).registered().state("unhealthy", None);
    assert_snapshot!(judged.found(), @r#"
    critical target-group-empty: prod/web gets no traffic: target group web has no usable target, though 2 tasks are running: the load balancer has failed open, and sends to targets that fail their health checks
      about service web, group web; under the policy for prod/web
      health_check: TCP on the traffic port
      live_tasks: 2
      registered_targets: 2
      states: {"unhealthy":2}
    "#);
}

#[test]
fn only_a_stale_target_looks_usable() {
    let judged = of_two_tasks().target("web", "10.0.1.9:8080").recorded("web", "10.0.1.9:8080", 9);
    assert!(judged.found().contains("target-group-empty"));
}

#[test]
fn one_target_on_its_way_is_enough() {
    for state in ["healthy", "initial", "unavailable"] {
        assert!(!of_two_tasks().registered().state(state, None).found().contains("target-group-empty"), "{state}");
    }
}

#[test]
fn a_state_that_is_not_known_yet_is_not_taken_for_a_bad_one() {
    assert!(!of_two_tasks().registered().state("dozing", None).found().contains("target-group-empty"));
    let unhealthy = of_two_tasks().registered().state("unhealthy.draining", None);
    assert!(unhealthy.found().contains("target-group-empty"));
}

#[test]
fn no_live_task_is_no_emptiness() {
    assert_eq!(story().group("web").service("web").on("web", 8080).found(), "nothing");
    let draining = of_two_tasks().whose(|service| service.status = ServiceStatus::Draining);
    assert_eq!(draining.found(), "nothing");
}

#[test]
fn tasks_in_grace_are_waited_for() {
    let judged = story().group("web").service("web").on("web", 8080).task(1).for_minutes(1);
    assert_snapshot!(judged.found(), @"in grace until 2026-03-01T12:01:00Z in web");
}

/// ECS ignores failing checks for as long as the service says.
#[test]
fn a_slow_starter_has_its_services_grace() {
    let starting = |grace| {
        let judged = story().group("web").service("web").on("web", 8080).task(1).for_minutes(8).registered();
        judged.state("unhealthy", None).whose(|service| service.health_check_grace_seconds = grace)
    };
    assert_eq!(starting(Some(600)).found(), "nothing");
    assert!(starting(Some(400)).found().contains("target-group-empty"), "its grace is over");
    assert!(starting(None).found().contains("target-group-empty"), "the policy's is over");
    let cautious = starting(Some(400)).policy("registration.grace = \"9m\"");
    assert_eq!(cautious.found(), "nothing", "the greater of both counts");
}

#[test]
fn the_services_grace_is_no_excuse_for_a_target_that_was_never_registered() {
    let judged = story().group("web").service("web").on("web", 8080).task(1).for_minutes(8);
    let judged = judged.whose(|service| service.health_check_grace_seconds = Some(3600));
    assert!(judged.found().contains("target-group-empty"));
}

#[test]
fn while_a_deployment_leaves_it_open_nothing_is_said() {
    let judged = story().group("web").service("web").on("web", 8080).rolling().task(1).started_by("ecs-svc/web-old");
    assert_eq!(judged.found(), "nothing");
}

/// What the policy excludes is not seen; a group full of it is not empty.
#[test]
fn excluded_addresses_are_neither_missed_nor_counted() {
    let excluding = "registration.exclude_targets = [\"10.0.1.0/24\"]";
    assert_eq!(healthy().policy(excluding).found(), "nothing");
    assert_eq!(of_two_tasks().policy(excluding).found(), "nothing");
}

const PULL: &str = "CannotPullContainerError: pull image manifest has been retried 5 time(s)";

/// A service that wants two tasks, of which these stopped so many minutes ago.
fn crashing(minutes: &[i64]) -> Story {
    let wants = story().group("web").service("web").on("web", 8080).wants(2);
    (1..)
        .zip(minutes)
        .fold(wants, |story, (n, minutes)| ended(story.task(n).stopped(), *minutes, "TaskFailedToStart", PULL))
}

fn ended(mut story: Story, minutes: i64, code: &str, reason: &str) -> Story {
    let task = story.the_task();
    task.stopped_at = Some(names::minutes_ago(minutes));
    (task.stop_code, task.stopped_reason) = (Some(StopCode::from(code)), Some(reason.into()));
    story
}

/// A service with no task that stays is what most often gets no traffic; ECS says why.
#[test]
fn no_task_of_the_service_stays() {
    assert_snapshot!(crashing(&[25, 15, 5]).found(), @r#"
    critical target-group-empty: prod/web gets no traffic: it wants 2 tasks and none stays running. ECS says: CannotPullContainerError: pull image manifest has been retried 5 time(s)
      about service web, group web; under the policy for prod/web
      desired: 2
      since: 2026-03-01T11:35:00Z
      stopped: {"CannotPullContainerError: pull image manifest has been retried 5 time(s)":3}
    "#);
    let one = crashing(&[25, 15, 5]).wants(1);
    assert!(one.found().contains("it wants 1 task and it doesn't stay running. ECS says: CannotPullContainerError"));
}

#[test]
fn a_task_that_is_tried_again_right_now_does_not_stay_either() {
    let registered = crashing(&[25, 15, 5]).task(9).for_minutes(1).registered().state("initial", None);
    assert!(registered.found().contains("none stays running"), "{}", registered.found());
    let pending = crashing(&[25, 15, 5]).task(9).is(TaskStatus::Provisioning, TaskStatus::Running);
    assert!(pending.found().contains("none stays running"));
}

#[test]
fn a_service_that_has_only_begun_is_waited_for() {
    assert_eq!(crashing(&[]).found(), "nothing");
    assert_eq!(crashing(&[25]).found(), "nothing", "once is chance");
    assert_eq!(crashing(&[9, 5]).found(), "nothing", "not long enough");
    assert_eq!(crashing(&[25, 15, 5]).wants(0).found(), "nothing", "it wants none");
    let stays = crashing(&[25, 15, 5]).task(9).registered();
    assert_eq!(stays.found(), "nothing", "another one stays");
    let mut former = crashing(&[25, 15, 5]);
    former.account.tasks.values_mut().for_each(|task| task.started_by = Some(names::deployment("ecs-svc/former")));
    assert_eq!(former.found(), "nothing", "the newest deployment hasn't failed yet");
    let serves = crashing(&[25, 15, 5]).service("api").on("web", 8080).task(9).registered();
    assert_eq!(serves.found(), "nothing", "others serve through the group");
}

#[test]
fn tasks_that_were_stopped_on_purpose_say_nothing() {
    for (code, reason) in [
        ("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/web)"),
        ("UserInitiated", "Task stopped by user"),
        ("SpotInterruption", "Your Spot Task was interrupted."),
        ("TerminationNotice", "Host EC2 terminated"),
        ("SomethingNew", "who knows"),
    ] {
        let wants = story().group("web").service("web").on("web", 8080).wants(2);
        let stopped = ended(wants.task(1).stopped(), 25, code, reason);
        assert_eq!(ended(stopped.task(2).stopped(), 15, code, reason).found(), "nothing", "{code}");
    }
    let reason = "Task failed ELB health checks in (target-group arn:web)";
    let wants = story().group("web").service("web").on("web", 8080).wants(2);
    let stopped = ended(wants.task(1).stopped(), 25, "ServiceSchedulerInitiated", reason);
    let stopped = ended(stopped.task(2).stopped(), 15, "ServiceSchedulerInitiated", reason);
    assert!(stopped.found().contains(reason));
}

#[test]
fn ecs_can_place_no_task() {
    let message = "(service web) was unable to place a task because no container instance met all of its requirements.";
    let said = |minutes| {
        let event = ServiceEvent { at: Some(names::minutes_ago(minutes)), message: message.to_owned() };
        crashing(&[]).whose(|service| service.events.push(event))
    };
    assert!(said(30).found().contains(&format!("none stays running. ECS says: {message}")));
    assert_eq!(said(5).found(), "nothing", "it may yet find one");
    assert_eq!(said(60 * 7).found(), "nothing", "ECS would have said so again");
    let newer = said(30).whose(|service| service.deployments[0].created_at = Some(names::minutes_ago(20)));
    assert_eq!(newer.found(), "nothing", "another deployment was begun since");
}

#[test]
fn a_group_of_a_pair_may_well_be_at_rest() {
    let pair = crashing(&[25, 15, 5]).group("green").shifting(Strategy::BlueGreen, "green");
    assert_eq!(pair.found(), "nothing");
}
