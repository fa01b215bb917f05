//! Passes that end in the middle, and channels that fail for a while.

use super::*;

#[tokio::test]
async fn a_pass_cut_off_before_it_told_is_made_up_for_once() {
    let (ledger, topic) = (MemoryLedger::new(), MemoryTopic::default());
    let cut_off = MemoryTopic { hangs: true, ..MemoryTopic::default() };
    let findings = [stale("web", 1)];
    pass(&ledger, &topic, &findings, &partial(), 0).await;
    let event = partial();
    tokio::select! {
        biased;
        _ = pass(&ledger, &cut_off, &findings, &event, 60) => panic!("it hangs"),
        () = tokio::task::yield_now() => {}
    }
    // While the first may still be at it, nobody else tells.
    pass(&ledger, &topic, &findings, &everything(), 120).await;
    assert_eq!(topic.told(), [""; 0]);
    for second in [2000, 2001, 9000] {
        pass(&ledger, &topic, &findings, &everything(), second).await;
    }
    assert_eq!(topic.told(), ["opened target-stale web"]);
}

#[tokio::test]
async fn a_pass_cut_off_after_it_told_is_told_once_more_at_most() {
    let topic = MemoryTopic::default();
    for (done_anyway, expected) in [(false, 2), (true, 1)] {
        let shaky = Shaky { writes_until_broken: AtomicUsize::new(2), done_anyway, ..Shaky::default() };
        topic.messages.lock().unwrap().clear();
        for second in [0, 60] {
            pass(&shaky, &topic, &[stale("web", 1)], &partial(), second).await;
        }
        for second in [2000, 2001, 9000] {
            pass(&shaky.ledger, &topic, &[stale("web", 1)], &everything(), second).await;
        }
        assert_eq!(topic.told(), vec!["opened target-stale web"; expected]);
    }
}

#[tokio::test]
async fn a_topic_that_is_broken_for_a_while_loses_nothing() {
    let (ledger, topic) = (MemoryLedger::new(), MemoryTopic { broken: AtomicUsize::new(1), ..MemoryTopic::default() });
    pass(&ledger, &topic, &[stale("web", 1)], &partial(), 0).await;
    let told = pass(&ledger, &topic, &[stale("web", 1)], &partial(), 60).await;
    assert_eq!((told.changes.len(), told.messages, told.failures.len()), (1, 0, 1));
    // It has come and gone by the time somebody can be told: that it has is what there is to tell.
    pass(&ledger, &topic, &[], &everything(), 3000).await;
    assert_eq!(topic.told(), ["resolved target-stale web"]);
}
