//! What a pass found and did, for programs and for people.
//!
//! * [`document`] – the report: what was looked at, what could not be read, what was found, what was done about it;
//! * [`html`] – the same as a page of its own, with pictures drawn from a [`topology`];
//! * [`mod@text`] – the same for a person at a terminal, worst first;
//! * `formats` – the same for other programs: SARIF, JUnit, CSV, Markdown, GitHub annotations, OCSF;
//! * [`parts`] – the reports of several accounts and Regions as one;
//! * [`lines`] – the same as log lines, none too long to be logged.
//!
//! A report is made from plain inputs and says the same in the same order whatever order they came in. Nothing is judged,
//! left out or added here, and nothing is written anywhere.

pub mod document;
mod finding_report;
mod formats;
mod groups;
pub mod html;
pub mod lines;
mod opening;
pub mod parts;
mod place;
mod rule_page;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod tests;
pub mod text;
pub mod topology;

pub use document::{
    Coverage, Modes, RememberedFacts, Report, ScopeReport, SeverityFilter, Tool, Unclear, UnclearService,
};
pub use finding_report::{Accepted, Baseline, FindingReport, GoneFinding, RepairReport};
pub use formats::RuleText;
pub use groups::FindingGroup;
pub use lines::LogLine;
pub use opening::Standing;
pub use parts::ReportParts;
pub use place::{one_line, place};
pub use rule_page::{rule_page, rule_url};
pub use topology::Topology;
