//! `ecs-nlb-guard audit`: what is wrong, and why.

use std::path::Path;

use audit::texts::texts;
use report::Report;
use report::text::TextStyle;

use crate::args::{self, AuditArgs, FormatArg};
use crate::ending::{Ending, Failure};
use crate::output;
use crate::outputs::{Output, outputs};
use crate::survey::{Surveyed, advise, is_empty, list, survey};

/// What stands for the Region in the name of a file.
const REGION: &str = "{region}";

/// Judges and tells, Region by Region.
pub(crate) async fn run(args: &AuditArgs) -> Result<Ending, Failure> {
    let outputs = outputs(args.format, &args.out)?;
    let regions = list(args.look.account.region.as_slice());
    let several = regions.len() > 1;
    if several {
        outputs.iter().try_for_each(check_several)?;
    }
    let baseline = args.baseline.as_deref().map(read).transpose()?;
    let mut look = args.look.clone();
    let mut endings = Vec::new();
    for (nth, region) in regions.iter().map(Some).chain(regions.is_empty().then_some(None)).enumerate() {
        look.account.region = region.cloned();
        let part =
            RegionAudit { args, look: &look, outputs: &outputs, baseline: baseline.as_ref(), is_first: nth == 0 };
        match (part.audit().await, region) {
            (Ok(ending), _) => endings.push(ending),
            // One that can't be audited doesn't stop the others.
            (Err(Failure { ending, what, hint }), Some(region)) if several => {
                output::error(&format!("{region}: {what}"), hint.as_deref());
                endings.push(ending);
            }
            (Err(failure), _) => return Err(failure),
        }
    }
    Ok(worst(&endings))
}

/// Of several Regions, the ending that a script must hear of. Those with nothing to judge count only if all are so.
fn worst(endings: &[Ending]) -> Ending {
    let has = |ending| endings.contains(&ending);
    match () {
        () if has(Ending::Found) => Ending::Found,
        () if has(Ending::Usage) => Ending::Usage,
        () if has(Ending::Unread) => Ending::Unread,
        () if endings.iter().all(|ending| *ending == Ending::Empty) => Ending::Empty,
        () => Ending::Fine,
    }
}

/// Several reports can follow one another in some formats; in others each needs a file of its own.
fn check_several(output: &Output) -> Result<(), Failure> {
    let named = output.file.as_ref().is_some_and(|file| file.to_string_lossy().contains(REGION));
    match (&output.file, output.format) {
        (Some(_), _) if named => Ok(()),
        (None, FormatArg::Text | FormatArg::Markdown | FormatArg::Github | FormatArg::Csv) => Ok(()),
        (Some(file), _) => Err(Failure::usage_of(format!(
            "--out {}: several Regions need a file each; write {REGION} into its name, like report-{REGION}.html",
            file.display()
        ))),
        (None, _) => Err(Failure::usage_of(format!(
            "in this format several Regions need a file each: --out report-{REGION}.json"
        ))),
    }
}

/// The audit of one Region.
struct RegionAudit<'a> {
    args: &'a AuditArgs,
    look: &'a args::SelectionArgs,
    outputs: &'a [Output],
    baseline: Option<&'a Report>,
    /// Nothing was printed before it.
    is_first: bool,
}

impl RegionAudit<'_> {
    async fn audit(&self) -> Result<Ending, Failure> {
        let mut surveyed = survey(self.look, None).await?;
        let report = &mut surveyed.audited.report;
        if let Some(baseline) = self.baseline {
            report.compare_with(baseline);
        }
        let ending = ending(report, self.args);
        if let Some(least) = self.args.severity {
            report.findings.retain(|finding| finding.severity >= least);
        }
        let region = surveyed.audited.report.region.to_string();
        let mut files = Vec::new();
        for Output { file, format } in self.outputs {
            if let Some(file) = file {
                let path = file.to_string_lossy().replace(REGION, &region);
                output::write_file(
                    Path::new(&path),
                    &render(&surveyed, *format, TextStyle::default(), self.args.explain).await?,
                )?;
                files.push(path);
                continue;
            }
            let text = render(&surveyed, *format, output::look(), self.args.explain).await?;
            let text = match format {
                _ if self.is_first => text,
                // The headings were said.
                FormatArg::Csv => text.split_inclusive('\n').skip(1).collect(),
                FormatArg::Github => text,
                _ => format!("\n{text}"),
            };
            output::print(&text)?;
        }
        if !files.is_empty() {
            output::note(&format!("{}: {}", files.join(", "), surveyed.audited.report.verdict()));
        }
        advise(&surveyed.audited);
        Ok(ending)
    }
}

/// Reads a report that was written as JSON.
pub(crate) fn read(path: &Path) -> Result<Report, Failure> {
    let failed = |why: String| Failure::usage_of(format!("{} can't be read as a report: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let report: Report = serde_json::from_str(&text)
        .map_err(|error| failed(format!("{error}; write one with `ecs-nlb-guard audit --out report.json`")))?;
    if report.schema == report::document::SCHEMA {
        Ok(report)
    } else {
        Err(failed(format!("it has schema {}, and this program knows {}", report.schema, report::document::SCHEMA)))
    }
}

async fn render(surveyed: &Surveyed, format: FormatArg, look: TextStyle, explain: bool) -> Result<String, Failure> {
    let Surveyed { audited, auditor, rules, .. } = surveyed;
    let report = &audited.report;
    let texts = texts(rules);
    let json =
        |json: Result<String, serde_json::Error>| json.map(|json| json + "\n").map_err(|error| Failure::usage(&error));
    match format {
        FormatArg::Text => Ok(report.to_text_as(look, if explain { &texts } else { &[] })),
        FormatArg::Json => json(report.to_json()),
        FormatArg::Html => Ok(report.to_html(&auditor.topology(audited, None).await, &texts)),
        FormatArg::Sarif => json(report.to_sarif(&texts)),
        FormatArg::Junit => Ok(report.to_junit(&texts)),
        FormatArg::Csv => Ok(report.to_csv()),
        FormatArg::Markdown => Ok(report.to_markdown()),
        FormatArg::Github => Ok(report.to_github()),
        FormatArg::Ocsf => json(report.to_ocsf()),
    }
}

/// What was found counts before what could not be read: it is there whatever else there may be.
fn ending(report: &Report, args: &AuditArgs) -> Ending {
    if args.fail_on.is_some_and(|least| report.counted().any(|finding| finding.severity >= least)) {
        Ending::Found
    } else if !report.coverage.unread.is_empty() {
        Ending::Unread
    } else if is_empty(report) && !args.allow_empty {
        Ending::Empty
    } else {
        Ending::Fine
    }
}
