use std::collections::BTreeMap;

use model::elb::Target;
use model::finding::{Fingerprint, Resources, Severity};
use model::observation::{Unread, UnreadKind};
use model::policy::Mode;
use model::repair::RepairStatus;
use model::scope::{Scope, ServiceId};
use serde_json::json;

use crate::document::{Coverage, Modes, Report, SCHEMA, ScopeReport, Tool};
use crate::finding_report::{FindingReport, RepairReport};
use crate::lines::{LogLine, MAX_BYTES};
use crate::text::TextStyle;

const CLUSTER: &str = "arn:aws:ecs:eu-central-1:111122223333:cluster/prod";
const GROUP: &str = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/50dc6c495c0c9188";

pub(crate) fn report(findings: Vec<FindingReport>) -> Report {
    Report {
        schema: SCHEMA,
        tool: Tool { version: "1.2.3".to_owned(), ..Tool::current() },
        generated_at: "2026-03-01T12:00:00.25Z".parse().expect("a time"),
        account: "111122223333".parse().expect("an account"),
        region: "eu-central-1".parse().expect("a Region"),
        scope: ScopeReport::from(&Scope { everything: true, ..Scope::default() }),
        mode: Modes { registration: Mode::Repair, security_groups: Mode::Observe },
        coverage: Coverage {
            clusters: 1,
            services: 2,
            tasks: 40,
            target_groups: 2,
            targets: 41,
            ..Coverage::default()
        },
        findings,
        severity_filter: None,
        gone: Vec::new(),
        rules: Vec::new(),
        calls: BTreeMap::from([
            ("ecs:DescribeServices".to_owned(), 1),
            ("ecs:DescribeTasks".to_owned(), 1),
            ("elasticloadbalancing:DescribeTargetHealth".to_owned(), 2),
        ]),
        duration_ms: 1042,
    }
    .sorted()
}

pub(crate) fn finding(
    rule: &str,
    severity: Severity,
    service: &str,
    address: &str,
    repairs: Vec<RepairReport>,
) -> FindingReport {
    let target = Target { ip: address.parse().expect("an address"), port: 8080 };
    let cluster = CLUSTER.parse().expect("a cluster");
    let resources = Resources {
        service: format!("arn:aws:ecs:eu-central-1:111122223333:service/prod/{service}").parse().ok(),
        cluster: Some(cluster),
        target_group: GROUP.parse().ok(),
        target: Some(target),
        ..Resources::default()
    };
    FindingReport {
        rule: rule.to_owned(),
        severity,
        fingerprint: Fingerprint::of([rule, service, address]),
        title: format!("{rule} in a line"),
        summary: format!("{target} of {service} is not as it should be"),
        remedy: format!("see what {rule} says"),
        fixes: Vec::new(),
        caused_by: None,
        impact: None,
        grouping: None,
        resources,
        evidence: BTreeMap::from([("state".to_owned(), json!("healthy"))]),
        repairs,
        accepted: None,
        baseline: None,
    }
}

fn repair(action: &str, status: RepairStatus, code: Option<&str>, reason: Option<&str>) -> RepairReport {
    RepairReport { action: action.to_owned(), status, code: code.map(str::to_owned), reason: reason.map(str::to_owned) }
}

fn findings() -> Vec<FindingReport> {
    let denied = Some("deregistering isn't allowed");
    vec![
        finding("target-foreign", Severity::Low, "api", "10.0.9.9", vec![]),
        finding(
            "target-missing",
            Severity::High,
            "web",
            "10.0.1.7",
            vec![repair("register-target", RepairStatus::Done, None, None)],
        ),
        finding(
            "target-missing",
            Severity::High,
            "web",
            "10.0.1.8",
            vec![repair("register-target", RepairStatus::Done, None, None)],
        ),
        finding(
            "target-hijacked",
            Severity::Critical,
            "api",
            "10.0.2.4",
            vec![repair("deregister-target", RepairStatus::Refused, Some("AccessDenied"), denied)],
        ),
    ]
}

#[test]
fn the_document_has_the_agreed_keys_and_leaves_out_what_does_not_apply() {
    let mut report = report(vec![findings().remove(3)]);
    report.coverage.unread = vec![unread("task a")];
    insta::assert_snapshot!(serde_json::to_string_pretty(&report).expect("JSON"), @r#"
    {
      "schema": 1,
      "tool": {
        "name": "ecs-nlb-guard",
        "version": "1.2.3"
      },
      "generated_at": "2026-03-01T12:00:00.25Z",
      "account": "111122223333",
      "region": "eu-central-1",
      "scope": {},
      "mode": {
        "registration": "repair",
        "security_groups": "observe"
      },
      "coverage": {
        "clusters": 1,
        "services": 2,
        "services_without_tasks": 0,
        "tasks": 40,
        "target_groups": 2,
        "targets": 41,
        "network_interfaces": 0,
        "unread": [
          {
            "resource": "task a",
            "operation": "ecs:DescribeTasks",
            "error": "ThrottlingException: Rate exceeded",
            "kind": "transient"
          }
        ]
      },
      "findings": [
        {
          "rule": "target-hijacked",
          "severity": "critical",
          "fingerprint": "a1b9c037860c3755",
          "title": "target-hijacked in a line",
          "summary": "10.0.2.4:8080 of api is not as it should be",
          "remedy": "see what target-hijacked says",
          "fixes": [],
          "evidence": {
            "state": "healthy"
          },
          "resources": {
            "cluster": "arn:aws:ecs:eu-central-1:111122223333:cluster/prod",
            "service": "arn:aws:ecs:eu-central-1:111122223333:service/prod/api",
            "target_group": "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/50dc6c495c0c9188",
            "target": {
              "ip": "10.0.2.4",
              "port": 8080
            }
          },
          "repairs": [
            {
              "action": "deregister-target",
              "status": "refused",
              "code": "AccessDenied",
              "reason": "deregistering isn't allowed"
            }
          ]
        }
      ],
      "calls": {
        "ecs:DescribeServices": 1,
        "ecs:DescribeTasks": 1,
        "elasticloadbalancing:DescribeTargetHealth": 2
      },
      "duration_ms": 1042
    }
    "#);
    let back: Report = serde_json::from_str(&report.to_json().expect("JSON")).expect("a report");
    assert_eq!(back.findings, report.findings);
}

#[test]
fn findings_come_worst_first_then_by_fingerprint_whatever_the_order_they_came_in() {
    let one = report(findings());
    let mut turned = findings();
    turned.reverse();
    assert_eq!(one, report(turned));
    let order: Vec<_> =
        one.findings.iter().map(|finding| (finding.severity, finding.fingerprint.to_string())).collect();
    assert_eq!(
        order.iter().map(|(severity, _)| *severity).collect::<Vec<_>>(),
        [Severity::Critical, Severity::High, Severity::High, Severity::Low]
    );
    assert!(order[1].1 < order[2].1);
}

#[test]
fn a_text_tells_what_to_look_at_first() {
    let mut report = report(findings());
    report.coverage.unread = vec![unread("task b"), unread("task a"), unread("task a")];
    insta::assert_snapshot!(report.sorted().to_text(), @"
    Account 111122223333, eu-central-1: No service loses traffic, but there are 4 findings; all 2 services have findings; 2 look-ups failed.
    Read 1 cluster, 2 services, 40 tasks, 2 target groups, 41 targets at 2026-03-01T12:00:00Z; targets: repair, security groups: observe

      critical  10.0.2.4:8080 of api is not as it should be
      high      10.0.1.8:8080 of web is not as it should be
      high      10.0.1.7:8080 of web is not as it should be
      low       10.0.9.9:8080 of api is not as it should be

    prod/api  1 critical, 1 low
      critical  target-hijacked  10.0.2.4:8080 of api is not as it should be
                deregister-target refused (AccessDenied): deregistering isn't allowed
                what to do: see what target-hijacked says
                more: ecs-nlb-guard rules target-hijacked (docs/rules/target-hijacked.md of version 1.2.3)
      low       target-foreign  10.0.9.9:8080 of api is not as it should be
                what to do: see what target-foreign says
                more: ecs-nlb-guard rules target-foreign (docs/rules/target-foreign.md of version 1.2.3)

    prod/web  2 high
      high      target-missing  10.0.1.8:8080 of web is not as it should be
                register-target done
                what to do: see what target-missing says
                more: ecs-nlb-guard rules target-missing (docs/rules/target-missing.md of version 1.2.3)
      high      target-missing  10.0.1.7:8080 of web is not as it should be
                register-target done

    Could not be read
      ecs:DescribeTasks on task a: ThrottlingException: Rate exceeded
      ecs:DescribeTasks on task b: ThrottlingException: Rate exceeded

    4 requests (ecs 2, elasticloadbalancing 2) in 1.042 s
    Account 111122223333, eu-central-1: 1 critical, 2 high, 1 low, 2 look-ups failed. Next: mend prod/api first, then run the audit again.
    ");
}

#[test]
fn a_healthy_account_is_one_screen() {
    insta::assert_snapshot!(report(vec![]).to_text(), @"
    Account 111122223333, eu-central-1: All is well.
    Read 1 cluster, 2 services, 40 tasks, 2 target groups, 41 targets at 2026-03-01T12:00:00Z; targets: repair, security groups: observe

    4 requests (ecs 2, elasticloadbalancing 2) in 1.042 s
    Account 111122223333, eu-central-1: all is well. Nothing to do.
    ");
}

#[test]
fn nothing_found_is_not_well_when_something_or_everything_was_not_looked_at() {
    let mut report = report(vec![]);
    report.coverage.unread = vec![unread("task a")];
    let text = report.to_text();
    assert!(!text.contains("All is well"), "{text}");
    assert!(text.contains("1 look-up failed"), "{text}");

    report.coverage = Coverage::default();
    let text = report.to_text();
    assert!(!text.contains("All is well"), "{text}");
}

#[test]
fn a_terminal_sees_no_control_characters() {
    let mut evil = findings();
    evil[0].summary = "first\n\u{1b}[2Jsecond\r\tthird".to_owned();
    let text = report(evil).to_text();
    assert!(text.contains("first \u{fffd}[2Jsecond third"), "{text}");
}

#[test]
fn a_scope_reads_as_a_request_and_an_empty_one_not_as_everything() {
    let json = |scope: &Scope| serde_json::to_value(ScopeReport::from(scope)).expect("JSON");
    let cluster = CLUSTER.parse().expect("a cluster");
    let mut scope = Scope::default();
    assert_eq!(json(&scope), json!({"clusters": [], "services": [], "tasks": [], "target_groups": []}));
    scope.services.insert(ServiceId::new(&cluster, "web"));
    scope.target_groups.insert(GROUP.parse().expect("a group"));
    assert_eq!(json(&scope), json!({"services": ["prod/web"], "target_groups": [GROUP]}));
    scope.everything = true;
    assert_eq!(json(&scope), json!({}));
}

#[test]
fn a_short_report_is_one_line() {
    let report = report(findings());
    assert_eq!(report.log_lines().expect("JSON"), [LogLine::Report(report.to_json().expect("JSON"))]);
}

#[test]
fn a_long_report_is_a_summary_and_a_line_per_finding_and_none_is_too_long() {
    let mut many: Vec<FindingReport> = (0..600)
        .map(|n| finding("target-missing", Severity::High, "web", &format!("10.0.{}.{}", n / 200, n % 200), vec![]))
        .collect();
    many[0].evidence.insert("seen".to_owned(), json!("x".repeat(MAX_BYTES)));
    let mut report = report(many);
    let long = |n| Unread { error: "é".repeat(5000), ..unread(&format!("task {n}")) };
    report.coverage.unread = (0..300).map(long).collect();

    let lines = report.log_lines().expect("JSON");
    assert_eq!(lines.len(), 601);
    let texts: Vec<&String> = lines.iter().map(|(LogLine::Report(text) | LogLine::Finding(text))| text).collect();
    assert!(texts.iter().all(|text| text.len() <= MAX_BYTES));
    let summary: serde_json::Value = serde_json::from_str(texts[0]).expect("JSON");
    assert_eq!(summary["findings_by_severity"], json!({"high": 600}));
    assert_eq!((&summary["findings_total"], &summary["unread_total"]), (&json!(600), &json!(300)));
    assert!(lines[1..].iter().all(|line| matches!(line, LogLine::Finding(_))));
    let fingerprints = |text: &&String| serde_json::from_str::<FindingReport>(text).expect("a finding").fingerprint;
    let logged: Vec<_> = texts[1..].iter().map(fingerprints).collect();
    assert_eq!(logged, report.findings.iter().map(|finding| finding.fingerprint).collect::<Vec<_>>());
}

pub(crate) fn unread(resource: &str) -> Unread {
    Unread {
        resource: resource.to_owned(),
        operation: "ecs:DescribeTasks".to_owned(),
        error: "ThrottlingException: Rate exceeded".to_owned(),
        kind: UnreadKind::Transient,
        code: None,
    }
}

#[test]
fn a_terminal_gets_colours_only_where_asked_for_and_lines_as_wide_as_it_is() {
    let mut long = findings();
    long[3].summary = "10.0.2.4:8080 of api was a task's once, but now belongs to a task of another service".to_owned();
    let report = report(long);
    assert!(!report.to_text_as(TextStyle { colours: false, width: Some(60) }, &[]).contains('\u{1b}'));
    let text = report.to_text_as(TextStyle { colours: true, width: Some(60) }, &[]);
    assert!(text.contains("\u{1b}[1m\u{1b}[31mcritical\u{1b}[0m"), "{text}");
    insta::assert_snapshot!(report.to_text_as(TextStyle { colours: false, width: Some(60) }, &[]), @"
    Account 111122223333, eu-central-1: No service loses
    traffic, but there are 4 findings; all 2 services have
    findings.
    Read 1 cluster, 2 services, 40 tasks, 2 target groups, 41
    targets at 2026-03-01T12:00:00Z; targets: repair, security
    groups: observe

      critical  10.0.2.4:8080 of api was a task's once, but now…
      high      10.0.1.8:8080 of web is not as it should be
      high      10.0.1.7:8080 of web is not as it should be
      low       10.0.9.9:8080 of api is not as it should be

    prod/api  1 critical, 1 low
      critical  target-hijacked  10.0.2.4:8080 of api was a
                task's once, but now belongs to a task of
                another service
                deregister-target refused (AccessDenied):
                  deregistering isn't allowed
                what to do: see what target-hijacked says
                more: ecs-nlb-guard rules target-hijacked
                  (docs/rules/target-hijacked.md of version
                  1.2.3)
      low       target-foreign  10.0.9.9:8080 of api is not as
                it should be
                what to do: see what target-foreign says
                more: ecs-nlb-guard rules target-foreign
                  (docs/rules/target-foreign.md of version
                  1.2.3)

    prod/web  2 high
      high      target-missing  10.0.1.8:8080 of web is not as
                it should be
                register-target done
                what to do: see what target-missing says
                more: ecs-nlb-guard rules target-missing
                  (docs/rules/target-missing.md of version
                  1.2.3)
      high      target-missing  10.0.1.7:8080 of web is not as
                it should be
                register-target done

    4 requests (ecs 2, elasticloadbalancing 2) in 1.042 s
    Account 111122223333, eu-central-1: 1 critical, 2 high, 1
    low. Next: mend prod/api first, then run the audit again.
    ");
}

#[test]
fn what_turns_the_writing_direction_is_no_part_of_a_line() {
    let mut evil = findings();
    evil[0].summary = "safe\u{202e}live".to_owned();
    assert!(report(evil).to_text().contains("safe\u{fffd}live"));
}
