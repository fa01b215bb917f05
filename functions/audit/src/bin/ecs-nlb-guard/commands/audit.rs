//! `ecs-nlb-guard audit`: what is wrong, and why.

use report::Report;
use report::text::TextStyle;

use crate::args::{Audit, ReportFormat};
use crate::ending::{Ending, Failure};
use crate::output;
use crate::survey::{Surveyed, advise, survey};

/// Judges and tells.
pub(crate) async fn run(args: &Audit) -> Result<Ending, Failure> {
    let format = format(args)?;
    let surveyed = survey(&args.look, None).await?;
    let audited = &surveyed.audited;
    match &args.out {
        Some(path) => {
            output::write_file(path, &render(&surveyed, format, TextStyle::default()).await?)?;
            output::note(&format!("{}: {}", path.display(), gist(&audited.report)));
        }
        None => output::print(&render(&surveyed, format, output::look()).await?)?,
    }
    advise(audited);
    Ok(ending(&audited.report, args))
}

/// The format asked for, or the one that the file's name says.
fn format(args: &Audit) -> Result<ReportFormat, Failure> {
    let extension = args.out.as_ref().and_then(|path| path.extension()).and_then(|extension| extension.to_str());
    let format = args.format.or(match extension {
        Some("html" | "htm") => Some(ReportFormat::Html),
        Some("json") => Some(ReportFormat::Json),
        _ => None,
    });
    if format == Some(ReportFormat::Html) && args.out.is_none() && output::is_terminal() {
        return Err(Failure::usage_of("a page in a terminal helps no one: write it to a file with --out report.html"));
    }
    Ok(format.unwrap_or(ReportFormat::Text))
}

async fn render(surveyed: &Surveyed, format: ReportFormat, look: TextStyle) -> Result<String, Failure> {
    let Surveyed { audited, auditor, .. } = surveyed;
    let report = &audited.report;
    match format {
        ReportFormat::Text => Ok(report.to_text_as(look)),
        ReportFormat::Json => report.to_json().map(|json| json + "\n").map_err(|error| Failure::usage(&error)),
        ReportFormat::Html => Ok(report.to_html(&auditor.topology(audited, None).await)),
    }
}

fn gist(report: &Report) -> String {
    let counts = report.counts();
    if counts.is_empty() {
        return "nothing found".to_owned();
    }
    counts.into_iter().map(|(severity, count)| format!("{count} {severity}")).collect::<Vec<_>>().join(", ")
}

/// What was found counts before what could not be read: it is there whatever else there may be.
fn ending(report: &Report, args: &Audit) -> Ending {
    let is_found = |least| report.findings.iter().any(|finding| finding.severity >= least);
    if args.fail_on.is_some_and(is_found) {
        Ending::Found
    } else if report.coverage.unread.is_empty() {
        Ending::Fine
    } else {
        Ending::Unread
    }
}
