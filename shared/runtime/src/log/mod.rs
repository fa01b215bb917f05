//! Logging: one JSON object per line, with dotted field names that stay the same, and messages that read as sentences.

mod filter;
mod format;

use model::repair::RepairStatus;
use report::{LogLine, RepairReport, Report};
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

pub use filter::Filter;
use format::JsonLine;

/// Logs to standard output from now on, what `filter` lets through. Does nothing where logging is set up already.
pub fn start(filter: &Filter) {
    let lines = tracing_subscriber::fmt::layer().fmt_fields(JsonFields::new()).event_format(JsonLine);
    let logging = tracing_subscriber::registry().with(filter.targets()).with(lines);
    // Only tests set it up twice in one process.
    logging.try_init().unwrap_or_default();
}

/// Where a report of changes comes from: nobody can choose not to have it logged, as no other record of them lasts as long.
const REPAIRS: &str = "repairs";

/// Logs a report in the field `report`, or, if it is too long for one line, its summary and a line for each finding in the
/// field `finding`.
pub fn report(report: &Report) {
    let is_of_changes =
        |one: &RepairReport| matches!(one.status, RepairStatus::Done | RepairStatus::Failed | RepairStatus::Refused);
    let tells_of_changes = report.findings.iter().flat_map(|finding| &finding.repairs).any(is_of_changes);
    // A report is long: it isn't written where nobody listens.
    if !tells_of_changes && !tracing::enabled!(tracing::Level::INFO) {
        return;
    }
    let lines = match report.log_lines() {
        Ok(lines) => lines,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the report can't be written");
            return;
        }
    };
    macro_rules! log {
        ($($line:tt)*) => {
            match tells_of_changes {
                true => tracing::info!(target: REPAIRS, $($line)*),
                false => tracing::info!($($line)*),
            }
        };
    }
    for line in lines {
        match line {
            LogLine::Report(json) => log!(
                report = json.as_str(),
                findings = report.findings.len(),
                unread = report.coverage.unread.len(),
                duration_ms = report.duration_ms,
                "the pass is over",
            ),
            LogLine::Finding(json) => log!(finding = json.as_str(), "found in this pass"),
        }
    }
}
