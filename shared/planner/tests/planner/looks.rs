//! Two looks: when the second confirms the first, and when it comes.

use model::finding::Fingerprint;
use planner::{Decision, LookAgain, MAX_ATTEMPTS, Waiting};

use model::scope::Site;

use crate::faults::{in_group, missing, stale};
use crate::names::group;
use crate::story::{Story, account, in_seconds, now, seconds_ago};

fn found_stale() -> Story {
    account().in_repair_mode().finds([stale(1)])
}

fn suspicion() -> Fingerprint {
    stale(1).suspicion()
}

fn waiting(seconds: u64) -> Decision {
    Decision::Waiting { until: in_seconds(seconds) }
}

#[test]
fn promise_3_the_first_look_repairs_nothing_and_asks_for_a_second() {
    for finding in [stale(1), missing(1)] {
        let story = account().in_repair_mode().finds([finding.clone()]);
        assert_eq!(story.decision(), waiting(30));
        let look = LookAgain { at: in_seconds(30), suspicions: [(finding.suspicion(), now())].into(), attempt: 1 };
        assert_eq!(story.look(), look);
    }
}

#[test]
fn promise_3_the_second_look_confirms_the_first() {
    let first = found_stale();
    let second = first.clone().then(&first.look());
    assert_eq!(second.decision(), Decision::DoNow);
    assert!(second.plan().looks.is_empty());
}

#[test]
fn promise_3_looks_confirm_each_other_from_confirm_after_to_confirm_within() {
    for (seconds, expected) in [(0, waiting(30)), (29, waiting(1)), (30, Decision::DoNow), (900, Decision::DoNow)] {
        assert_eq!(found_stale().first_seen(seconds).decision(), expected, "{seconds} s");
    }
}

#[test]
fn promise_3_a_look_too_early_keeps_the_first() {
    let look = found_stale().first_seen(10).look();
    assert_eq!(look.suspicions, [(suspicion(), seconds_ago(10))].into());
    assert_eq!(look.attempt, 1, "a look too early doesn't count");
}

#[test]
fn promise_3_a_look_too_old_is_a_new_first_look() {
    let story = found_stale().first_seen(901);
    assert_eq!(story.decision(), waiting(30));
    assert_eq!(story.look().suspicions, [(suspicion(), now())].into());
    assert_eq!(story.look().attempt, 2);
}

#[test]
fn promise_3_another_subject_is_a_new_first_look() {
    let mut story = found_stale().first_seen(60);
    story.findings[0].subject = "another task has it".to_owned();
    assert_eq!(story.decision(), waiting(30));
    assert!(!story.look().suspicions.contains_key(&suspicion()));
}

#[test]
fn promise_3_a_clock_that_runs_ahead_does_not_put_the_second_look_off() {
    let mut story = found_stale().at_attempt(1);
    story.looks.first.insert(suspicion(), in_seconds(3600));
    assert_eq!(story.decision(), waiting(30));
}

#[test]
fn promise_3_without_a_wait_two_looks_are_still_two() {
    let eager = "registration.mode = \"repair\"\nregistration.confirm_after = \"0s\"";
    let story = found_stale().with_policy(eager);
    assert_eq!((story.decision(), story.look().at), (waiting(0), now()));
    assert_eq!(story.clone().then(&story.look()).decision(), Decision::DoNow);
}

#[test]
fn promise_3_without_any_way_to_wait_a_suspicion_is_withheld() {
    let story = found_stale().waiting(Waiting::No).in_grace_for(60);
    insta::assert_snapshot!(story.reason(), @"a second look must confirm it, and nothing brings one about; set GUARD_QUEUE_URL");
    assert!(story.plan().looks.is_empty());
}

#[test]
fn promise_3_a_function_that_waits_in_process_confirms_too() {
    let first = found_stale().waiting(Waiting::InProcess);
    assert_eq!(first.clone().then(&first.look()).decision(), Decision::DoNow);
}

#[test]
fn promise_3_one_look_for_each_group() {
    let story = found_stale().finds([stale(2), in_group("api", stale(1)), in_group("api", missing(3))]);
    let looks = story.plan().looks;
    assert_eq!(looks.keys().cloned().collect::<Vec<_>>(), ["api", "web"].map(|name| Site::TargetGroup(group(name))));
    assert!(looks.values().all(|look| look.suspicions.len() == 2));
}

#[test]
fn promise_3_waits_grow_at_each_attempt_and_are_given_up() {
    let mut story = found_stale();
    let mut waits = Vec::new();
    while let Some(look) = story.plan().looks.remove(&Site::TargetGroup(group("web"))) {
        waits.push(look.at.duration_since(story.observation.at).as_secs());
        assert!(waits.len() <= 5, "it is never given up");
        story = story.then(&look);
        story.findings[0].subject = format!("changed {} times", waits.len());
    }
    assert_eq!(waits, [30, 60, 120, 240, 465], "the last is cut, so that the look isn't too late to confirm");
    assert_eq!(story.reason(), "given up after 5 looks; the sweep will look again");
}

#[test]
fn promise_3_a_suspicion_seen_at_the_last_look_but_one_is_confirmed_at_the_last() {
    assert_eq!(found_stale().first_seen(60).at_attempt(MAX_ATTEMPTS).decision(), Decision::DoNow);
    assert_eq!(found_stale().first_seen(10).at_attempt(MAX_ATTEMPTS).decision(), waiting(20));
}

#[test]
fn promise_3_a_wait_longer_than_a_queue_can_delay_is_waited_out() {
    let patient = "[registration]\nmode = \"repair\"\nconfirm_after = \"3h\"\nconfirm_within = \"4h\"";
    let mut story = found_stale().with_policy(patient);
    let mut messages = 0;
    while story.decision() != Decision::DoNow {
        let look = story.look();
        let delivered = look.at.min(story.observation.at + std::time::Duration::from_secs(900));
        story = story.then(&LookAgain { at: delivered, ..look });
        messages += 1;
        assert!(messages <= 12, "it is never confirmed");
    }
    assert_eq!(messages, 12);
}

#[test]
fn promise_3_where_nothing_can_be_confirmed_nothing_waits() {
    let policy = "[registration]\nmode = \"repair\"\n[[override]]\nservice = \"web\"\nregistration.confirm_after = \"1h\"\n\
                  [[override]]\ntarget_group = \"web\"\nregistration.confirm_within = \"10m\"";
    let contradicting = found_stale().with_policy(&policy.replace("1h", "15m"));
    insta::assert_snapshot!(contradicting.reason(), @"confirm_within is shorter than confirm_after here, so nothing is ever confirmed: raise the one or lower the other");
    assert!(contradicting.plan().looks.is_empty());
}

#[test]
fn promise_3_a_task_in_grace_gets_a_look_when_its_grace_ends() {
    let look = LookAgain { at: in_seconds(90), suspicions: [].into(), attempt: 1 };
    assert_eq!(account().in_grace_for(90).look(), look, "in observe mode too");
    assert_eq!(account().in_grace_for(20).in_grace_for(90).in_grace_for(45).look(), look, "one for all");
    assert_eq!(found_stale().in_grace_for(90).look().at, in_seconds(90), "and for what waits");
    assert!(account().in_grace_for(90).at_attempt(MAX_ATTEMPTS).plan().looks.is_empty());
}

#[test]
fn promise_3_a_task_in_grace_for_long_does_not_let_a_suspicion_grow_too_old() {
    assert_eq!(found_stale().in_grace_for(1800).look().at, in_seconds(30));
    assert_eq!(found_stale().in_grace_for(1800).in_grace_for(300).look().at, in_seconds(300));
    assert_eq!(account().in_grace_for(1800).look().at, in_seconds(1800));
}

#[test]
fn promise_3_a_time_beyond_all_time_is_no_panic() {
    let mut story = found_stale().in_grace_for(0);
    story.in_grace[0].at = model::Timestamp::MAX;
    story.observation.at = model::Timestamp::MAX;
    story.looks.attempt = u32::MAX;
    assert!(matches!(story.decision(), Decision::Withheld { .. }));
    story.looks.first.insert(suspicion(), model::Timestamp::MIN);
    assert!(matches!(story.decision(), Decision::Withheld { .. }));
}
