//! What a pass would take back, before it does.

use model::scope::{OtherParts, Scope, SweepPart};

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

/// A sweep in parts: each alert is one part's to take back, whatever of it is there no more.
#[tokio::test]
async fn the_rest_of_a_sweep_takes_back_what_no_other_part_would_see() {
    let id = |name| ServiceId::of(&service(name)).unwrap();
    let of_group = |of: &str| {
        let finding = stale(of, 1);
        let resources = Resources { cluster: None, service: None, ..finding.resources };
        Finding { resources, users: vec![], ..finding }
    };
    let alerts = kept(&[(&[stale("web", 1), stale("gone", 2), of_group("spare"), of_group("shared")], 0)]).await;
    let prod = id("web").cluster;
    let others = OtherParts {
        at: Timestamp::MAX,
        clusters: BTreeSet::new(),
        services: [id("web")].into(),
        target_groups: ["web", "shared"].map(group).into(),
    };
    let rules: BTreeSet<String> = ["target-stale".to_owned()].into();
    let of_scope = |scope: &Scope| AlertCoverage::of(scope, rules.clone(), BTreeSet::new(), Timestamp::MAX);
    let rest = |others: &OtherParts, groups: &[&str]| {
        let target_groups = groups.iter().copied().map(group).collect();
        of_scope(&Scope { target_groups, part_of_sweep: Some(SweepPart::Rest(others.clone())), ..Scope::default() })
    };
    assert_eq!(of(&alerts, &[], &rest(&others, &[])), ["gone", "spare"], "of no service that is there");
    assert_eq!(of(&alerts, &[], &rest(&others, &["shared"])), ["gone", "shared", "spare"], "it looked there itself");
    let whole = OtherParts { clusters: [prod].into(), services: BTreeSet::new(), ..others.clone() };
    assert_eq!(of(&alerts, &[], &rest(&whole, &[])), ["spare"], "a part looks at the cluster");
    let named = OtherParts { target_groups: ["web", "shared", "gone"].map(group).into(), ..others.clone() };
    assert_eq!(of(&alerts, &[], &rest(&named, &[])), ["spare"], "another service serves through the group");
    let earlier = OtherParts { at: at(-1), ..others };
    let opened = pass_twice(&[of_group("spare")]).await;
    assert_eq!(of(&opened, &[], &rest(&earlier, &[])), [""; 0], "what was opened later isn't known to it");

    let services = Scope { services: [id("web")].into(), ..Scope::default() };
    assert_eq!(of(&alerts, &[], &of_scope(&services)), [""; 0], "an event's look");
    let part = Scope { part_of_sweep: Some(SweepPart::Services), ..services };
    assert_eq!(of(&alerts, &[], &of_scope(&part)), ["web"]);
}

async fn pass_twice(findings: &[Finding]) -> Vec<KeptAlert> {
    kept(&[(findings, 0), (findings, 61)]).await
}
