//! The page of several parts: a row for each, the worst first, that leads to the part's own page.

use std::cmp::Reverse;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::tally::tally;
use super::{STYLE, policy, top};
use crate::document::Report;
use crate::place;

/// What stands for itself in a link to a file beside this one (RFC 3986, "Unreserved Characters").
const IN_LINKS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A part, and its own page.
#[derive(Debug, Clone)]
pub struct LinkedPart<'a> {
    /// Its report.
    pub report: &'a Report,
    /// The name of its page's file, which is beside this page's.
    pub page: String,
}

/// The page of several parts. `verdict` says what all of them amount to.
#[must_use]
pub fn index_page(parts: &[LinkedPart<'_>], verdict: &str) -> String {
    let mut parts: Vec<&LinkedPart<'_>> = parts.iter().collect();
    // What needs somebody first: by what counts, then what could not be read.
    parts.sort_by_cached_key(|part| {
        let counts = place::tally(part.report.counted().map(|finding| finding.severity));
        let counts: Vec<_> = counts.into_iter().map(|(count, _)| Reverse(count)).collect();
        (counts, part.report.coverage.unread.is_empty(), part.report.account.clone(), part.report.region.clone())
    });
    page(&parts, verdict).into_string()
}

fn page(parts: &[&LinkedPart<'_>], verdict: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy::content_security_policy(&[STYLE], &[]));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="generator" content="ecs-nlb-guard";
                title { (verdict) }
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body {
                header.top {
                    @if let Some(first) = parts.first() {
                        div.brand { span { (first.report.tool.name) " " (first.report.tool.version) } }
                    }
                    h1 { (verdict) }
                }
                main.parts {
                    table {
                        thead { tr { th scope="col" { "Account" } th scope="col" { "Region" } th scope="col" { "How it stands" } th scope="col" { "Findings" } } }
                        tbody { @for part in parts { (row(part)) } }
                    }
                }
            }
        }
    }
}

fn row(part: &LinkedPart<'_>) -> Markup {
    let report = part.report;
    html! {
        tr {
            th scope="row" { code { (report.account) } }
            td { code { (report.region) } }
            td { a href=(utf8_percent_encode(&part.page, IN_LINKS)) { (top::heading(report)) } }
            td { (tally(report.counted().map(|finding| finding.severity))) }
        }
    }
}
