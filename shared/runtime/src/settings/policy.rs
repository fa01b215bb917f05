//! Where the policy comes from: a variable, a file, an object in S3, the file beside the binary, or nowhere.
//!
//! Only where nothing names a policy do the defaults hold. One that is named and isn't had, or isn't the one of the hash that is
//! set, is an error: the defaults would drop its exclusions.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use model::policy::Policy;
use sha2::{Digest as _, Sha256};

use super::error::SettingsProblems;
use super::{POLICY_FILE, SettingsSource};

const SOURCES: [&str; 3] = ["GUARD_POLICY", "GUARD_POLICY_FILE", "GUARD_POLICY_OBJECT"];

/// The policy and the hash of its text; the default one, where there is none or it is wrong.
pub(super) fn read(
    source: &SettingsSource<'_>,
    known_rules: &[&str],
    problems: &mut SettingsProblems,
) -> (Policy, Option<String>) {
    if let Some(path) = source.given.policy {
        let origin = path.display().to_string();
        let text = from_file(source, path, Some(&origin), problems);
        return parse(&origin, text, known_rules, problems);
    }
    let set = SOURCES.map(|name| source.variables.get(name, text, problems).map(|value| (name, value)));
    let mut set = set.into_iter().flatten();
    let (origin, text) = match (set.next(), set.next()) {
        (Some((one, _)), Some((other, _))) => {
            problems.add(one, format_args!("{other} is set too, and only one of them can hold: unset the other"));
            return (Policy::default(), None);
        }
        (Some((origin @ "GUARD_POLICY_FILE", path)), None) => {
            (origin.to_owned(), from_file(source, &PathBuf::from(path), Some(origin), problems))
        }
        (Some((origin @ "GUARD_POLICY_OBJECT", location)), None) => {
            let text = source.given.policy_object.map(str::to_owned);
            if text.is_none() {
                problems
                    .add(origin, format_args!("{location} is read by the functions only: give the policy as a file"));
            }
            (origin.to_owned(), text)
        }
        (Some((origin, text)), None) => (origin.to_owned(), Some(text)),
        (None, _) => match &source.beside_binary {
            Some(path) => (path.display().to_string(), from_file(source, path, None, problems)),
            None => return (Policy::default(), None),
        },
    };
    if origin == "GUARD_POLICY_OBJECT" {
        check_hash(source, &origin, text.as_deref(), problems);
    }
    parse(&origin, text, known_rules, problems)
}

/// The policy is the one that is meant, where it is said which is.
fn check_hash(source: &SettingsSource<'_>, origin: &str, text: Option<&str>, problems: &mut SettingsProblems) {
    let Some(meant) = source.variables.get("GUARD_POLICY_SHA256", self::text, problems) else { return };
    let found = text.map(sha256);
    if let Some(found) = found.filter(|found| !found.eq_ignore_ascii_case(&meant)) {
        problems.add(origin, format_args!("the policy has the SHA-256 {found}, and not {meant} (GUARD_POLICY_SHA256)"));
    }
}

fn parse(
    origin: &str,
    text: Option<String>,
    known_rules: &[&str],
    problems: &mut SettingsProblems,
) -> (Policy, Option<String>) {
    let Some(text) = text else { return (Policy::default(), None) };
    match Policy::parse(&text, known_rules) {
        Ok(policy) => (policy, Some(sha256(&text))),
        Err(errors) => {
            errors.problems().iter().for_each(|problem| problems.add(origin, problem));
            (Policy::default(), None)
        }
    }
}

/// In hexadecimal digits, as Terraform's `sha256` has it.
fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
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

#[expect(clippy::unnecessary_wraps, reason = "it is a reader like those of other settings, which can fail")]
fn text(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}
