//! The policy as its owner meets it.

mod anything;
mod mistakes;
mod places;

use super::*;

/// Slugs to parse with.
const RULES: &[&str] = &["security-group-drift", "target-missing", "target-stale", "target-wrong-port"];

/// The defaults as the documentation has them.
const DEFAULTS: &str = r#"
[registration]
mode = "observe"
grace = "2m"
confirm_after = "30s"
confirm_within = "15m"
managed = "shared"
max_removals = "20%"
window = "10m"
exclude_targets = []
balancers = ["network"]

[security_groups]
mode = "observe"
required = []
forbidden = []
confirm_after = "30s"
confirm_within = "15m"
repair_with = ["modify-network-interface"]
max_interface_changes = 50
max_updates = 1
max_stops = 1
stop_standalone = false
window = "10m"

[alerts]
min_severity = "medium"

[rules]
disable = []
severity = {}
"#;

/// No key as the default has it, and two overrides.
const EVERYTHING: &str = r#"
[registration]
mode = "repair"
grace = "0s"
confirm_after = "45s"
confirm_within = "1h30m"
managed = "exclusive"
max_removals = 7
window = "90s"
exclude_targets = ["10.9.0.0/16", "2001:db8::/32"]
balancers = ["network", "application"]

[security_groups]
mode = "repair"
required = ["sg-0abc", "name:base-egress", "tag:role=task-base"]
forbidden = ["default"]
confirm_after = "1m"
confirm_within = "20m"
repair_with = ["stop-task", "modify-network-interface", "update-service"]
max_interface_changes = 5
max_updates = 2
max_stops = 3
stop_standalone = true
window = "1h"

[alerts]
min_severity = "critical"

[rules]
disable = ["target-*"]
severity = { "security-group-drift" = "high" }

[[override]]
cluster = "prod-*"
registration.mode = "observe"

[[override]]
service = "web"
target_group = "{web,api}-?"
[override.security_groups]
forbidden = ["sg-0def"]

[[accept]]
rule = "target-stale"
service = "prod/*"
fingerprint = "00*"
reason = "known"
until = "2027-01-31"
"#;

fn parse(text: &str) -> Policy {
    Policy::parse(text, RULES).unwrap_or_else(|errors| panic!("{errors}"))
}

fn errors(text: &str) -> String {
    Policy::parse(text, RULES).expect_err("a policy with mistakes").to_string()
}

fn as_json(toml: &str) -> String {
    let table: toml::Table = toml::from_str(toml).expect("toml");
    serde_json::to_string_pretty(&table).expect("json")
}

#[test]
fn the_defaults_are_the_documented_ones() {
    assert_eq!(parse(DEFAULTS), Policy::default());
    assert_eq!(parse(""), Policy::default());
    assert_eq!(parse(" \n{}\n"), Policy::default());
    assert_eq!(Policy::default().may_repair(), MayRepair { registration: false, security_groups: false });
}

#[test]
fn every_key_is_read() {
    insta::assert_debug_snapshot!(parse(EVERYTHING), @r#"
        Policy {
            registration: RegistrationPolicy {
                mode: Repair,
                grace: 0ns,
                confirm_after: 45s,
                confirm_within: 5400s,
                managed: Exclusive,
                max_removals: Count(
                    7,
                ),
                window: 90s,
                exclude_targets: {
                    10.9.0.0/16,
                    2001:db8::/32,
                },
                balancers: {
                    Network,
                    Application,
                },
            },
            security_groups: SecurityGroupPolicy {
                mode: Repair,
                required: {
                    Id(
                        sg-0abc,
                    ),
                    Name(
                        "base-egress",
                    ),
                    Tag {
                        key: "role",
                        value: "task-base",
                    },
                },
                forbidden: {
                    Name(
                        "default",
                    ),
                },
                confirm_after: 60s,
                confirm_within: 1200s,
                repair_with: {
                    ModifyNetworkInterface,
                    UpdateService,
                    StopTask,
                },
                max_interface_changes: 5,
                max_updates: 2,
                max_stops: 3,
                stop_standalone: true,
                window: 3600s,
            },
            alerts: AlertPolicy {
                min_severity: Critical,
            },
            rules: RulesPolicy {
                disabled: {
                    "target-missing",
                    "target-stale",
                    "target-wrong-port",
                },
                severity: {
                    "security-group-drift": High,
                },
            },
            overrides: [
                Override {
                    cluster: Some(
                        Glob("prod-*"),
                    ),
                    service: None,
                    target_group: None,
                    registration: RegistrationChanges {
                        mode: Some(
                            Observe,
                        ),
                        grace: None,
                        confirm_after: None,
                        confirm_within: None,
                        managed: None,
                        max_removals: None,
                        window: None,
                        exclude_targets: None,
                        balancers: None,
                    },
                    security_groups: SecurityGroupChanges {
                        mode: None,
                        required: None,
                        forbidden: None,
                        confirm_after: None,
                        confirm_within: None,
                        repair_with: None,
                        max_interface_changes: None,
                        max_updates: None,
                        max_stops: None,
                        stop_standalone: None,
                        window: None,
                    },
                },
                Override {
                    cluster: None,
                    service: Some(
                        Glob("web"),
                    ),
                    target_group: Some(
                        Glob("{web,api}-?"),
                    ),
                    registration: RegistrationChanges {
                        mode: None,
                        grace: None,
                        confirm_after: None,
                        confirm_within: None,
                        managed: None,
                        max_removals: None,
                        window: None,
                        exclude_targets: None,
                        balancers: None,
                    },
                    security_groups: SecurityGroupChanges {
                        mode: None,
                        required: None,
                        forbidden: Some(
                            {
                                Id(
                                    sg-0def,
                                ),
                            },
                        ),
                        confirm_after: None,
                        confirm_within: None,
                        repair_with: None,
                        max_interface_changes: None,
                        max_updates: None,
                        max_stops: None,
                        stop_standalone: None,
                        window: None,
                    },
                },
            ],
            acceptances: [
                Acceptance {
                    rule: Some(
                        {
                            "target-stale",
                        },
                    ),
                    service: Some(
                        Glob("prod/*"),
                    ),
                    fingerprint: Some(
                        Glob("00*"),
                    ),
                    reason: "known",
                    until: Some(
                        2027-02-01T00:00:00Z,
                    ),
                },
            ],
            warnings: [],
        }
        "#);
}

#[test]
fn both_syntaxes_say_the_same() {
    assert_eq!(parse(&as_json(EVERYTHING)), parse(EVERYTHING));
    assert_eq!(parse(&as_json(DEFAULTS)), Policy::default());
    assert_eq!(parse(&format!("\u{feff}{DEFAULTS}")), Policy::default());
    assert_eq!(parse(&EVERYTHING.replace('\n', "\r\n")), parse(EVERYTHING));
}

#[test]
fn a_policy_is_asked_about_rules() {
    let policy = parse(EVERYTHING);
    assert!(!policy.rule_enabled("target-stale"));
    assert!(policy.rule_enabled("security-group-drift"));
    assert_eq!(policy.severity("security-group-drift", Severity::Low), Severity::High);
    assert_eq!(policy.severity("target-stale", Severity::Low), Severity::Low);
    assert_eq!(policy.alerts().min_severity, Severity::Critical);
}

#[test]
fn a_rule_that_was_given_up_may_still_be_named() {
    let text = "[rules]\ndisable = [\"target-*\", \"drain-*\"]\nseverity = { drain-shorter-than-stop = \"high\" }\n";
    let policy = Policy::parse(text, RULES).unwrap();
    assert!(!policy.rule_enabled("target-stale") && policy.rule_enabled("security-group-drift"));
    let warnings: Vec<String> = policy.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(
        warnings[0].starts_with("line 2, column 24: rules.disable: there is no rule drain-shorter-than-stop any more")
    );
    assert!(warnings[1].starts_with("line 3, column 14: rules.severity: there is no rule drain-shorter-than-stop any"));
    assert_eq!(Policy::parse("[rules]\ndisable = [\"target-*\"]", RULES).unwrap().warnings(), []);
    let accepted = Policy::parse("[[accept]]\nrule = \"drain-*\"\nreason = \"known\"\n", RULES).unwrap();
    assert_eq!(accepted.warnings().len(), 1);
    assert!(
        Policy::parse("[rules]\ndisable = [\"drain-shorter\"]", RULES).is_err(),
        "the near miss: no rule was called so"
    );
}
