//! The head of the page: how things stand, in one look.

use maud::{Markup, html};

use super::tally::glyph;
use crate::document::Report;
use crate::place::{counted, tally};

/// How things stand, in a few words.
pub(super) fn verdict(report: &Report) -> String {
    let coverage = &report.coverage;
    match (report.findings.len(), coverage.unread.len()) {
        (0, 0) if coverage.is_empty() => "Nothing to judge".to_owned(),
        (0, 0) => "All is well".to_owned(),
        (0, unread) => format!("Nothing found, but {} failed", counted(unread, "look-up")),
        _ => match report.counted().count() {
            0 => "No finding that counts".to_owned(),
            n => counted(n, "finding"),
        },
    }
}

pub(super) fn header(report: &Report) -> Markup {
    let coverage = &report.coverage;
    let is_well = report.findings.is_empty() && coverage.unread.is_empty() && !coverage.is_empty();
    html! {
        header.top {
            div.brand {
                span { "ecs-nlb-guard" }
                button.theme id="theme" type="button" hidden { "Theme: " span { "as the system" } }
            }
            div.head {
                div {
                    h1.well[is_well] { (verdict(report)) }
                    p.where {
                        "Account " code { (report.account) } " in " code { (report.region) } ", read at "
                        time datetime=(report.generated_at) { (report.generated_at.strftime("%Y-%m-%d %H:%M:%S UTC")) }
                    }
                }
                @if !report.findings.is_empty() {
                    ul.tiles aria-label="Findings by severity" {
                        @for (count, severity) in tally(report.findings.iter().map(|finding| finding.severity)) {
                            li.(severity).none[count == 0] { b { (count) } span { (glyph(severity)) (severity) } }
                        }
                    }
                }
            }
            dl.facts {
                @for (count, what) in coverage.amounts() {
                    div { dt { (plural(count, what)) } dd { (count) } }
                }
                div { dt { "targets" } dd { (report.mode.registration) } }
                div { dt { "security groups" } dd { (report.mode.security_groups) } }
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
