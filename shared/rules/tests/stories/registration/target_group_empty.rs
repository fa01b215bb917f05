//! `target-group-empty`.

use insta::assert_snapshot;
use model::ecs::ServiceStatus;

use super::removals::healthy;
use crate::story::{Story, story};

fn of_two_tasks() -> Story {
    story().group("web").service("web").on("web", 8080).task(1).task(2)
}

#[test]
fn nothing_is_registered() {
    assert_snapshot!(of_two_tasks().found(), @"
    critical target-group-empty: prod/web gets no traffic: target group web has no usable target, though 2 tasks are running
      about service web, group web; under the policy for prod/web
      live_tasks: 2
      registered_targets: 0
    high target-missing: Task t1 of prod/web gets no traffic: 10.0.1.1:8080 isn't registered in target group web
      about service web, task t1, group web, 10.0.1.1:8080, eni-t1; under the policy for prod/web
      started_at: 2026-03-01T11:00:00Z
      started_by: ecs-svc/web
      -> register 10.0.1.1:8080 in web
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
    assert_snapshot!(judged.found(), @"young until 2026-03-01T12:01:00Z in web");
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
