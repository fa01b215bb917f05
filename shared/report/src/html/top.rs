//! The head of the page: how things stand, in one look.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::tally::glyph;
use crate::document::{RememberedFacts, Report};
use crate::formats::RuleText;
use crate::place::{counted, tally};

/// The account in one sentence.
pub(super) fn heading(report: &Report) -> String {
    report.opening().trim_end_matches('.').to_owned()
}

pub(super) fn header(report: &Report, rules: &[RuleText]) -> Markup {
    let coverage = &report.coverage;
    let is_well = report.is_well();
    let standing = report.standing();
    html! {
        header.top {
            div.brand {
                span { (report.tool.name) " " (report.tool.version) }
                button.theme id="theme" type="button" hidden { "Theme: " span { "as the system" } }
            }
            div.head {
                div {
                    h1.well[is_well] { (heading(report)) }
                    p.where {
                        "Account " code { (report.account) } " in " code { (report.region) } ", read at "
                        time datetime=(report.generated_at) { (report.generated_at.strftime("%Y-%m-%d %H:%M:%S UTC")) }
                    }
                }
            }
            ul.tiles aria-label="The account in numbers" {
                @if !report.findings.is_empty() {
                    li.traffic.zero[standing.losing.is_empty()] {
                        button type="button" data-traffic disabled[standing.losing.is_empty()] {
                            b { (standing.losing.len()) } span { @if standing.losing.len() == 1 { "service loses traffic" } @else { "services lose traffic" } }
                        }
                    }
                    li.traffic.zero[standing.tasks == 0] {
                        button type="button" data-traffic disabled[standing.losing.is_empty()] {
                            b { (standing.tasks) } span { @if standing.tasks == 1 { "task without traffic" } @else { "tasks without traffic" } }
                        }
                    }
                    @for (count, severity) in tally(report.findings.iter().map(|finding| finding.severity)) {
                        li.(severity).zero[count == 0] {
                            button type="button" data-severity=(severity) disabled[count == 0] {
                                b { (count) } span { (glyph(severity)) (severity) }
                            }
                        }
                    }
                }
                @if !rules.is_empty() {
                    li.rules { a href="#checked" { b { (clean(report, rules)) " of " (rules.len()) } span { "rules checked are clean" } } }
                }
            }
            dl.facts {
                @for (count, what) in coverage.amounts() {
                    div { dt { (plural(count, what)) } dd { (count) } }
                }
                div { dt { "targets" } dd { (report.mode.registration) } }
                div { dt { "security groups" } dd { (report.mode.security_groups) } }
                @if let Some(RememberedFacts { facts, oldest }) = coverage.remembered {
                    div { dt { "remembered" } dd { (facts) " from " (format!("{oldest:.0}")) } }
                }
                @if !coverage.unread.is_empty() {
                    div.warn { dt { "not read" } dd { a href="#unread" { (coverage.unread.len()) } } }
                }
            }
        }
    }
}

fn plural(count: usize, what: &str) -> String {
    counted(count, what).trim_start_matches(|c: char| c.is_ascii_digit()).trim().to_owned()
}

/// How many rules found nothing.
fn clean(report: &Report, rules: &[RuleText]) -> usize {
    let found: BTreeSet<&str> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
    rules.iter().filter(|rule| !found.contains(rule.slug.as_str())).count()
}
