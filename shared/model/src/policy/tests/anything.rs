//! Whatever is given: no panic, and the same answer in both syntaxes.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// What a key may hold: mostly what some key takes, some of it wrong.
fn value() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "observe",
        "repair",
        "shared",
        "exclusive",
        "network",
        "application",
        "stop-task",
        "low",
        "critical",
        "30s",
        "0s",
        "2m",
        "1h30m",
        "25h",
        "soon",
        "20%",
        "0%",
        "101%",
        "10.9.0.0/16",
        "10.9.0.1",
        "fd00::/8",
        "sg-0abc",
        "default",
        "name:a",
        "tag:a=b",
        "tag:",
        "target-*",
        "target-stale",
        "none",
        "prod-*",
        "[",
        "",
    ]);
    let leaf = prop_oneof![
        6 => word.prop_map(Value::from),
        2 => (0..60_i64).prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => "\\PC{0,5}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-z-]{1,6}", inner, 0..3).prop_map(|map| json!(map)),
        ]
    })
}

fn section(keys: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let key = prop::sample::select(keys);
    prop::collection::btree_map(key, value(), 0..4).prop_map(|map| json!(map))
}

fn registration() -> impl Strategy<Value = Value> {
    section(&[
        "mode",
        "grace",
        "confirm_after",
        "confirm_within",
        "managed",
        "max_removals",
        "window",
        "exclude_targets",
        "balancers",
        "graec",
    ])
}

fn security_groups() -> impl Strategy<Value = Value> {
    section(&[
        "mode",
        "required",
        "forbidden",
        "confirm_after",
        "confirm_within",
        "repair_with",
        "max_interface_changes",
        "max_updates",
        "max_stops",
        "stop_standalone",
        "window",
        "require",
    ])
}

fn document() -> impl Strategy<Value = Value> {
    let place = section(&["cluster", "service", "target_group"]);
    let over = (place, registration(), security_groups()).prop_map(|(mut over, registration, security_groups)| {
        over["registration"] = registration;
        over["security_groups"] = security_groups;
        over
    });
    let overrides = prop::collection::vec(over, 0..3);
    (registration(), security_groups(), section(&["min_severity"]), section(&["disable", "severity"]), overrides)
        .prop_map(|(registration, security_groups, alerts, rules, overrides)| {
            json!({
                "registration": registration, "security_groups": security_groups, "alerts": alerts, "rules": rules,
                "override": overrides,
            })
        })
}

/// A document no key of which is wrong.
fn right() -> impl Strategy<Value = Value> {
    let duration = prop::sample::select(vec!["15m", "20m", "1h 30m", "2 hours"]);
    let short = prop::sample::select(vec!["0s", "90s", "1m"]);
    let mode = || prop::sample::select(vec!["observe", "repair"]);
    let removals = prop_oneof![
        (1..=100_u8).prop_map(|percent| json!(format!("{percent}%"))),
        (1..=u32::MAX).prop_map(Value::from)
    ];
    let ranges = prop::collection::vec((0..=255_u8).prop_map(|byte| format!("10.{byte}.0.0/16")), 0..3);
    let groups = prop::collection::vec(prop::sample::select(vec!["sg-0a", "sg-0b", "name:x y", "tag:k=v=w"]), 0..3);
    let place = prop::sample::select(vec!["cluster", "service", "target_group"]);
    let over = (place, "[a-z]{1,3}[*?]?", mode(), short.clone());
    (mode(), short, duration, removals, ranges, groups, prop::collection::vec(over, 0..4)).prop_map(
        |(mode, after, within, removals, ranges, groups, overrides)| {
            let over = |(key, glob, mode, grace): (&str, String, &str, &str)| {
                json!({key: glob, "registration": {"mode": mode, "grace": grace}, "security_groups": {"mode": mode}})
            };
            json!({
                "registration": {
                    "mode": mode, "confirm_after": after, "confirm_within": within, "max_removals": removals,
                    "exclude_targets": ranges,
                },
                "security_groups": {"required": groups, "window": within},
                "rules": {"disable": ["target-*"], "severity": {"target-stale": "low"}},
                "override": overrides.into_iter().map(over).collect::<Vec<_>>(),
            })
        },
    )
}

fn both(document: &Value) -> [Result<Policy, PolicyErrors>; 2] {
    let toml = toml::to_string(document).expect("toml");
    let json = serde_json::to_string_pretty(document).expect("json");
    [Policy::parse(&toml, RULES), Policy::parse(&json, RULES)]
}

fn messages(errors: &PolicyErrors) -> Vec<&str> {
    let mut messages: Vec<&str> = errors.problems().iter().map(|problem| problem.message.as_str()).collect();
    messages.sort_unstable();
    messages
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC*") {
        let _ = Policy::parse(&text, RULES);
        let _ = Policy::parse(&format!("{{{text}"), RULES);
    }

    #[test]
    fn no_text_near_a_policy_panics(
        (from, to) in (0..EVERYTHING.len(), 0..EVERYTHING.len()),
        with in "[\\[\\]{}\"'=.,:\n\\\\#a-c0-9%*é-]{0,8}",
    ) {
        let damaged = |text: &str| {
            let mut text = text.to_owned();
            let (from, to) = (from.min(to).min(text.len()), from.max(to).min(text.len()));
            text.replace_range(from..to.min(from + 12), &with);
            text
        };
        for text in [damaged(EVERYTHING), damaged(&as_json(EVERYTHING))] {
            if let Err(errors) = Policy::parse(&text, RULES) {
                let lines = text.lines().count().max(1) + 1;
                prop_assert!(errors.problems().iter().all(|problem| (1..=lines).contains(&problem.line)));
            }
        }
    }

    #[test]
    fn no_glob_panics(pattern in "[a\\[\\]{},*?!\\\\^-]{0,40}", name in "[a,\\[-]{0,8}") {
        if let Ok(glob) = pattern.parse::<Glob>() {
            let _ = glob.matches(&name);
        }
    }

    #[test]
    fn both_syntaxes_have_the_same_answer(document in document()) {
        match both(&document) {
            [Ok(toml), Ok(json)] => prop_assert_eq!(toml, json),
            [Err(toml), Err(json)] => prop_assert_eq!(messages(&toml), messages(&json)),
            [toml, json] => prop_assert!(false, "TOML: {:?}\nJSON: {:?}", toml, json),
        }
    }

    #[test]
    fn what_is_right_is_right_in_both_syntaxes(document in right()) {
        let [toml, json] = both(&document);
        prop_assert!(toml.is_ok(), "{}\n{}", toml.expect_err("errors"), document);
        prop_assert_eq!(toml, json);
    }
}
