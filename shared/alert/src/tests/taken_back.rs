//! What a pass would take back, before it does.

use super::*;
use crate::taken_back;

/// What these passes left in a ledger: what each found, and when.
async fn kept(passes: &[(&[Finding], i64)]) -> Vec<KeptAlert> {
    let (ledger, topic) = (MemoryLedger::new(), MemoryTopic::default());
    for (findings, second) in passes {
        pass(&ledger, &topic, findings, &partial(), *second).await;
    }
    ledger.alerts().await.unwrap()
}

fn of(kept: &[KeptAlert], findings: &[Finding], coverage: &AlertCoverage) -> Vec<String> {
    let alerts = taken_back(kept, &seen(findings), coverage);
    alerts.iter().map(|alert| alert.key.target_group.as_ref().unwrap().name().to_owned()).collect()
}

#[tokio::test]
async fn what_is_open_or_suspected_and_is_not_seen_is_taken_back_by_who_would_see_it() {
    let (web, api) = ([stale("web", 1)], [stale("web", 1), stale("api", 2)]);
    let kept = kept(&[(&web, 0), (&api, 61)]).await;
    assert_eq!(of(&kept, &[], &everything()), ["api", "web"]);
    assert_eq!(of(&kept, &[stale("web", 7)], &everything()), ["api"], "another target of the group keeps its alert");
    assert_eq!(of(&kept, &api, &everything()), [""; 0]);
    assert_eq!(of(&kept, &[], &partial()), [""; 0]);
}

#[tokio::test]
async fn what_is_seen_milder_than_it_was_told_is_taken_back_unless_it_is_too_mild_to_be_told() {
    let kept = kept(&[(&[stale("web", 1)], 0), (&[stale("web", 1)], 61)]).await;
    let milder = |severity| [Finding { severity, ..stale("web", 1) }];
    assert_eq!(of(&kept, &milder(Severity::Medium), &everything()), ["web"]);
    assert_eq!(of(&kept, &milder(Severity::Low), &everything()), [""; 0]);
}

#[tokio::test]
async fn a_pass_that_began_before_an_alert_was_opened_resolves_nothing() {
    let (ledger, topic) = (MemoryLedger::new(), MemoryTopic::default());
    for second in [0, 61] {
        pass(&ledger, &topic, &[stale("web", 1)], &everything(), second).await;
    }
    assert_eq!(topic.told(), ["opened target-stale web"]);
    pass(&ledger, &topic, &[], &AlertCoverage { began: at(60), ..everything() }, 62).await;
    assert_eq!(topic.told(), ["opened target-stale web"]);
    pass(&ledger, &topic, &[], &AlertCoverage { began: at(62), ..everything() }, 63).await;
    assert_eq!(topic.told(), ["opened target-stale web", "resolved target-stale web"]);
}
