//! A report as log lines, each short enough to be logged and read back whole.
//!
//! CloudWatch Logs cuts what is longer than it takes. So a long report becomes a summary and a line per finding.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::id::{AccountId, Region};
use model::observation::Unread;
use serde::Serialize;

use crate::document::{Coverage, Modes, Report, Tool};
use crate::finding_report::FindingReport;

/// A line is at most this long, in bytes of JSON.
pub const MAX_BYTES: usize = 200_000;

/// As many failed look-ups are in a summary at most; `unread_total` counts them all.
const MAX_UNREAD: usize = 50;

/// One line to log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogLine {
    /// The whole report, or its summary: JSON for the field `report`.
    Report(String),
    /// One finding: JSON for the field `finding`.
    Finding(String),
}

/// A report without its findings, for where the whole is too long.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary<'a> {
    schema: u32,
    tool: &'a Tool,
    generated_at: Timestamp,
    account: &'a AccountId,
    region: &'a Region,
    mode: Modes,
    coverage: Coverage,
    unread_total: usize,
    findings_by_severity: BTreeMap<&'static str, usize>,
    findings_total: usize,
    calls: &'a BTreeMap<String, u64>,
    duration_ms: u64,
}

impl Report {
    /// The report as log lines: one, or a summary and one line per finding.
    ///
    /// # Errors
    /// Never: see [`Report::to_json`].
    pub fn log_lines(&self) -> Result<Vec<LogLine>, serde_json::Error> {
        let whole = self.to_json()?;
        if whole.len() <= MAX_BYTES {
            return Ok(vec![LogLine::Report(whole)]);
        }
        let mut lines = vec![LogLine::Report(serde_json::to_string(&self.summary())?)];
        for finding in &self.findings {
            lines.push(LogLine::Finding(line(finding)?));
        }
        Ok(lines)
    }

    /// The report without its findings.
    #[must_use]
    pub fn summary(&self) -> Summary<'_> {
        let mut coverage = self.coverage.clone();
        coverage.unread.truncate(MAX_UNREAD);
        coverage.unread.iter_mut().for_each(shorten);
        Summary {
            schema: self.schema,
            tool: &self.tool,
            generated_at: self.generated_at,
            account: &self.account,
            region: &self.region,
            mode: self.mode,
            coverage,
            unread_total: self.coverage.unread.len(),
            findings_by_severity: self.counts().into_iter().map(|(severity, n)| (severity.as_str(), n)).collect(),
            findings_total: self.findings.len(),
            calls: &self.calls,
            duration_ms: self.duration_ms,
        }
    }
}

/// A finding as JSON, without its evidence where that is what makes it too long.
fn line(finding: &FindingReport) -> Result<String, serde_json::Error> {
    let whole = serde_json::to_string(finding)?;
    if whole.len() <= MAX_BYTES {
        return Ok(whole);
    }
    let left_out = "too long for a log line".into();
    let evidence = BTreeMap::from([("left_out".to_owned(), left_out)]);
    serde_json::to_string(&FindingReport { evidence, ..finding.clone() })
}

fn shorten(unread: &mut Unread) {
    if let Some((cut, _)) = unread.error.char_indices().nth(500) {
        unread.error.truncate(cut);
        unread.error.push('…');
    }
}
