//! Much at once: reports of one fault, faults of many services, a large deployment.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_reports_at_once_open_it_once() {
    let (ledger, topic) = (Arc::new(MemoryLedger::new()), Arc::new(MemoryTopic::default()));
    for second in [0, 60, 61] {
        let reports = (0..1000).map(|nth| {
            let (ledger, topic) = (Arc::clone(&ledger), Arc::clone(&topic));
            let coverage = if nth % 2 == 0 { partial() } else { everything() };
            tokio::spawn(async move { pass(&*ledger, &topic, &[stale("web", 1)], &coverage, second).await })
        });
        for report in reports.collect::<Vec<_>>() {
            assert_eq!(report.await.unwrap().failures, []);
        }
    }
    assert_eq!(topic.told(), ["opened target-stale web"]);
    let kept = ledger.alerts().await.unwrap();
    assert_eq!((kept.len(), kept[0].alert.times_opened, kept[0].alert.untold.clone()), (1, 1, None));
}

#[tokio::test]
async fn five_hundred_alerts_in_one_sweep_are_a_handful_of_messages() {
    let (ledger, topic) = (MemoryLedger::new(), MemoryTopic::default());
    let findings: Vec<Finding> = (0..500).map(|nth| stale(&format!("web-{nth}"), nth)).collect();
    for second in [0, 900, 1800] {
        pass(&ledger, &topic, &findings, &everything(), second).await;
    }
    assert_eq!(topic.told().len(), 500);
    let messages = topic.messages.lock().unwrap().len();
    assert!(messages <= 5, "{messages}");
    // Five hundred findings of one service are one alert.
    let findings: Vec<Finding> = (0..500).map(|nth| stale("api", nth)).collect();
    for second in [2700, 3600] {
        pass(&ledger, &topic, &findings, &partial(), second).await;
    }
    assert_eq!(topic.told().len(), 501);
}

#[tokio::test]
async fn a_deployment_of_five_hundred_tasks_opens_nothing() {
    let (ledger, topic) = (MemoryLedger::new(), MemoryTopic::default());
    // Each second a task stops; its target is there for twenty seconds more. Events and sweeps see what is there.
    for second in 0..600_i64 {
        let gone = u32::try_from((second - 20).max(0)).unwrap()..u32::try_from(second.min(500)).unwrap();
        let findings: Vec<Finding> = gone.map(|nth| stale("web", nth)).collect();
        let coverage = if second % 60 == 0 { everything() } else { partial() };
        let told = pass(&ledger, &topic, &findings, &coverage, second).await;
        assert_eq!(told.failures, []);
    }
    assert_eq!(topic.told(), [""; 0]);
    assert!(ledger.alerts().await.unwrap().iter().all(|kept| !kept.alert.open && kept.alert.times_opened == 0));
}

/// What comes and goes is sent as often as sweeps end at most, however often it does so between them.
#[tokio::test]
async fn a_target_that_flaps_for_a_day_is_told_once_a_sweep_at_most() {
    let (ledger, topic) = (MemoryLedger::new(), MemoryTopic::default());
    let (mut sweeps, day) = (0, 86_400);
    for second in (0..day).step_by(50) {
        let findings = if second / 50 % 2 == 0 { vec![stale("web", 1)] } else { vec![] };
        let is_sweep = second % 900 == 0;
        sweeps += usize::from(is_sweep);
        let coverage = if is_sweep { everything() } else { partial() };
        assert_eq!(pass(&ledger, &topic, &findings, &coverage, second).await.failures, []);
    }
    let told = topic.told();
    assert!(!told.is_empty() && told.len() <= sweeps, "{} in {sweeps} sweeps", told.len());
}
