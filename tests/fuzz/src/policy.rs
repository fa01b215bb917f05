//! A policy: the same in TOML and in JSON, and what is wrong with it is told by place and key.

use std::time::Duration;

use model::finding::Severity;
use model::policy::{MayRepair, Mode, Policy, PolicyErrors, PolicySubject};
use serde_json::Value;

use crate::here::RULES;

/// Names to ask the policy about.
const NAMES: [&str; 4] = ["prod", "web", "prod-eu", ""];

/// Takes the bytes for a policy's text.
pub fn check(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let parsed = parse(text);
    match &parsed {
        Ok(policy) => assert_bounded(policy),
        Err(errors) => assert_told(errors, text),
    }
    assert_same_in_other_syntax(text, &parsed);
}

fn parse(text: &str) -> Result<Policy, PolicyErrors> {
    Policy::parse(text, &RULES)
}

/// Every answer is within bounds, wherever one asks; and nothing is repaired where a request says observe.
fn assert_bounded(policy: &Policy) {
    let observing = policy.clone().capped(Mode::Observe);
    assert_eq!(observing.may_repair(), MayRepair { registration: false, security_groups: false });
    assert_eq!(policy.clone().capped(Mode::Repair), *policy);
    for name in NAMES {
        let place = PolicySubject { cluster: Some(name), service: Some("web"), target_group: Some(name) };
        assert_registration(policy, &place);
        assert_security_groups(policy, &place);
        assert_eq!(observing.registration(&place).mode, Mode::Observe);
    }
    for rule in RULES {
        let _ = (policy.rule_enabled(rule), policy.severity(rule, Severity::Low));
    }
}

fn assert_registration(policy: &Policy, place: &PolicySubject<'_>) {
    let here = policy.registration(place);
    assert!([here.grace, here.confirm_after, here.confirm_within, here.window].into_iter().all(at_most_a_day));
    assert!(here.window >= Duration::from_secs(1) && !here.balancers.is_empty());
    assert!([0, 1, 99, usize::MAX].into_iter().all(|total| here.max_removals.of(total) > 0));
    assert!(here.mode == Mode::Observe || policy.may_repair().registration);
    let group = place.target_group.unwrap_or_default();
    let users = NAMES.map(|name| (name, "web"));
    let shared = policy.registration_shared(group, &users);
    for (cluster, service) in users {
        let place = PolicySubject { cluster: Some(cluster), service: Some(service), target_group: Some(group) };
        let alone = policy.registration(&place);
        assert!(shared.mode <= alone.mode && shared.managed <= alone.managed && shared.grace >= alone.grace);
        assert!([1, 7, 250].into_iter().all(|total| shared.max_removals.of(total) <= alone.max_removals.of(total)));
    }
}

fn assert_security_groups(policy: &Policy, place: &PolicySubject<'_>) {
    let here = policy.security_groups(place);
    assert!([here.confirm_after, here.confirm_within, here.window].into_iter().all(at_most_a_day));
    assert!(here.window >= Duration::from_secs(1));
    assert!(here.max_interface_changes > 0 && here.max_updates > 0 && here.max_stops > 0);
    assert!(here.required.is_disjoint(&here.forbidden));
    assert!(here.mode == Mode::Observe || policy.may_repair().security_groups);
}

fn at_most_a_day(duration: Duration) -> bool {
    duration <= Duration::from_hours(24)
}

/// Each problem has a place in the text, and begins with what it is about.
fn assert_told(errors: &PolicyErrors, text: &str) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> = text.split('\n').collect();
    assert!(!errors.problems().is_empty());
    for problem in errors.problems() {
        let line = lines.get(problem.line.wrapping_sub(1)).unwrap_or_else(|| panic!("{problem} is on no line"));
        assert!((1..=line.chars().count() + 1).contains(&problem.column), "{problem} is beyond the line {line:?}");
        let key = problem.message.split_once(": ").is_some_and(|(key, why)| !key.is_empty() && !why.is_empty());
        assert!(key || is_about_the_text(&problem.message), "{problem} names no key");
    }
}

fn is_about_the_text(message: &str) -> bool {
    message.starts_with("not valid ") || message.ends_with(" parts") || message.contains("bytes are too many")
}

/// A policy that is right is the same policy in the other syntax. One that is wrong has the same problems, if what is
/// wrong isn't the syntax itself.
fn assert_same_in_other_syntax(text: &str, parsed: &Result<Policy, PolicyErrors>) {
    let other = if is_json(text) { as_toml(text) } else { as_json(text) };
    let Some(other) = other else {
        assert!(parsed.is_err(), "a policy that can't be written in the other syntax");
        return;
    };
    match (parsed, parse(&other)) {
        (Ok(policy), Ok(same)) => assert_eq!(*policy, same, "\n{other}"),
        (Err(errors), Err(same)) => {
            let (one, other) = (messages(errors), messages(&same));
            assert!(one == other || about_syntax(errors) || about_syntax(&same), "{one:#?}\n{other:#?}");
        }
        (Ok(_), Err(errors)) => panic!("right, but not in the other syntax: {errors}\n{other}"),
        (Err(errors), Ok(_)) => assert!(about_syntax(errors), "right in the other syntax: {errors}\n{other}"),
    }
}

fn is_json(text: &str) -> bool {
    text.strip_prefix('\u{feff}').unwrap_or(text).trim_start().starts_with('{')
}

/// TOML as JSON, unless it isn't TOML or has what JSON has not.
fn as_json(text: &str) -> Option<String> {
    let table: toml::Table = text.strip_prefix('\u{feff}').unwrap_or(text).parse().ok()?;
    in_json(&toml::Value::Table(table.clone())).then(|| serde_json::to_string_pretty(&table).ok())?
}

fn in_json(value: &toml::Value) -> bool {
    match value {
        toml::Value::Datetime(_) | toml::Value::Float(_) => false,
        toml::Value::Array(items) => items.iter().all(in_json),
        toml::Value::Table(table) => table.values().all(in_json),
        _ => true,
    }
}

/// JSON as TOML, unless it isn't JSON or has what TOML has not.
fn as_toml(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)).ok()?;
    in_toml(&value).then(|| toml::to_string(&value).ok())?
}

fn in_toml(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Number(number) => number.is_i64(),
        Value::Array(items) => items.iter().all(in_toml),
        Value::Object(keys) => keys.values().all(in_toml),
        _ => true,
    }
}

fn about_syntax(errors: &PolicyErrors) -> bool {
    errors.problems().iter().any(|problem| is_about_the_text(&problem.message))
}

fn messages(errors: &PolicyErrors) -> Vec<&str> {
    let mut messages: Vec<&str> = errors.problems().iter().map(|problem| problem.message.as_str()).collect();
    messages.sort_unstable();
    messages
}
