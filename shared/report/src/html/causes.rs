//! The causes, worst first: what a manager reads, and a filter for whoever mends them.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::tally::glyph;
use crate::groups::Grouped;
use crate::place::counted;

/// As many are listed; the others are among the findings.
const MAX_LISTED: usize = 12;

/// An overview of the causes, where there is a choice.
pub(super) fn causes(groups: &[Grouped<'_>]) -> Markup {
    html! {
        @if groups.len() > 1 {
            section.causes aria-labelledby="causes-h" {
                h2 id="causes-h" { "Causes, worst first " span.n { (groups.len()) } }
                ol {
                    @for one in groups.iter().take(MAX_LISTED) {
                        li {
                            button.cause type="button" data-cause=(one.group.fingerprint) aria-pressed="false" {
                                (glyph(one.group.severity))
                                span.what { (one.group.summary) }
                                span.n { (counted(one.members.len() + one.followers.len(), "finding")) }
                            }
                        }
                    }
                }
                @if groups.len() > MAX_LISTED { p.more { "and " (counted(groups.len() - MAX_LISTED, "more cause")) " below" } }
            }
        }
    }
}

/// The cause of each finding, by its index in the report.
pub(super) fn of_findings(groups: &[Grouped<'_>]) -> BTreeMap<usize, String> {
    let each = groups.iter().flat_map(|one| one.all().map(|(nth, _)| (*nth, one.group.fingerprint.to_string())));
    each.collect()
}
