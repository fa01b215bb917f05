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

/// Within how many seeds each bug is found: a test for each, so that they run side by side.
macro_rules! found_within {
    ($($name:ident: $bug:ident, $seeds:literal;)*) => {
        const TESTED: &[Bug] = &[$(Bug::$bug),*];

        $(#[test]
        fn $name() {
            assert!(found(Bug::$bug, &[], $seeds).is_some(), "no seed below {} shows it", $seeds);
        })*
    };
}

found_within! {
    what_is_seen_once_is_found_to_be_changed: SkipSecondLook, 50;
    addresses_compared_as_text_are_found: AddressesAsText, 50;
    a_forgotten_port_is_found: ForgetThePort, 100;
    a_failed_read_taken_for_an_empty_one_is_found: FailedReadIsEmpty, 50;
    deregistering_before_registering_is_found: DeregisterFirst, 500;
    trusting_an_event_is_found: TrustTheEvent, 1000;
    a_limit_for_each_pass_is_found: LimitPerPass, 50;
    an_old_first_look_is_found: OldFirstLook, 500;
    forgotten_groups_of_its_own_are_found: OwnGroupsForgotten, 50;
    forgotten_headroom_is_found: HeadroomForgotten, 500;
    forgotten_protection_is_found: ProtectionForgotten, 2000;
    a_forgotten_shift_is_found: ShiftForgotten, 200;
    a_stopped_task_as_proof_is_found: StoppedTaskProvesTarget, 500;
    a_task_stopped_before_it_is_deregistered_is_found: StopBeforeDeregister, 200;
    what_is_told_from_memory_is_found: TellFromMemory, 50;
}

#[test]
fn every_planted_bug_has_its_test() {
    assert_eq!(TESTED, Bug::ALL);
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
