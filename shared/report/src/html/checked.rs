//! What was checked, and what is gone since an earlier report.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::tally::glyph;
use crate::document::Report;
use crate::formats::RuleText;
use crate::rule_page::rule_url;

/// Every rule that was judged by, with how much it found.
pub(super) fn checked(report: &Report, rules: &[RuleText]) -> Markup {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &report.findings {
        *found.entry(&finding.rule).or_default() += 1;
    }
    html! {
        @if !rules.is_empty() {
            section.checked id="checked" aria-labelledby="checked-h" tabindex="-1" {
                h2 id="checked-h" { "What was checked " span.n { (rules.len()) } }
                ul {
                    @for rule in rules {
                        @let count = found.get(rule.slug.as_str()).copied().unwrap_or_default();
                        li.clean[count == 0] {
                            @if count == 0 { span.state { "clean" } } @else { span.state { (glyph(rule.severity)) (count) } }
                            details {
                                summary { (rule.title) " " code { (rule.slug) } }
                                p { (rule.explanation) }
                                @if let Some(url) = rule_url(&rule.slug, &report.tool.version) {
                                    p { a href=(url) rel="noreferrer" { "The rule's page" } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What an earlier report has and this one hasn't.
pub(super) fn gone(report: &Report) -> Markup {
    html! {
        @if !report.gone.is_empty() {
            section.unread.gone id="gone" aria-labelledby="gone-h" tabindex="-1" {
                h2 id="gone-h" { "Gone since the earlier report " span.n { (report.gone.len()) } }
                @if !report.coverage.unread.is_empty() {
                    p { "Something could not be read: what is gone may still be there." }
                }
                ul { @for one in &report.gone { li { (one.severity) " " code { (one.rule) } " " (one.summary) } } }
            }
        }
    }
}
