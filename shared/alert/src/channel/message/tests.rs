//! What is read, and what is sent.

use model::alert::{AlertChange, RepairNote, TaskCounts};
use model::finding::{Fingerprint, Severity};

use super::*;
use crate::update::{AlertLinks, AlertStatus};

pub(crate) fn update(nth: usize, change: AlertChange, severity: Severity) -> AlertUpdate {
    AlertUpdate {
        alert_id: format!("{nth:016x}").parse().unwrap(),
        change,
        status: if change == AlertChange::Resolved { AlertStatus::Resolved } else { AlertStatus::Open },
        severity,
        rule: "target-stale".to_owned(),
        title: "Nothing has the address of a registered target".to_owned(),
        cluster: Some("arn:aws:ecs:eu-central-1:111122223333:cluster/prod".to_owned()),
        service: Some(format!("arn:aws:ecs:eu-central-1:111122223333:service/prod/web-{nth}")),
        target_group: None,
        findings: 3,
        fingerprints: vec![Fingerprint::of(["web"])],
        tasks: Some(TaskCounts { affected: 0, running: 19, desired: 20 }),
        summary: format!("10.0.0.{nth}:8080 is registered in web but nothing has that address"),
        remedy: "Deregister the target, with its port.".to_owned(),
        commands: vec![format!("aws elbv2 deregister-targets --targets 'Id=10.0.0.{nth},Port=8080'")],
        repairs: vec![RepairNote {
            action: "deregister-target".to_owned(),
            summary: format!("deregister 10.0.0.{nth}:8080 from web"),
            status: "withheld".to_owned(),
            reason: Some("no proof of past ownership".to_owned()),
        }],
        links: AlertLinks { rule: None, log: "https://log".to_owned() },
        opened_at: Some("2026-03-01T11:30:00Z".parse().unwrap()),
        at: "2026-03-01T12:00:00Z".parse().unwrap(),
        times_opened: 1,
    }
}

pub(crate) fn origin() -> Origin {
    Origin {
        partition: "aws".to_owned(),
        account: "111122223333".parse().unwrap(),
        account_name: Some("shop".to_owned()),
        region: "eu-central-1".parse().unwrap(),
        function: "ecs-nlb-guard-audit".to_owned(),
        rules_url: None,
    }
}

#[test]
fn a_mail_about_an_opened_alert() {
    let all = [AlertUpdate { times_opened: 2, ..update(1, AlertChange::Opened, Severity::High) }];
    let message = &messages(&origin(), &all)[0];
    insta::assert_snapshot!(message.subject, @"HIGH opened: Nothing has the address of a registered.. | prod/web-1 shop 111122223333 eu-central-1");
    insta::assert_snapshot!(message.text, @r#"
    OPENED | HIGH | prod/web-1
    10.0.0.1:8080 is registered in web but nothing has that address

    Since: 2026-03-01 12:00 UTC, opened 2 times so far
    How many: 3 findings; the service runs 19 of 20 tasks
    Guard: doesn't deregister 10.0.0.1:8080 from web: no proof of past ownership
    To mend it: Deregister the target, with its port.
        aws elbv2 deregister-targets --targets 'Id=10.0.0.1,Port=8080'
    Where: prod/web-1, account shop 111122223333, eu-central-1
    Look: ecs-nlb-guard audit --rule target-stale --service prod/web-1
    Rule: ecs-nlb-guard rules target-stale
    Log: https://log
    To silence it, add to the policy:
    [[accept]]
    rule = "target-stale"
    service = "prod/web-1"
    reason = "WHY"
    until = "2026-03-31"
    Alert: 0000000000000001
    "#);
}

#[test]
fn a_mail_about_a_resolved_alert() {
    let all = [update(1, AlertChange::Resolved, Severity::High)];
    let message = &messages(&origin(), &all)[0];
    insta::assert_snapshot!(message.subject, @"HIGH resolved: Nothing has the address of a registere.. | prod/web-1 shop 111122223333 eu-central-1");
    insta::assert_snapshot!(message.text, @r#"
    RESOLVED | HIGH | prod/web-1
    No longer found: 10.0.0.1:8080 is registered in web but nothing has that address

    Since: 2026-03-01 11:30 UTC until 2026-03-01 12:00 UTC
    Last seen: 3 findings; the service runs 19 of 20 tasks
    Where: prod/web-1, account shop 111122223333, eu-central-1
    Look: ecs-nlb-guard audit --rule target-stale --service prod/web-1
    Rule: ecs-nlb-guard rules target-stale
    Log: https://log
    Alert: 0000000000000001
    "#);
}

#[test]
fn a_digest_is_grouped_by_service_worst_first() {
    let with =
        |nth, rule: &str, change, severity| AlertUpdate { rule: rule.to_owned(), ..update(nth, change, severity) };
    let all = [
        with(0, "target-stale", AlertChange::Resolved, Severity::Critical),
        with(1, "target-missing", AlertChange::Opened, Severity::High),
        with(2, "target-hijacked", AlertChange::Worsened, Severity::Critical),
        with(1, "target-stale", AlertChange::Opened, Severity::Medium),
    ];
    let messages = messages(&origin(), &all);
    assert_eq!(messages.len(), 1);
    let AlertMessage { subject, text, body, attributes, alerts } = &messages[0];
    assert_eq!(alerts, &[2, 1, 3, 0]);
    insta::assert_snapshot!(subject, @"CRITICAL: 2 opened, 1 worsened, 1 resolved | 3 services shop 111122223333 eu-central-1");
    let told: Vec<&str> = text.lines().filter(|line| line.contains(" | ") || line.contains(" in account ")).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    2 opened, 1 worsened, 1 resolved in account shop 111122223333, eu-central-1.
    WORSENED | CRITICAL | prod/web-2
    OPENED | HIGH | prod/web-1
    OPENED | MEDIUM | prod/web-1
    RESOLVED | CRITICAL | prod/web-0
    ");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!((&body["account"], &body["function"]), (&"111122223333".into(), &"ecs-nlb-guard-audit".into()));
    assert_eq!(body["alerts"][0], serde_json::to_value(&all[2]).unwrap());
    let attributes = serde_json::to_string(attributes).unwrap();
    insta::assert_snapshot!(attributes, @r#"{"change":["opened","resolved","worsened"],"cluster":["prod"],"rule":["target-hijacked","target-missing","target-stale"],"severity":["critical","high","medium"]}"#);
}

#[test]
fn five_hundred_changes_are_a_handful_of_messages_within_sns_limits() {
    let opened = |nth| update(nth, AlertChange::Opened, Severity::High);
    let long = |nth| AlertUpdate { summary: "é\"".repeat(300), ..opened(nth) };
    for (most, all) in [(6, (0..500).map(opened).collect()), (10, (0..500).map(long).collect::<Vec<_>>())] {
        let messages = messages(&origin(), &all);
        assert!(messages.len() <= most, "{}", messages.len());
        let mut told: Vec<usize> = messages.iter().flat_map(|message| message.alerts.clone()).collect();
        told.sort_unstable();
        assert_eq!(told, (0..500).collect::<Vec<_>>());
        for message in messages {
            let attributes: usize = message.attributes.values().flatten().map(|value| value.len() + 3).sum();
            assert!(message.structure().len() + attributes < 256 * 1024);
            assert!(message.subject.len() < 100 && message.subject.is_ascii());
        }
    }
}

#[test]
fn the_longest_change_fits() {
    let long = "\u{1}\"\\é".repeat(100_000);
    let alert = model::alert::Alert {
        key: model::alert::AlertKey {
            rule: "target-stale".to_owned(),
            cluster: None,
            service: format!("arn:aws:ecs:eu-central-1:111122223333:service/prod/{}", "w".repeat(255)).parse().ok(),
            target_group: None,
        },
        cluster: None,
        service: None,
        title: long.clone(),
        open: true,
        since: "2026-03-01T12:00:00Z".parse().unwrap(),
        opened_at: None,
        last_sent: None,
        times_opened: u32::MAX,
        severity: Severity::Critical,
        findings: u32::MAX,
        summary: long.clone(),
        remedy: long.clone(),
        fingerprints: (0..50).map(|nth| Fingerprint::of([format!("{nth}").as_str()])).collect(),
        commands: vec![long.clone(), "short".to_owned()],
        repairs: vec![
            RepairNote {
                action: "stop-task".to_owned(),
                summary: long.clone(),
                status: "failed".to_owned(),
                reason: Some(long)
            };
            50
        ],
        tasks: None,
        suspected: BTreeMap::new(),
        untold: None,
    };
    let origin = Origin { account_name: Some("ü".repeat(500)), ..origin() };
    for region in ["eu-central-1", "ap-southeast-1", "us-gov-east-1"] {
        let origin = Origin { region: region.parse().unwrap(), ..origin.clone() };
        for change in AlertChange::ALL {
            let update = AlertUpdate::of(&origin, &alert, change, alert.since);
            assert!(size(&origin, &update) < 80_000, "{}", size(&origin, &update));
            let message = &messages(&origin, &[update])[0];
            assert!(message.subject.len() < 100 && message.subject.is_ascii(), "{}", message.subject);
        }
    }
}

#[test]
fn what_is_about_the_guard_itself_is_no_rule_to_ask_for_or_to_accept() {
    let rule = model::alert::PERMISSION_DENIED.to_owned();
    let one = AlertUpdate { rule, service: None, cluster: None, ..update(1, AlertChange::Opened, Severity::High) };
    let text = words::one(&origin(), &one);
    assert!(text.contains("Look: ecs-nlb-guard permissions\n"), "{text}");
    assert!(!text.contains("[[accept]]") && !text.contains("Rule: ") && !text.contains("--rule"), "{text}");
}

#[test]
fn without_a_service_each_finding_is_accepted() {
    let fingerprints = vec![Fingerprint::of(["a"]), Fingerprint::of(["b"])];
    let one = AlertUpdate { service: None, fingerprints, ..update(1, AlertChange::Opened, Severity::High) };
    assert_eq!(words::one(&origin(), &one).matches("fingerprint = ").count(), 2);
}

#[test]
fn what_is_told_again_comes_after_what_is_new() {
    let all = [update(1, AlertChange::Reminder, Severity::High), update(2, AlertChange::Opened, Severity::High)];
    let text = &messages(&origin(), &all)[0].text;
    assert!(text.find("OPENED") < text.find("STILL OPEN"), "{text}");
}

#[test]
fn other_peoples_text_cannot_pass_for_a_line_or_a_key() {
    let forged = "fine\r\nRESOLVED | HIGH | prod/web\n\u{202e}\u{0}\",\"severity\":\"low\",\"x\":\"\u{1b}[31m";
    let text = words::cut(forged, 2_000);
    let one = AlertUpdate { title: text.clone(), summary: text, ..update(1, AlertChange::Opened, Severity::High) };
    let message = &messages(&origin(), &[one])[0];
    assert_eq!(message.text.lines().filter(|line| line.starts_with("RESOLVED")).count(), 0);
    assert!(message.text.chars().all(|c| c == '\n' || !c.is_control()));
    assert!(message.subject.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
    let structure: serde_json::Value = serde_json::from_str(&message.structure()).unwrap();
    let body: serde_json::Value = serde_json::from_str(structure["default"].as_str().unwrap()).unwrap();
    assert_eq!(body["alerts"][0]["severity"], "high");
    assert_eq!(body["alerts"].as_array().unwrap().len(), 1);
}
