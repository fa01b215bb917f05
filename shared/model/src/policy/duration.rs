//! Lengths of time such as `90s`, `2m`, `1h30m`.

use std::time::Duration;

use jiff::fmt::friendly::{SpanParser, SpanPrinter};

use super::document::{DocumentNode, Value};
use super::section::{TableReader, quoted};

/// The longest any length of time in a policy may be. What was seen a day ago says nothing about now.
const DAY: Duration = Duration::from_hours(24);

/// Reads a length of time up to [`DAY`].
pub(super) fn duration(node: &DocumentNode) -> Result<Duration, String> {
    let text = match &node.value {
        Value::Text(text) => text,
        Value::Integer(number) => return Err(without_unit(&number.to_string())),
        other => return Err(format!("{} is no duration: write it like \"90s\", \"2m\" or \"1h30m\"", other.kind())),
    };
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(without_unit(text));
    }
    let duration = SpanParser::new().parse_unsigned_duration(text).map_err(|_| {
        format!("{} is no duration: write it in h, m and s, like \"90s\", \"2m\" or \"1h30m\"", quoted(text))
    })?;
    if duration > DAY {
        return Err(format!("{} is too long: at most 24h is allowed", quoted(text)));
    }
    Ok(duration)
}

/// Reads the length of a window, which can't be nothing.
pub(super) fn window(node: &DocumentNode) -> Result<Duration, String> {
    let duration = duration(node)?;
    if duration < Duration::from_secs(1) {
        return Err("a window under 1s would bound nothing: write a longer one, like \"10m\"".to_owned());
    }
    Ok(duration)
}

/// Checks that two looks `after` apart can still confirm each other `within`.
///
/// `after` and `within` are what this section says; `base` is what applies where it says nothing.
pub(super) fn check_confirmation(
    section: &TableReader<'_>,
    (after, within): (Option<Duration>, Option<Duration>),
    base: (Duration, Duration),
) {
    let unreadable = |key, value: Option<Duration>| section.has(key) && value.is_none();
    let Some(key) = ["confirm_within", "confirm_after"].into_iter().find(|key| section.has(key)) else { return };
    if unreadable("confirm_after", after) || unreadable("confirm_within", within) {
        return;
    }
    let (after, within) = (after.unwrap_or(base.0), within.unwrap_or(base.1));
    if within < after {
        let print = |duration: Duration| SpanPrinter::new().unsigned_duration_to_string(&duration);
        section.reject(
            key,
            &format!(
                "confirm_within ({}) is shorter than confirm_after ({}), so nothing could ever be confirmed: raise the one or lower the other",
                print(within),
                print(after)
            ),
        );
    }
}

fn without_unit(number: &str) -> String {
    let number = if number.len() > 20 { "a bare number" } else { number };
    format!("{number} has no unit: write seconds, minutes or hours, like \"90s\", \"2m\" or \"1h30m\"")
}
