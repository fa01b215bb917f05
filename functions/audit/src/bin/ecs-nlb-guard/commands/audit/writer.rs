//! Where the parts of the report go: to standard output and into files, one for each part or one for all.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::PathBuf;

use audit::texts::texts;
use report::html::{LinkedPart, index_page};
use report::text::TextStyle;
use report::{Report, ReportParts, RuleText};

use super::Several;
use super::part::PartReport;
use crate::args::{AuditArgs, FormatArg};
use crate::ending::Failure;
use crate::output;
use crate::outputs::Output;
use crate::progress::Bars;

/// What stands for the account and for the Region in the name of a file.
const ACCOUNT: &str = "{account}";
const REGION: &str = "{region}";

/// Writes the parts, as soon as they may be written.
pub(super) struct Writer<'a> {
    outputs: &'a [Output],
    rules: Vec<RuleText>,
    explain: bool,
    bars: &'a Bars,
    several: Several,
    /// A part was printed.
    has_printed: bool,
}

/// Can all parts be written?
///
/// # Errors
/// When pages of several parts would follow each other on standard output, or have the names of others.
pub(super) fn check(outputs: &[Output], several: Several) -> Result<(), Failure> {
    let is_page = |output: &Output| output.file.is_none() && output.format == FormatArg::Html;
    if (several.accounts || several.regions) && outputs.iter().any(is_page) {
        return Err(Failure::usage_of(
            "a page is of one account and Region: write one with links to all of them into a file: --out report.html",
        ));
    }
    let pages = || outputs.iter().filter(|output| output.format == FormatArg::Html);
    for (nth, output) in pages().enumerate().filter(|(_, output)| !lacking(output, several).is_empty()) {
        let Some(file) = &output.file else { continue };
        if file.starts_with("/dev") {
            return Err(Failure::usage_of(format!(
                "--out {}: the pages of several parts need a file beside which theirs can be",
                file.display()
            )));
        }
        // The pages of its parts would take the other's place.
        let Some(begin) = file.file_stem().map(|stem| format!("{}-", stem.to_string_lossy())) else { continue };
        let is_taken = |other: &PathBuf| {
            let name = other.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            other.parent() == file.parent() && name.starts_with(&begin)
        };
        let others =
            pages().enumerate().filter(|(other, _)| *other != nth).filter_map(|(_, other)| other.file.as_ref());
        if let Some(other) = others.into_iter().find(|other| is_taken(other)) {
            return Err(Failure::usage_of(format!(
                "--out {} and --out {}: the pages of the first one's parts may have the second one's name; choose another",
                file.display(),
                other.display()
            )));
        }
    }
    Ok(())
}

/// What isn't in the name of a file, though there are several.
fn lacking(output: &Output, several: Several) -> Vec<&'static str> {
    let name = output.file.as_ref().map(|file| file.to_string_lossy()).unwrap_or_default();
    let several = [(several.accounts, ACCOUNT), (several.regions, REGION)];
    several.into_iter().filter(|(are, it)| *are && !name.contains(it)).map(|(_, it)| it).collect()
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        args: &AuditArgs,
        outputs: &'a [Output],
        rules: &[String],
        bars: &'a Bars,
        several: Several,
    ) -> Self {
        Self { outputs, rules: texts(rules), explain: args.explain, bars, several, has_printed: false }
    }

    /// The file of a part's page: the one that is named, with whose part it is in its name, where that would be the same for others.
    fn page_of(&self, output: &Output, report: &Report) -> Option<PathBuf> {
        let path = path_of(output, report)?;
        let lacks = lacking(output, self.several);
        if lacks.is_empty() {
            return Some(path);
        }
        let part = lacks.join("-").replace(ACCOUNT, report.account.as_str()).replace(REGION, report.region.as_str());
        // A browser opens what is named as a page.
        let is_page =
            path.extension().is_some_and(|end| end.eq_ignore_ascii_case("html") || end.eq_ignore_ascii_case("htm"));
        let name = |of: Option<&OsStr>| of.map(|of| of.to_string_lossy().into_owned());
        let stem = name(if is_page { path.file_stem() } else { path.file_name() })?;
        let extension = name(path.extension()).filter(|_| is_page).unwrap_or_else(|| "html".to_owned());
        Some(path.with_file_name(format!("{stem}-{part}.{extension}")))
    }

    /// The page that leads to the pages of these parts.
    fn index(&self, output: &Output, parts: &ReportParts<'_>) -> String {
        let linked = parts.0.iter().filter_map(|report| {
            let page = self.page_of(output, report)?.file_name()?.to_string_lossy().into_owned();
            Some(LinkedPart { report, page })
        });
        index_page(&linked.collect::<Vec<_>>(), &parts.verdict())
    }

    /// Writes what is of this part alone: its page, and its part of a text on standard output.
    pub(super) fn part(&mut self, mut part: PartReport) -> Result<PartReport, Failure> {
        let page = part.page.take().unwrap_or_default();
        for output in self.outputs {
            match (&output.file, output.format) {
                (Some(_), FormatArg::Html) => {
                    if let Some(path) = self.page_of(output, &part.report) {
                        output::write_file(&path, &page)?;
                    }
                }
                (None, FormatArg::Html) => self.bars.without(|| output::print(&page))?,
                (None, FormatArg::Text | FormatArg::Markdown) => {
                    let gap = if self.has_printed { "\n" } else { "" };
                    let text = self.render(&ReportParts(vec![&part.report]), output.format, output::look())?;
                    self.bars.without(|| output::print(&format!("{gap}{text}")))?;
                    self.has_printed = true;
                }
                _ => {}
            }
        }
        Ok(part)
    }

    /// Writes what is of all parts, and says what was written.
    pub(super) fn end(&self, reports: &[&Report]) -> Result<(), Failure> {
        if reports.is_empty() {
            return Ok(());
        }
        let all = ReportParts(reports.to_vec());
        // Files that are of the same parts are named together.
        let mut written: BTreeMap<Vec<usize>, Vec<PathBuf>> = BTreeMap::new();
        for output in self.outputs {
            match (&output.file, output.format) {
                (None, FormatArg::Html) => {}
                (None, FormatArg::Text | FormatArg::Markdown) => output::print(&all.closing())?,
                (None, format) => output::print(&self.render(&all, format, output::look())?)?,
                (Some(_), format) => {
                    for (path, of) in files(output, reports) {
                        let parts = ReportParts(of.iter().filter_map(|nth| reports.get(*nth).copied()).collect());
                        match format {
                            FormatArg::Html if lacking(output, self.several).is_empty() => {}
                            FormatArg::Html => output::write_file(&path, &self.index(output, &parts))?,
                            _ => output::write_file(&path, &self.render(&parts, format, TextStyle::default())?)?,
                        }
                        written.entry(of).or_default().push(path);
                    }
                }
            }
        }
        for (of, files) in written {
            let parts = ReportParts(of.iter().filter_map(|nth| reports.get(*nth).copied()).collect());
            let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
            output::note(&format!("{}: {}", files.join(", "), parts.verdict()));
        }
        Ok(())
    }

    fn render(&self, parts: &ReportParts<'_>, format: FormatArg, look: TextStyle) -> Result<String, Failure> {
        let json = |json: Result<String, serde_json::Error>| {
            json.map(|json| json + "\n").map_err(|error| Failure::usage(&error))
        };
        match format {
            FormatArg::Text => Ok(parts.to_text(look, if self.explain { &self.rules } else { &[] })),
            FormatArg::Json => json(parts.to_json()),
            FormatArg::Html => Ok(String::new()),
            FormatArg::Sarif => json(parts.to_sarif(&self.rules)),
            FormatArg::Junit => Ok(parts.to_junit(&self.rules)),
            FormatArg::Csv => Ok(parts.to_csv()),
            FormatArg::Markdown => Ok(parts.to_markdown()),
            FormatArg::Github => Ok(parts.to_github()),
            FormatArg::Ocsf => json(parts.to_ocsf()),
        }
    }
}

/// The files of an output, and which of the reports each is of.
fn files(output: &Output, reports: &[&Report]) -> Vec<(PathBuf, Vec<usize>)> {
    let mut files: Vec<(PathBuf, Vec<usize>)> = Vec::new();
    for (nth, report) in reports.iter().enumerate() {
        let Some(path) = path_of(output, report) else { continue };
        match files.iter_mut().find(|(known, _)| *known == path) {
            Some((_, of)) => of.push(nth),
            None => files.push((path, vec![nth])),
        }
    }
    files
}

/// The file that a report goes into.
fn path_of(output: &Output, report: &Report) -> Option<PathBuf> {
    let file = output.file.as_deref()?;
    let Some(name) = file.to_str() else { return Some(file.to_owned()) };
    Some(name.replace(ACCOUNT, report.account.as_str()).replace(REGION, report.region.as_str()).into())
}
