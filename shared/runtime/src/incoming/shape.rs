//! Which of the known shapes a JSON text has, told by its keys alone.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::error::Category;

use super::error::{IncomingError, cut};

/// The known shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `Records` …
    Sqs,
    /// `detail-type`, `source`, `detail` …
    Event,
    /// Nothing but `scope`, `rules`, `mode`, `format`, `remembered`.
    Request,
    /// `look_again` …
    LookAgain,
    /// `audit_part` …
    Part,
    /// `test_alert` …
    TestAlert,
}

/// The shape of `text`, which is `what`. Values are skipped, however deep they are nested.
pub(super) fn of(text: &str, what: &'static str) -> Result<Shape, IncomingError> {
    let unknown = |why: String| IncomingError::UnknownShape { what, why };
    let keys: BTreeMap<String, IgnoredAny> = serde_json::from_str(text).map_err(|source| match source.classify() {
        Category::Data => unknown(format!("it is {}, not an object", kind(text))),
        _ => IncomingError::NotJson { what, source },
    })?;
    let has = |key: &str| keys.contains_key(key);
    if has("Records") {
        return Ok(Shape::Sqs);
    }
    if has("detail-type") || (has("source") && has("detail")) {
        return Ok(Shape::Event);
    }
    if has("look_again") {
        return Ok(Shape::LookAgain);
    }
    if has("test_alert") {
        return Ok(Shape::TestAlert);
    }
    if has("audit_part") {
        return Ok(Shape::Part);
    }
    match keys.keys().find(|key| !["scope", "rules", "mode", "remembered", "format"].contains(&key.as_str())) {
        None => Ok(Shape::Request),
        Some(key) => Err(unknown(format!(
            "it has the key {:?}; a request has scope, rules, mode, remembered and format",
            cut(key)
        ))),
    }
}

fn kind(text: &str) -> &'static str {
    match text.trim_start().as_bytes().first() {
        Some(b'[') => "a list",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        _ => "a number",
    }
}
