//! `target-stuck-initial`.

use insta::assert_snapshot;

use super::removals::healthy;
use crate::names;
use crate::story::Story;

/// A task that is old, whose target is initial.
fn initial() -> Story {
    healthy().task(3).registered().state("initial", Some("Elb.InitialHealthChecking"))
}

/// The ledger first saw the target registered for this task so many minutes ago.
fn registered_for(minutes: i64) -> Story {
    let judged = initial().recorded("web", "10.0.1.3:8080", 3);
    judged.remembering(|record| record.seen_at = names::minutes_ago(minutes))
}

#[test]
fn a_target_that_the_ledger_saw_registered_long_ago_is_stuck() {
    assert_snapshot!(registered_for(120).found(), @"
    medium target-stuck-initial: Task t3 of prod/web gets no traffic yet: 10.0.1.3:8080 in target group web is still initial, registered since 2026-03-01T10:00:00Z or longer
      about service web, task t3, group web, 10.0.1.3:8080, eni-t3; under the policy for prod/web
      reason: Elb.InitialHealthChecking
    ");
}

#[test]
fn not_within_a_quarter_of_an_hour() {
    assert_eq!(registered_for(15).found(), "nothing");
    assert!(registered_for(16).found().contains("stuck-initial"));
}

/// By hand, by this program, or by a deployment's shift: the task's start says nothing about its target.
#[test]
fn an_old_task_that_was_registered_anew_a_moment_ago_is_not_stuck() {
    assert_eq!(registered_for(5).found(), "nothing");
    assert_eq!(initial().found(), "nothing", "nobody saw it registered yet");
    assert_eq!(registered_for(120).ended(1).found(), "nothing", "it was seen absent, or draining, in between");
}

#[test]
fn without_a_ledger_it_is_not_judged() {
    assert!(!registered_for(120).without_ledger().found().contains("stuck-initial"));
}

#[test]
fn a_slow_starter_has_its_services_grace() {
    let slow = |seconds| registered_for(30).whose(|service| service.health_check_grace_seconds = Some(seconds));
    assert_eq!(slow(1800).found(), "nothing");
    assert!(slow(1799).found().contains("stuck-initial"), "the near miss: its grace is over");
}

#[test]
fn the_time_of_another_task_at_the_address_says_nothing() {
    assert_eq!(initial().recorded("web", "10.0.1.3:8080", 8).found(), "nothing");
}

#[test]
fn a_foreign_target_is_not_judged() {
    let judged =
        healthy().other_interface("interface", "10.0.1.50").target("web", "10.0.1.50:80").state("initial", None);
    assert!(!judged.found().contains("stuck-initial"));
}
