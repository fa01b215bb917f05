//! Search and filters. They are hidden until the script that makes them work is there.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::tally::glyph;
use crate::document::Report;
use crate::place::{FindingsAt, tally};

pub(super) fn filters(report: &Report, places: &[FindingsAt<'_>]) -> Markup {
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &report.findings {
        *rules.entry(&finding.rule).or_default() += 1;
    }
    let mut names: Vec<(&str, usize)> = places.iter().map(|(name, findings)| (name.as_str(), findings.len())).collect();
    names.sort_unstable();
    html! {
        @if !report.findings.is_empty() {
            search.filters id="filters" hidden {
                form {
                    label.grow { span { "Search" }
                        input id="query" type="search" autocomplete="off" spellcheck="false" aria-keyshortcuts="/"
                            placeholder="address, task, words  ( / )";
                    }
                    fieldset {
                        legend { "Severity" }
                        @for (count, severity) in tally(report.findings.iter().map(|finding| finding.severity)) {
                            @if count > 0 {
                                label.chip.(severity) {
                                    input type="checkbox" name="severity" value=(severity) checked;
                                    span { (glyph(severity)) (severity) " " b { (count) } }
                                }
                            }
                        }
                    }
                    fieldset {
                        legend { "Traffic" }
                        label.chip.traffic {
                            input id="traffic" type="checkbox" name="traffic";
                            span { "loses traffic" }
                        }
                    }
                    (choice("rule", "Rule", "all rules", rules.into_iter()))
                    (choice("place", "Service", "all services", names.into_iter()))
                    button type="reset" { "Clear" }
                }
                output.count id="count" aria-live="polite" {}
            }
            noscript { p.note { "Search, filters and the details of each finding need JavaScript." } }
        }
    }
}

fn choice<'a>(id: &str, label: &str, all: &str, options: impl Iterator<Item = (&'a str, usize)>) -> Markup {
    html! {
        label { span { (label) }
            select id=(id) {
                option value="" { (all) }
                @for (value, count) in options { option value=(value) { (value) " (" (count) ")" } }
            }
        }
    }
}
