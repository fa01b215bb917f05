//! Where what is told goes to.

use std::fs;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _, stderr, stdout};
use std::path::Path;

use anstream::{AutoStream, ColorChoice};
use anstyle::AnsiColor;
use report::text::TextStyle;

use crate::ending::Failure;

/// Wider lines are hard to read.
const WIDEST: usize = 140;

/// How text on standard output is to look: as wide as the terminal, with colours if it or the user wants them
/// (`--color`, `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE`).
pub(crate) fn look() -> TextStyle {
    let width = terminal_size::terminal_size_of(stdout()).map(|(width, _)| usize::from(width.0).clamp(40, WIDEST));
    TextStyle { colours: AutoStream::choice(&stdout()) != ColorChoice::Never, width }
}

/// Writes to standard output. Whoever stopped reading has read enough.
///
/// # Errors
/// When it can't be written for another reason.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::usage_of(format!("standard output can't be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Takes away this many lines that were written last, at a terminal.
///
/// # Errors
/// As [`print()`].
pub(crate) fn rewind(lines: usize) -> Result<(), Failure> {
    if lines == 0 { Ok(()) } else { print(&format!("\u{1b}[{lines}F\u{1b}[J")) }
}

/// Says something to the person, besides the output.
pub(crate) fn note(text: &str) {
    // Where nobody listens nothing is lost.
    let _unheard = writeln!(AutoStream::auto(stderr()).lock(), "{text}");
}

/// Writes a file, whole or not at all.
///
/// # Errors
/// When it can't be written; what was there before is as it was.
pub(crate) fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::usage_of(format!("{} can't be written: {error}", path.display()));
    // A device or a pipe isn't replaced, but written to.
    if path.exists() && !path.is_file() {
        return fs::write(path, text).map_err(failed);
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        let _gone = fs::remove_file(&beside);
        failed(error)
    })
}

/// Does a person read standard output?
pub(crate) fn is_terminal() -> bool {
    stdout().is_terminal()
}

/// Says what is wrong, and what can be done about it.
pub(crate) fn error(what: &str, hint: Option<&str>) {
    let style = AnsiColor::Red.on_default().bold();
    note(&format!("{style}error:{style:#} {what}"));
    if let Some(hint) = hint {
        note(hint);
    }
}
