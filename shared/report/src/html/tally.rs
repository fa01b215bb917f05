//! Severities as a person sees them: shape, colour and word.

use maud::{Markup, html};
use model::finding::Severity;

use crate::place;

/// The shape of a severity; the word is said beside it.
pub(super) fn glyph(severity: Severity) -> Markup {
    html! { i.glyph.(severity) {} }
}

/// How many there are of each severity, none left out that has any.
pub(super) fn tally(severities: impl Iterator<Item = Severity>) -> Markup {
    html! {
        ul.tally {
            @for (count, severity) in place::tally(severities).into_iter().filter(|(count, _)| *count > 0) {
                li.(severity) { (glyph(severity)) b { (count) } " " (severity) }
            }
        }
    }
}
