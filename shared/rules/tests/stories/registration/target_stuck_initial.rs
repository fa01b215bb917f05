//! `target-stuck-initial`.

use insta::assert_snapshot;

use super::removals::healthy;
use crate::names;

#[test]
fn a_quarter_of_an_hour_after_its_task_started() {
    let judged = healthy().task(3).registered().state("initial", Some("Elb.InitialHealthChecking"));
    assert_snapshot!(judged.found(), @r"
    medium target-stuck-initial: 10.0.1.3:8080 is still initial in web, since 2026-03-01T11:00:00Z at the latest
      about service web, task t3, group web, 10.0.1.3:8080, eni-t3; under the policy for prod/web
      reason: Elb.InitialHealthChecking
    ");
}

#[test]
fn not_before() {
    assert_eq!(healthy().task(3).for_minutes(15).registered().state("initial", None).found(), "nothing");
    assert!(healthy().task(3).for_minutes(16).registered().state("initial", None).found().contains("stuck-initial"));
}

#[test]
fn an_old_task_that_was_registered_lately_is_not_stuck() {
    let judged = healthy().task(3).registered().state("initial", None).recorded("web", "10.0.1.3:8080", 3);
    assert!(judged.found().contains("stuck-initial"), "seen two hours ago");
    let lately = judged.remembering(|record| record.seen_at = names::minutes_ago(5));
    assert_eq!(lately.found(), "nothing");
}

#[test]
fn without_any_time_it_is_not_judged() {
    assert_eq!(healthy().task(3).since_ever().registered().state("initial", None).found(), "nothing");
}

#[test]
fn the_time_of_another_task_at_the_address_says_nothing() {
    let judged = healthy().task(3).since_ever().registered().state("initial", None).recorded("web", "10.0.1.3:8080", 8);
    assert_eq!(judged.found(), "nothing");
}

#[test]
fn a_strangers_target_is_not_judged() {
    let judged =
        healthy().other_interface("interface", "10.0.1.50").target("web", "10.0.1.50:80").state("initial", None);
    assert!(!judged.found().contains("stuck-initial"));
}
