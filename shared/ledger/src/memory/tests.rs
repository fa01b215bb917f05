//! What every ledger promises, tried on this one.

use std::collections::BTreeSet;
use std::time::Duration;

use model::observation::{All, Answer, Observation, Question, Table};
use proptest::prelude::*;

use super::*;
use crate::fixtures::{at, group, record, target};
use crate::{answer, answer_without_ledger};

type Owners = Table<TargetGroupArn, Vec<Ownership>>;

const IP: &str = "10.0.0.1";

/// Runs a future on the thread it is called from.
fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn seen(second: i64) -> OwnershipChange {
    OwnershipChange::Record(group(), record(IP, second))
}

fn absent(second: i64) -> OwnershipChange {
    OwnershipChange::End(group(), target(IP), at(second))
}

/// What the one record has come to after these changes: when it was seen, and when it ended.
fn after(changes: &[OwnershipChange]) -> Option<(Timestamp, Option<Timestamp>)> {
    let ledger = MemoryLedger::new();
    for change in changes {
        run(ledger.record(std::slice::from_ref(change))).unwrap();
    }
    run(ledger.read::<Owners>(&group())).unwrap()?.first().map(|record| (record.seen_at, record.ended_at))
}

#[test]
fn an_end_only_ends_what_was_seen_before_it() {
    assert_eq!(after(&[seen(3), absent(4)]), Some((at(3), Some(at(4)))));
    assert_eq!(after(&[seen(3), absent(3)]), Some((at(3), None)));
    assert_eq!(after(&[seen(3), absent(2)]), Some((at(3), None)));
}

#[test]
fn an_end_without_a_record_changes_nothing() {
    assert_eq!(after(&[absent(4)]), None);
}

#[test]
fn what_has_ended_stays_ended_when_it_did() {
    assert_eq!(after(&[seen(3), absent(4), absent(9)]), Some((at(3), Some(at(4)))));
}

#[test]
fn a_later_record_replaces_an_ended_one() {
    assert_eq!(after(&[seen(3), absent(4), seen(5)]), Some((at(5), None)));
}

#[test]
fn a_record_lives_whole_seconds() {
    let ledger = MemoryLedger::new();
    let expires_at = "2026-03-01T12:00:00.9Z".parse().unwrap();
    run(ledger.record(&[OwnershipChange::Record(group(), Ownership { expires_at, ..record(IP, 3) })])).unwrap();
    assert_eq!(
        run(ledger.read::<Owners>(&group())).unwrap().unwrap()[0].expires_at.to_string(),
        "2026-03-01T12:00:00Z"
    );
}

#[test]
fn a_pause_lasts_until_it_is_ended() {
    let ledger = MemoryLedger::new();
    let pause = |by: &str| Pause { since: at(1), by: by.to_owned(), reason: None };
    run(async {
        assert_eq!(ledger.read::<Table<All, Pause>>(&All).await, Ok(None));
        ledger.set_pause(&pause("ann")).await.unwrap();
        ledger.set_pause(&pause("ben")).await.unwrap();
        assert_eq!(ledger.read::<Table<All, Pause>>(&All).await, Ok(Some(pause("ben"))));
        ledger.clear_pause().await.unwrap();
        ledger.clear_pause().await.unwrap();
        assert_eq!(ledger.read::<Table<All, Pause>>(&All).await, Ok(None));
    });
}

#[test]
fn only_the_ledgers_questions_are_answered() {
    let ledger = MemoryLedger::new();
    let questions =
        BTreeSet::from([Question::Owners(group()), Question::Window(removals()), Question::Pause, Question::Clusters]);
    let region = "eu-central-1".parse().unwrap();
    let nothing = Observation::new(at(0), "111122223333".parse().unwrap(), region);

    let mut observation = nothing.clone();
    run(ledger.record(&[seen(3)])).unwrap();
    run(answer(&ledger, &questions, &mut observation.ledger));
    let mut expected = nothing.clone();
    expected.ledger.owners.insert(group(), Answer::Known(vec![record(IP, 3)]));
    expected.ledger.window.insert(removals(), Answer::Absent);
    expected.ledger.pause.insert(All, Answer::Absent);
    assert_eq!(observation, expected);

    let mut observation = nothing;
    answer_without_ledger(&questions, &mut observation.ledger);
    let unanswered = [
        observation.ledger.owners[&group()].unread(),
        observation.ledger.window[&removals()].unread(),
        observation.ledger.pause.get(&All).and_then(Answer::unread),
    ];
    assert!(unanswered.iter().all(Option::is_some), "{unanswered:?}");
    assert_eq!((observation.aws.clusters.get(&All), observation.unread()), (None, vec![]));
}

#[test]
fn answering_can_move_between_threads() {
    fn sendable(_: impl Send) {}
    let ledger = MemoryLedger::new();
    let mut observation = Observation::new(at(0), "111122223333".parse().unwrap(), "eu-central-1".parse().unwrap());
    sendable(answer(&ledger, &BTreeSet::new(), &mut observation.ledger));
}

fn removals() -> Limited {
    Limited::Removals(group())
}

fn request(what: &Limited, wanted: u32, whole: u32, second: i64) -> Reservation<'_> {
    Reservation { what, wanted, whole, window: Duration::from_secs(10), now: at(second) }
}

#[test]
fn many_threads_together_are_granted_the_limit_and_no_more() {
    let (ledger, what) = (MemoryLedger::new(), removals());
    let reserve = |wanted| run(ledger.reserve(&request(&what, wanted, 1000, 5), |targets| targets / 5));
    let pass = |wanted| (0..50).map(|_| reserve(wanted).unwrap()).sum::<u32>();
    let granted: u32 = std::thread::scope(|scope| {
        let passes: Vec<_> = (1..=16).map(|wanted| scope.spawn(move || pass(wanted))).collect();
        passes.into_iter().map(|pass| pass.join().unwrap()).sum()
    });
    assert_eq!(granted, 200);
    assert_eq!(run(ledger.read::<Table<Limited, Window>>(&what)).unwrap().map(|window| window.changes), Some(200));
}

proptest! {
    /// Whatever is asked, in whatever order the clocks of the passes say, no window grants more than its limit, and none
    /// grants less than it has room for.
    #[test]
    fn no_window_exceeds_its_limit(asked in prop::collection::vec((0..20_u32, 0..200_u32, 0..60_i64), 0..40)) {
        let (ledger, what) = (MemoryLedger::new(), removals());
        let limit = |targets: u32| (targets / 10).max(1);
        let mut granted: BTreeMap<Timestamp, u32> = BTreeMap::new();
        for (wanted, whole, second) in asked {
            let before = run(ledger.read::<Table<Limited, Window>>(&what)).unwrap();
            let now = run(ledger.reserve(&request(&what, wanted, whole, second), limit)).unwrap();
            let after = run(ledger.read::<Table<Limited, Window>>(&what)).unwrap();
            let Some(window) = after else {
                prop_assert_eq!((now, wanted), (0, 0));
                continue;
            };
            let sum = granted.entry(window.opened_at).or_default();
            *sum += now;
            prop_assert_eq!(*sum, window.changes);
            prop_assert!(*sum <= limit(window.whole));
            prop_assert!(now == wanted || *sum == limit(window.whole));
            // A window makes room for another only when it is over.
            let replaced = before.filter(|before| before.opened_at != window.opened_at);
            prop_assert!(replaced.is_none_or(|before| second >= before.opened_at.as_second() + 10));
        }
    }
}

fn update(name: &str, second: i64) -> ServiceUpdate {
    let cluster = "arn:aws:ecs:eu-central-1:111122223333:cluster/prod".parse().unwrap();
    ServiceUpdate {
        service: ServiceId::new(&cluster, name),
        at: at(second),
        added: BTreeSet::from(["sg-1".parse().unwrap()]),
        removed: BTreeSet::new(),
        deployment: None,
        confirmed: false,
    }
}

#[test]
fn of_passes_that_read_the_same_latest_update_one_may_update() {
    let ledger = MemoryLedger::new();
    run(async {
        let (web, api) = (update("web", 1), update("api", 2));
        assert_eq!(ledger.begin_update(&web, None).await, Ok(true));
        assert_eq!(ledger.begin_update(&api, None).await, Ok(false), "read before web's");
        assert_eq!(ledger.begin_update(&api, Some(&web)).await, Ok(true));
        assert_eq!(ledger.begin_update(&update("web", 3), Some(&web)).await, Ok(false));
        assert_eq!(ledger.read::<Table<All, ServiceUpdate>>(&All).await, Ok(Some(api)));
        assert_eq!(
            ledger.read::<Table<ServiceId, ServiceUpdate>>(&web.service).await,
            Ok(Some(web)),
            "the other's is still known"
        );
    });
}

#[test]
fn only_the_update_that_was_seen_is_confirmed() {
    let ledger = MemoryLedger::new();
    run(async {
        let (first, second) = (update("web", 1), update("web", 2));
        ledger.begin_update(&first, None).await.unwrap();
        ledger.begin_update(&second, Some(&first)).await.unwrap();
        ledger.confirm_update(&first).await.unwrap();
        assert_eq!(ledger.read::<Table<ServiceId, ServiceUpdate>>(&second.service).await, Ok(Some(second.clone())));
        ledger.confirm_update(&second).await.unwrap();
        assert_eq!(
            ledger.read::<Table<ServiceId, ServiceUpdate>>(&second.service).await.unwrap().map(|noted| noted.confirmed),
            Some(true)
        );
    });
}

#[test]
fn of_passes_that_read_the_same_last_stop_one_may_stop() {
    let ledger = MemoryLedger::new();
    let task = |n: u8| format!("arn:aws:ecs:eu-central-1:111122223333:task/prod/{n}").parse().unwrap();
    let stop = |n, second| TaskStop { service: update("web", 0).service, task: task(n), at: at(second) };
    run(async {
        assert_eq!(ledger.begin_stop(&stop(1, 1), None).await, Ok(true));
        assert_eq!(ledger.begin_stop(&stop(2, 1), None).await, Ok(false));
        assert_eq!(ledger.begin_stop(&stop(2, 2), Some(&stop(1, 1))).await, Ok(true));
        assert_eq!(ledger.read::<Table<ServiceId, TaskStop>>(&stop(1, 1).service).await, Ok(Some(stop(2, 2))));
    });
}
