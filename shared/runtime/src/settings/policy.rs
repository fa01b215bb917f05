//! Where the policy comes from: the variable, a file, the file beside the binary, or nowhere.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use model::policy::Policy;

use super::error::SettingsProblems;
use super::{POLICY_FILE, SettingsSource};

/// The policy; the default one, where there is none or it is wrong.
pub(super) fn read(source: &SettingsSource<'_>, known_rules: &[&str], problems: &mut SettingsProblems) -> Policy {
    if let Some(path) = source.given.policy {
        let origin = path.display().to_string();
        let text = from_file(source, path, Some(&origin), problems);
        return parse(&origin, text, known_rules, problems);
    }
    let inline = source.variables.get("GUARD_POLICY", text, problems);
    let file = source.variables.get("GUARD_POLICY_FILE", text, problems).map(PathBuf::from);
    let (origin, text) = match (inline, file) {
        (Some(_), Some(_)) => {
            problems
                .add("GUARD_POLICY", "GUARD_POLICY_FILE is set too, and only one of them can hold: unset the other");
            return Policy::default();
        }
        (Some(text), None) => ("GUARD_POLICY".to_owned(), Some(text)),
        (None, Some(path)) => {
            ("GUARD_POLICY_FILE".to_owned(), from_file(source, &path, Some("GUARD_POLICY_FILE"), problems))
        }
        (None, None) => match &source.beside_binary {
            Some(path) => (path.display().to_string(), from_file(source, path, None, problems)),
            None => return Policy::default(),
        },
    };
    parse(&origin, text, known_rules, problems)
}

fn parse(origin: &str, text: Option<String>, known_rules: &[&str], problems: &mut SettingsProblems) -> Policy {
    match text.map(|text| Policy::parse(&text, known_rules)) {
        Some(Ok(policy)) => policy,
        Some(Err(errors)) => {
            errors.problems().iter().for_each(|problem| problems.add(origin, problem));
            Policy::default()
        }
        None => Policy::default(),
    }
}

/// The file's text; nothing, if there is no such file and nobody asked for it.
fn from_file(
    source: &SettingsSource<'_>,
    path: &Path,
    asked_for: Option<&str>,
    problems: &mut SettingsProblems,
) -> Option<String> {
    match (source.read_file)(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound && asked_for.is_none() => None,
        Err(error) => {
            problems.add(asked_for.unwrap_or(POLICY_FILE), format_args!("{} can't be read: {error}", path.display()));
            None
        }
    }
}

fn text(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}
