//! The report as one page: everything is in the file, nothing is asked of anyone.
//!
//! The findings are in the page as they are; what each rests on is in a block of data, and becomes elements when a person
//! asks for it, so that thousands of findings open at once. Every text goes through the template's escaping, and the
//! page's own security policy lets nothing run that isn't in here.

mod anchor;
mod causes;
mod checked;
mod coverage;
mod data;
mod filters;
mod glyph;
mod index_page;
mod picture;
mod places;
mod policy;
mod tally;
#[cfg(test)]
mod tests;
mod top;

pub use index_page::{LinkedPart, index_page};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::document::Report;
use crate::formats::RuleText;
use crate::groups::grouped;
use crate::place::by_place;
use crate::topology::Topology;

const STYLE: &str = include_str!("page/style.css");
/// Sets the theme before anything is painted.
const THEME: &str = include_str!("page/theme.js");
const SCRIPT: &str = include_str!("page/script.js");

impl Report {
    /// The report as a page of its own, with a picture of every path in `topology`. `rules` are those it was judged by.
    #[must_use]
    pub fn to_html(&self, topology: &Topology, rules: &[RuleText]) -> String {
        page(self, topology, rules).into_string()
    }
}

fn page(report: &Report, topology: &Topology, rules: &[RuleText]) -> Markup {
    let groups = grouped(&report.findings);
    let places = by_place(&report.findings);
    let anchors = anchor::Anchors::of(&report.findings);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy"
                    content=(policy::content_security_policy(&[STYLE], &[THEME, SCRIPT]));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="generator" content="ecs-nlb-guard";
                title { (top::heading(report)) " – account " (report.account) ", " (report.region) }
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
                script { (PreEscaped(THEME)) }
            }
            body {
                a.skip href="#findings" { "Skip to the findings" }
                (top::header(report, rules))
                (filters::filters(report, &places))
                div.columns {
                    (places::index(&places))
                    main id="findings" tabindex="-1" {
                        (causes::causes(&groups))
                        (places::sections(&places, topology, &anchors, &causes::of_findings(&groups)))
                        (coverage::unread(report))
                        (checked::gone(report))
                        (places::healthy(&places, topology, &anchors))
                        (checked::checked(report, rules))
                        (coverage::footer(report))
                    }
                }
                script id="details" type="application/json" { (PreEscaped(data::details(report, rules))) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}
