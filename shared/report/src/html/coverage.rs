//! What could not be read, and what the reading cost.

use std::collections::BTreeMap;

use maud::{Markup, html};
use model::observation::Unread;

use crate::document::Report;
use crate::place::{could_not_be, counted};

/// What could not be read, by what was tried and what AWS answered.
pub(super) fn unread(report: &Report) -> Markup {
    let mut by_answer: BTreeMap<(Option<&str>, &str), Vec<&Unread>> = BTreeMap::new();
    for unread in &report.coverage.unread {
        let operation = unread.kind.is_of_a_call().then_some(unread.operation.as_str());
        by_answer.entry((operation, &unread.error)).or_default().push(unread);
    }
    html! {
        @if !by_answer.is_empty() {
            section.unread id="unread" aria-labelledby="unread-h" tabindex="-1" {
                h2 id="unread-h" { (could_not_be(&report.coverage.unread)) " " span.n { (report.coverage.unread.len()) } }
                p { "Nothing is said about these: whoever needed them abstained." }
                @for ((operation, error), unread) in by_answer {
                    details {
                        summary { @if let Some(operation) = operation { code { (operation) } " " } (error) " " span.n { (unread.len()) } }
                        ul { @for one in unread { li { (one.resource) } } }
                    }
                }
            }
        }
    }
}

pub(super) fn footer(report: &Report) -> Markup {
    let total: u64 = report.calls.values().sum();
    let total = usize::try_from(total).unwrap_or(usize::MAX);
    html! {
        footer {
            details {
                summary {
                    (counted(total, "request")) " in " (format!("{}.{:03} s", report.duration_ms / 1000, report.duration_ms % 1000))
                }
                table {
                    thead { tr { th scope="col" { "action" } th scope="col" { "requests" } } }
                    tbody { @for (action, calls) in &report.calls { tr { td { code { (action) } } td { (calls) } } } }
                }
            }
        }
    }
}
