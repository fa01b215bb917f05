//! The simulator's own power: every planted bug is found within a stated number of seeds, and by the invariant that is meant
//! for it.

use std::sync::Arc;

use simulator::{Bug, Choices, Options, run};

/// The invariants that find a bug within so many seeds, each with the first seed that shows it.
fn found(bug: Bug, without: &'static [&'static str], seeds: u64) -> Option<(&'static str, u64)> {
    (0..seeds).find_map(|seed| {
        let options = Options { bug: Some(bug), without, telling: false };
        let violation = run(&Arc::new(Choices::of_seed(seed)), options).violation?;
        Some((violation.invariant, seed))
    })
}

/// Within how many seeds each bug is found.
const WITHIN: [(Bug, u64); 14] = [
    (Bug::SkipSecondLook, 50),
    (Bug::AddressesAsText, 50),
    (Bug::ForgetThePort, 50),
    (Bug::FailedReadIsEmpty, 50),
    (Bug::DeregisterFirst, 500),
    (Bug::TrustTheEvent, 500),
    (Bug::LimitPerPass, 50),
    (Bug::OldFirstLook, 500),
    (Bug::OwnGroupsForgotten, 50),
    (Bug::HeadroomForgotten, 200),
    (Bug::ProtectionForgotten, 2000),
    (Bug::ShiftForgotten, 200),
    (Bug::StoppedTaskProvesTarget, 3000),
    (Bug::StopBeforeDeregister, 200),
];

#[test]
fn every_planted_bug_is_found() {
    let missed = WITHIN.iter().filter(|(bug, seeds)| found(*bug, &[], *seeds).is_none());
    let missed: Vec<Bug> = missed.map(|(bug, _)| *bug).collect();
    assert!(missed.is_empty(), "not found: {missed:?}");
}

#[test]
fn a_task_that_is_stopped_before_it_is_deregistered_is_found_by_the_invariant_that_is_meant_for_it() {
    let found = found(Bug::StopBeforeDeregister, &[], 200).expect("it is found");
    assert_eq!(found.0, "unserved");
    assert_eq!(self::found(Bug::StopBeforeDeregister, &["unserved"], found.1 + 1), None);
}

#[test]
fn without_the_invariants_that_are_meant_for_it_a_bug_escapes() {
    assert!(found(Bug::LimitPerPass, &[], 50).is_some());
    assert_eq!(found(Bug::LimitPerPass, &["limit", "budget"], 50), None);
}
