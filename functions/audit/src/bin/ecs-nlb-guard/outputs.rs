//! Where a report goes, and in which format each time.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;

use crate::args::ReportFormat;
use crate::ending::Failure;
use crate::output;

/// One place that the report goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Output {
    /// Standard output, if it is no file.
    pub(crate) file: Option<PathBuf>,
    pub(crate) format: ReportFormat,
}

/// What `--format` and `--out` ask for: standard output, unless files are named.
///
/// # Errors
/// When it can't be told which format a file is to have, or a place is named twice.
pub(crate) fn outputs(format: Option<ReportFormat>, out: &[PathBuf]) -> Result<Vec<Output>, Failure> {
    let mut outputs = Vec::new();
    let is_dash = |path: &Path| path.as_os_str() == "-";
    let has_dash = out.iter().any(|path| is_dash(path));
    if format.is_some() && !has_dash && out.len() > 1 {
        let what = "--format is for one --out alone: of several files each has the format of its extension";
        return Err(Failure::usage_of(what));
    }
    let mut seen = BTreeSet::new();
    for path in out {
        if !seen.insert(path) {
            return Err(Failure::usage_of(format!("--out {} is given more than once", path.display())));
        }
        if is_dash(path) {
            outputs.push(Output { file: None, format: format.unwrap_or(ReportFormat::Text) });
            continue;
        }
        let format = match format {
            Some(format) if !has_dash => format,
            _ => by_extension(path)?,
        };
        outputs.push(Output { file: Some(path.clone()), format });
    }
    if outputs.is_empty() {
        outputs.push(Output { file: None, format: format.unwrap_or(ReportFormat::Text) });
    }
    let is_page = |output: &Output| output.file.is_none() && output.format == ReportFormat::Html;
    if outputs.iter().any(is_page) && output::is_terminal() {
        return Err(Failure::usage_of(
            "an HTML page in a terminal helps no one: write it to a file with --out report.html",
        ));
    }
    Ok(outputs)
}

fn by_extension(path: &Path) -> Result<ReportFormat, Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    if name.ends_with(".ocsf.json") {
        return Ok(ReportFormat::Ocsf);
    }
    if name.ends_with(".sarif.json") {
        return Ok(ReportFormat::Sarif);
    }
    let what = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("txt") => return Ok(ReportFormat::Text),
        Some("json") => return Ok(ReportFormat::Json),
        Some("html" | "htm") => return Ok(ReportFormat::Html),
        Some("sarif") => return Ok(ReportFormat::Sarif),
        Some("xml") => return Ok(ReportFormat::Junit),
        Some("csv") => return Ok(ReportFormat::Csv),
        Some("md") => return Ok(ReportFormat::Markdown),
        Some(extension) => format!("the extension {extension:?} stands for no format"),
        None => "it has no extension".to_owned(),
    };
    let formats: Vec<String> = ReportFormat::value_variants()
        .iter()
        .filter_map(|one| Some(one.to_possible_value()?.get_name().to_owned()))
        .collect();
    Err(Failure::usage_of(format!(
        "--out {}: {what}; name it .txt, .json, .html, .sarif, .xml (JUnit), .csv, .md or .ocsf.json, or give --format {}",
        path.display(),
        formats.join("|")
    )))
}

#[cfg(test)]
mod tests {
    use super::{Output, outputs};
    use crate::args::ReportFormat;

    fn of(format: Option<ReportFormat>, out: &[&str]) -> Result<Vec<Output>, String> {
        let out: Vec<_> = out.iter().map(Into::into).collect();
        outputs(format, &out).map_err(|failure| failure.what)
    }

    fn formats(format: Option<ReportFormat>, out: &[&str]) -> Vec<ReportFormat> {
        of(format, out).expect("outputs").into_iter().map(|output| output.format).collect()
    }

    #[test]
    fn a_file_has_the_format_of_its_extension() {
        let files = ["a.txt", "a.json", "A.HTML", "a.sarif", "a.sarif.json", "a.xml", "a.csv", "a.md", "a.ocsf.json"];
        let expected = [
            ReportFormat::Text,
            ReportFormat::Json,
            ReportFormat::Html,
            ReportFormat::Sarif,
            ReportFormat::Sarif,
            ReportFormat::Junit,
            ReportFormat::Csv,
            ReportFormat::Markdown,
            ReportFormat::Ocsf,
        ];
        assert_eq!(formats(None, &files), expected);
    }

    #[test]
    fn format_is_for_standard_output_or_for_the_only_file() {
        assert_eq!(formats(Some(ReportFormat::Csv), &[]), [ReportFormat::Csv]);
        assert_eq!(formats(Some(ReportFormat::Csv), &["report"]), [ReportFormat::Csv]);
        assert_eq!(formats(Some(ReportFormat::Csv), &["-", "a.html"]), [ReportFormat::Csv, ReportFormat::Html]);
        assert!(of(Some(ReportFormat::Csv), &["a.html", "b.json"]).is_err());
    }

    #[test]
    fn a_name_that_tells_no_format_is_an_error() {
        assert!(of(None, &["report"]).is_err_and(|what| what.contains("no extension")));
        assert!(of(None, &["report.pdf"]).is_err_and(|what| what.contains("\"pdf\" stands for no format")));
        assert!(of(None, &["a.csv", "a.csv"]).is_err_and(|what| what.contains("more than once")));
    }
}
