//! Terraform, written from typed data.

use std::fmt::Write as _;

/// The text as a string of the configuration language ("Strings and Templates" in Terraform's documentation): nothing in it ends
/// the string, and nothing is computed.
pub(crate) fn string(text: &str) -> String {
    let mut written = String::from("\"");
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            '$' | '%' if chars.peek() == Some(&'{') => {
                written.push(c);
                written.push(c);
            }
            c if c.is_control() => {
                let _infallible = write!(written, "\\u{:04x}", u32::from(c));
            }
            c => written.push(c),
        }
    }
    written.push('"');
    written
}

/// A block with its arguments, which are expressions already.
pub(crate) fn block(head: &str, arguments: &[(&str, String)]) -> String {
    let width = arguments.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let lines: String = arguments.iter().map(|(name, value)| format!("  {name:<width$} = {value}\n")).collect();
    format!("{head} {{\n{lines}}}\n")
}

/// The text as a name in Terraform: letters, digits, `_` and `-`, a letter first.
pub(crate) fn label(text: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let label: String = text.chars().map(allowed).collect();
    if label.starts_with(|c: char| c.is_ascii_alphabetic()) { label } else { format!("_{label}") }
}
