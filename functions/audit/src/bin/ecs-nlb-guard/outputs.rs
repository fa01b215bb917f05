//! Where a report goes, and in which format each time.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;

use crate::args::FormatArg;
use crate::ending::Failure;
use crate::output;

/// One place that the report goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Output {
    /// Standard output, if it is no file.
    pub(crate) file: Option<PathBuf>,
    pub(crate) format: FormatArg,
}

/// What `--format` and `--out` ask for: standard output, unless files are named.
///
/// # Errors
/// When it can't be told which format a file is to have, or a place is named twice.
pub(crate) fn outputs(format: Option<FormatArg>, out: &[PathBuf]) -> Result<Vec<Output>, Failure> {
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
            outputs.push(Output { file: None, format: format.unwrap_or(FormatArg::Text) });
            continue;
        }
        let format = match format {
            Some(format) if !has_dash => format,
            _ => by_extension(path)?,
        };
        outputs.push(Output { file: Some(path.clone()), format });
    }
    if outputs.is_empty() {
        outputs.push(Output { file: None, format: format.unwrap_or(FormatArg::Text) });
    }
    let is_page = |output: &Output| output.file.is_none() && output.format == FormatArg::Html;
    if outputs.iter().any(is_page) && output::is_terminal() {
        return Err(Failure::usage_of(
            "an HTML page in a terminal helps no one: write it to a file with --out report.html",
        ));
    }
    Ok(outputs)
}

fn by_extension(path: &Path) -> Result<FormatArg, Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    if name.ends_with(".ocsf.json") {
        return Ok(FormatArg::Ocsf);
    }
    if name.ends_with(".sarif.json") {
        return Ok(FormatArg::Sarif);
    }
    let what = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("txt") => return Ok(FormatArg::Text),
        Some("json") => return Ok(FormatArg::Json),
        Some("html" | "htm") => return Ok(FormatArg::Html),
        Some("sarif") => return Ok(FormatArg::Sarif),
        Some("xml") => return Ok(FormatArg::Junit),
        Some("csv") => return Ok(FormatArg::Csv),
        Some("md") => return Ok(FormatArg::Markdown),
        Some(extension) => format!("the extension {extension:?} stands for no format"),
        None => "it has no extension".to_owned(),
    };
    let formats: Vec<String> = FormatArg::value_variants()
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
    use crate::args::FormatArg;

    fn of(format: Option<FormatArg>, out: &[&str]) -> Result<Vec<Output>, String> {
        let out: Vec<_> = out.iter().map(Into::into).collect();
        outputs(format, &out).map_err(|failure| failure.what)
    }

    fn formats(format: Option<FormatArg>, out: &[&str]) -> Vec<FormatArg> {
        of(format, out).expect("outputs").into_iter().map(|output| output.format).collect()
    }

    #[test]
    fn a_file_has_the_format_of_its_extension() {
        let files = ["a.txt", "a.json", "A.HTML", "a.sarif", "a.sarif.json", "a.xml", "a.csv", "a.md", "a.ocsf.json"];
        let expected = [
            FormatArg::Text,
            FormatArg::Json,
            FormatArg::Html,
            FormatArg::Sarif,
            FormatArg::Sarif,
            FormatArg::Junit,
            FormatArg::Csv,
            FormatArg::Markdown,
            FormatArg::Ocsf,
        ];
        assert_eq!(formats(None, &files), expected);
    }

    #[test]
    fn format_is_for_standard_output_or_for_the_only_file() {
        assert_eq!(formats(Some(FormatArg::Csv), &[]), [FormatArg::Csv]);
        assert_eq!(formats(Some(FormatArg::Csv), &["report"]), [FormatArg::Csv]);
        assert_eq!(formats(Some(FormatArg::Csv), &["-", "a.html"]), [FormatArg::Csv, FormatArg::Html]);
        assert!(of(Some(FormatArg::Csv), &["a.html", "b.json"]).is_err());
    }

    #[test]
    fn a_name_that_tells_no_format_is_an_error() {
        assert!(of(None, &["report"]).is_err_and(|what| what.contains("no extension")));
        assert!(of(None, &["report.pdf"]).is_err_and(|what| what.contains("\"pdf\" stands for no format")));
        assert!(of(None, &["a.csv", "a.csv"]).is_err_and(|what| what.contains("more than once")));
    }
}
