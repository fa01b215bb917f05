//! What may be called well, and what fine.

use model::finding::{Resources, Severity};
use serde_json::Value;

use crate::document::{Report, Unclear, UnclearService};
use crate::tests::{finding, report, unread};

/// Of five services that were asked for, `web` has a finding.
fn five() -> Report {
    let mut report = report(vec![finding("target-missing", Severity::High, "web", "10.0.1.7", Vec::new())]);
    (report.coverage.services, report.coverage.services_in_scope) = (9, Some(5));
    report
}

fn unclear(names: &[&str], why: Unclear) -> Vec<UnclearService> {
    names.iter().map(|name| UnclearService { service: format!("prod/{name}"), why }).collect()
}

#[test]
fn fine_is_what_was_asked_for_and_judged() {
    assert!(five().opening().contains("4 of 5 are fine"), "{}", five().opening());
    let mut report = five();
    report.coverage.services_in_scope = None;
    assert!(report.opening().contains("8 of 9 are fine"), "an older report doesn't say");
}

#[test]
fn what_could_not_be_judged_or_has_no_task_is_not_fine() {
    let mut report = five();
    report.coverage.services_unclear = unclear(&["api", "web"], Unclear::Unread);
    report.coverage.services_unclear.extend(unclear(&["idle"], Unclear::NoTasks));
    report.coverage.unread.push(unread("prod/api"));
    let opening = report.opening();
    let says =
        "2 of 5 are fine; 1 has none of the tasks wanted; 1 service couldn't be judged in full; 1 look-up failed.";
    assert!(opening.ends_with(says), "{opening}");
    assert!(
        report.to_text().contains("not judged in full because of it: prod/api and prod/web"),
        "{}",
        report.to_text()
    );
}

#[test]
fn what_is_left_out_is_not_called_well() {
    let mut report = five();
    report.filter_by_severity(Severity::Critical);
    let opening = report.opening();
    assert_eq!(opening, "No finding of severity critical or over; 1 finding of lower severity is left out.");
    let text = report.to_text();
    assert!(text.contains("1 of lower severity left out. Next: see them without --severity."), "{text}");
    report.filter_by_severity(Severity::Low);
    assert_eq!(report.severity_filter.map(|filter| filter.left_out), Some(0));
}

#[test]
fn what_some_rules_found_nothing_by_is_not_called_well() {
    let mut report = report(Vec::new());
    report.scope.rules = Some(vec!["target-stale".to_owned()]);
    assert_eq!(report.opening(), "Nothing found by the rule target-stale.");
    assert!(!report.to_text().contains("well"), "{}", report.to_text());
}

#[test]
fn who_has_no_task_is_named() {
    let mut report = report(Vec::new());
    report.coverage.services_unclear = unclear(&["idle"], Unclear::NoTasks);
    assert_eq!(report.opening(), "Nothing found, but 1 service has none of the tasks wanted.");
    assert!(report.to_text().ends_with("Next: see why no task of prod/idle is running.\n"), "{}", report.to_text());
}

/// A cause that is less severe than what follows from it comes as early as that.
#[test]
fn what_to_mend_first_is_what_comes_first() {
    let mut cause = finding("target-group-empty", Severity::Medium, "web", "10.0.1.7", Vec::new());
    let mut follows = finding("target-hijacked", Severity::Critical, "web", "10.0.1.8", Vec::new());
    let other = finding("target-missing", Severity::High, "api", "10.0.1.9", Vec::new());
    cause.fingerprint = model::finding::Fingerprint::of(["cause"]);
    follows.caused_by = Some(cause.fingerprint);
    let report = report(vec![other, cause, follows]);
    assert_eq!(report.groups().first().map(|group| group.rule.as_str()), Some("target-group-empty"));
    assert!(report.to_text().contains("Next: mend prod/web first"), "{}", report.to_text());
}

/// Every key that a finding's resources can have is in the published schema.
#[test]
fn the_schema_knows_every_resource() {
    let all = Resources {
        cluster: "arn:aws:ecs:eu-central-1:111122223333:cluster/prod".parse().ok(),
        service: "arn:aws:ecs:eu-central-1:111122223333:service/prod/web".parse().ok(),
        task: "arn:aws:ecs:eu-central-1:111122223333:task/prod/1".parse().ok(),
        target_group: "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/1".parse().ok(),
        load_balancer: "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/web/1".parse().ok(),
        zone: Some("eu-central-1a".into()),
        target: Some(model::elb::Target { ip: "10.0.1.7".parse().expect("an address"), port: 8080 }),
        network_interface: "eni-1".parse().ok(),
        security_groups: vec!["sg-1".parse().expect("an id")],
    };
    let schema: Value = serde_json::from_str(include_str!("../../../../docs/report.schema.json")).expect("JSON");
    let known = &schema["$defs"]["report"]["properties"]["findings"]["items"]["properties"]["resources"]["properties"];
    let written = serde_json::to_value(all).expect("JSON");
    let keys: Vec<&String> = written.as_object().expect("an object").keys().collect();
    assert!(keys.len() == 9 && keys.iter().all(|key| known.get(key.as_str()).is_some()), "{keys:?}");
}
