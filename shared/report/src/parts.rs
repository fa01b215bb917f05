//! The reports of several accounts and Regions as one: a part for each, which says whose it is.
//!
//! Text, Markdown and annotations follow one another. CSV has one line of headings, SARIF a run for each part, JUnit a suite
//! for each rule of each part, OCSF one list, and JSON one document with `parts`. A page is of one account and Region.

use serde::{Deserialize, Serialize};

use crate::document::{Report, ReportDocument, SCHEMA, Tool};
use crate::formats::csv::csv_header;
use crate::formats::{RuleText, gist, junit, sarif};
use crate::place::counted;
use crate::text::TextStyle;

/// Reports of different accounts or Regions. A report alone is what it is without the others.
#[derive(Debug, Clone)]
pub struct ReportParts<'a>(pub Vec<&'a Report>);

/// Several reports as JSON.
#[derive(Serialize)]
struct PartsDocument<'a> {
    schema: u32,
    tool: &'a Tool,
    parts: Vec<ReportDocument<'a>>,
}

/// What a JSON document has if it is of several reports.
#[derive(Deserialize)]
struct MaybeParts {
    parts: Option<Vec<Report>>,
}

/// The reports in a JSON document: of one account and Region, or of several.
///
/// # Errors
/// When it is neither.
pub fn read_json(text: &str) -> Result<Vec<Report>, serde_json::Error> {
    match serde_json::from_str(text)? {
        MaybeParts { parts: Some(parts) } => Ok(parts),
        MaybeParts { parts: None } => Ok(vec![serde_json::from_str(text)?]),
    }
}

impl ReportParts<'_> {
    /// All of it in a few words: `3 parts: 2 critical, 1 high`.
    #[must_use]
    pub fn verdict(&self) -> String {
        match self.0.as_slice() {
            [one] => one.verdict(),
            several => format!("{}: {}", counted(several.len(), "part"), gist(several)),
        }
    }

    /// As text: the parts, and where there are several what all of them amount to.
    #[must_use]
    pub fn to_text(&self, look: TextStyle, explained: &[RuleText]) -> String {
        let parts: Vec<String> = self.0.iter().map(|report| report.to_text_as(look, explained)).collect();
        parts.join("\n") + &self.closing()
    }

    /// What comes after the last part of a text or of Markdown; nothing if there is only one.
    #[must_use]
    pub fn closing(&self) -> String {
        if self.0.len() == 1 { String::new() } else { format!("\n{}\n", self.verdict()) }
    }

    /// As Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        self.0.iter().map(|report| report.to_markdown()).collect::<Vec<_>>().join("\n") + &self.closing()
    }

    /// As annotations of GitHub Actions, each with its account and Region in the title where there are several.
    #[must_use]
    pub fn to_github(&self) -> String {
        self.0.iter().map(|report| report.annotations(&self.prefix(report))).collect()
    }

    /// As comma-separated values.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let rows = self.0.iter().map(|report| report.csv_rows());
        std::iter::once(csv_header()).chain(rows).collect()
    }

    /// As JUnit XML.
    #[must_use]
    pub fn to_junit(&self, rules: &[RuleText]) -> String {
        match self.0.as_slice() {
            [one] => one.to_junit(rules),
            several => {
                let suites: String = several.iter().map(|report| report.suites(rules, &self.prefix(report))).collect();
                junit::document("ecs-nlb-guard", &suites)
            }
        }
    }

    /// As JSON on one line.
    ///
    /// # Errors
    /// Never: every key is a text.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        match self.0.as_slice() {
            [one] => one.to_json(),
            several => {
                let parts = several.iter().map(|report| report.document()).collect();
                serde_json::to_string(&PartsDocument { schema: SCHEMA, tool: &Tool::current(), parts })
            }
        }
    }

    /// As a SARIF log with a run for each part.
    ///
    /// # Errors
    /// Never: every key is a text.
    pub fn to_sarif(&self, rules: &[RuleText]) -> Result<String, serde_json::Error> {
        sarif::log(self.0.iter().map(|report| report.sarif_run(rules)).collect())
    }

    /// As a JSON list of Detection Findings.
    ///
    /// # Errors
    /// Never: every key is a text.
    pub fn to_ocsf(&self) -> Result<String, serde_json::Error> {
        let events: Vec<_> = self.0.iter().flat_map(|report| report.ocsf_events()).collect();
        serde_json::to_string(&events)
    }

    /// Whose a name is, where there are several.
    fn prefix(&self, report: &Report) -> String {
        if self.0.len() == 1 { String::new() } else { format!("{} {} ", report.account, report.region) }
    }
}
