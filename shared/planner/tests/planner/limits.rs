//! How many targets may be removed from a group in one window.

use std::time::Duration;

use insta::assert_snapshot;
use model::finding::Severity;
use model::policy::Amount;
use planner::{Decision, RepairLimit};

use crate::faults::{hijacked, in_group, missing, stale, used_by, wrong_port};
use crate::names::target;
use crate::story::{Story, account, removals};

const REPAIR: &str = "registration.mode = \"repair\"";

fn stale_targets(count: u8) -> Story {
    account().in_repair_mode().finds((1..=count).map(stale)).first_seen(60)
}

/// The last parts of the addresses that are to be removed now.
fn removed(story: &Story) -> Vec<u8> {
    let plan = story.plan();
    let steps = plan.steps().filter(|step| step.repair.is_removal() && step.decision == Decision::DoNow);
    let mut targets: Vec<u8> = steps
        .map(|step| (1..=20).find(|n| Some(target(*n, 0).ip) == step.repair.target().map(|it| it.ip)))
        .map(Option::unwrap)
        .collect();
    targets.sort_unstable();
    targets
}

#[test]
fn promise_5_a_share_of_the_groups_targets_may_be_removed() {
    let story = stale_targets(5);
    assert_eq!(removed(&story), [1, 2], "20 % of ten");
    assert_eq!(removed(&story.clone().with_targets("web", 20)), [1, 2, 3, 4]);
    assert_eq!(removed(&story.clone().with_targets("web", 3)), [1], "rounded down, at least one");
    assert_eq!(removed(&story.with_targets("web", 0)), [1]);
}

#[test]
fn promise_5_what_is_over_the_limit_is_withheld_until_the_window_ends() {
    assert_snapshot!(stale_targets(3).plan(), @"
    high target-stale: something is wrong with 10.0.1.2:8080
      deregister 10.0.1.2:8080 from web: now
    high target-stale: something is wrong with 10.0.1.3:8080
      deregister 10.0.1.3:8080 from web: withheld: the limit for target group web is reached: 2 removals (max_removals, of 10 targets) until the window ends at 2026-03-01T12:10:00Z
    high target-stale: something is wrong with 10.0.1.1:8080
      deregister 10.0.1.1:8080 from web: now
    ");
}

#[test]
fn promise_5_an_open_window_counts_with_the_targets_it_opened_with() {
    assert_eq!(removed(&stale_targets(5).removed(3, 20, 599)), [1], "4 of 20, 3 are gone");
    assert_eq!(removed(&stale_targets(5).removed(4, 20, 599)), [] as [u8; 0]);
    assert_eq!(removed(&stale_targets(5).removed(9, 20, 599)), [] as [u8; 0], "under another policy then");
    assert_eq!(removed(&stale_targets(5).removed(4, 20, 600)), [1, 2], "a window ends, and the next opens");
    assert_snapshot!(stale_targets(1).removed(4, 20, 599).reason(), @"the limit for target group web is reached: 4 removals (max_removals, of 20 targets) until the window ends at 2026-03-01T12:00:01Z");
}

#[test]
fn promise_5_the_most_severe_goes_first_then_by_target() {
    let story = stale_targets(3).finds([hijacked(9), hijacked(7), hijacked(8)]).first_seen(60);
    assert_eq!(removed(&story), [7, 8]);
}

#[test]
fn promise_5_registering_is_not_limited() {
    let story = account().in_repair_mode().finds((1..=10).map(missing)).first_seen(60).removed(9, 9, 1);
    assert!(story.decisions().iter().all(|decision| *decision == Decision::DoNow));
    assert!(story.plan().limits.is_empty());
}

#[test]
fn promise_5_each_group_has_its_own_limit() {
    let story = stale_targets(3).finds([in_group("api", stale(5))]).first_seen(60).removed(2, 10, 1);
    assert_eq!(removed(&story), [5]);
}

#[test]
fn promise_5_services_that_share_a_group_are_held_to_the_least_they_allow() {
    let policy = format!(
        "{REPAIR}\nregistration.max_removals = 3\n[[override]]\nservice = \"api\"\nregistration.max_removals = \"10%\"\nregistration.window = \"1h\""
    );
    let story = stale_targets(3).with_policy(&policy);
    assert_eq!(removed(&story), [1, 2, 3]);
    let story = story.finds([used_by(&["web", "api"], stale(4))]).first_seen(60);
    assert_eq!(removed(&story), [1], "though three findings are about tasks of web alone");
    let limit =
        RepairLimit { max: Amount::Least { percent: 10, count: 3 }, window: Duration::from_hours(1), whole: 10 };
    assert_eq!(story.plan().limits, [(removals("web"), limit)].into());
}

#[test]
fn promise_5_a_target_found_twice_is_removed_once() {
    let mut twice = wrong_port(1);
    twice.repairs = stale(1).repairs;
    let story = stale_targets(2).finds([twice]).first_seen(60);
    assert_eq!(removed(&story), [1, 1, 2]);
    assert_eq!(removed(&story.with_targets("web", 1)), [1, 1]);
}

#[test]
fn promise_5_the_forecast_of_observe_mode_keeps_to_the_limit() {
    let story = stale_targets(3).with_policy("");
    let planned = story.decisions().into_iter().filter(|decision| *decision == Decision::Planned).count();
    assert_eq!((planned, removed(&story).len()), (2, 0));
}

#[test]
fn promise_5_what_is_only_planned_takes_no_room_from_what_is_done() {
    let policy = format!("{REPAIR}\n[[override]]\nservice = \"api\"\nregistration.mode = \"observe\"");
    let planned = [hijacked(8), hijacked(9)].map(|finding| used_by(&["web", "api"], finding));
    let story = stale_targets(1).with_policy(&policy).finds(planned).first_seen(60);
    assert_eq!(removed(&story), [1]);
    let plan = story.plan();
    assert_eq!(plan.findings[0].finding.severity, Severity::Critical);
    assert_eq!(plan.steps().filter(|step| step.decision == Decision::Planned).count(), 1);
}

#[test]
fn promise_5_what_waits_takes_no_room_either() {
    assert_eq!(removed(&stale_targets(2).finds([hijacked(9)])), [1, 2]);
}
