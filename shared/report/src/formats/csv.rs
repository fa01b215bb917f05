//! The report as comma-separated values (RFC 4180), a line for each finding, for spreadsheets.

use crate::document::Report;
use crate::place::{one_line, place};

const HEADER: [&str; 18] = [
    "severity",
    "rule",
    "place",
    "summary",
    "remedy",
    "repairs",
    "accepted",
    "baseline",
    "account",
    "region",
    "cluster",
    "service",
    "task",
    "target_group",
    "target",
    "network_interface",
    "security_groups",
    "fingerprint",
];

impl Report {
    /// The findings as comma-separated values, with a line of headings.
    #[must_use]
    pub fn to_csv(&self) -> String {
        csv_header() + &self.csv_rows()
    }

    /// A line for each finding.
    pub(crate) fn csv_rows(&self) -> String {
        fn text(value: Option<&impl ToString>) -> String {
            value.map(ToString::to_string).unwrap_or_default()
        }
        let mut lines = Vec::new();
        for finding in &self.findings {
            let of = &finding.resources;
            let groups: Vec<String> = of.security_groups.iter().map(ToString::to_string).collect();
            lines.push(row([
                finding.severity.to_string(),
                finding.rule.clone(),
                place(of),
                finding.summary.clone(),
                finding.remedy.clone(),
                finding.repairs_text(),
                finding.accepted.as_ref().map(|accepted| accepted.reason.clone()).unwrap_or_default(),
                finding.baseline.map(|baseline| baseline.as_str().to_owned()).unwrap_or_default(),
                self.account.to_string(),
                self.region.to_string(),
                text(of.cluster.as_ref()),
                text(of.service.as_ref()),
                text(of.task.as_ref()),
                text(of.target_group.as_ref()),
                text(of.target.as_ref()),
                text(of.network_interface.as_ref()),
                groups.join(" "),
                finding.fingerprint.to_string(),
            ]));
        }
        lines.concat()
    }
}

/// The line of headings.
pub(crate) fn csv_header() -> String {
    row(HEADER.map(str::to_owned))
}

fn row(cells: [String; HEADER.len()]) -> String {
    cells.map(|cell| self::cell(&cell)).join(",") + "\r\n"
}

/// A value in quotes where it needs them. One that a spreadsheet would take for a formula becomes text: names and tags may
/// hold anything.
fn cell(value: &str) -> String {
    let value = one_line(value);
    let value = if value.starts_with(['=', '+', '-', '@']) { format!("'{value}") } else { value };
    if value.contains([',', '"']) { format!("\"{}\"", value.replace('"', "\"\"")) } else { value }
}
