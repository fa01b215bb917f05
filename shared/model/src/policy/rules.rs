//! Which rules speak, how loudly, and from what severity on somebody is told.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::choice::one_of;
use super::document::DocumentNode;
use super::glob::{Glob, glob};
use super::section::{Remark, TableReader, did_you_mean, quoted};
use crate::finding::Severity;

/// Rules that there were once, and why they were given up. Whoever names one need not hurry to change the policy.
const GIVEN_UP: [(&str, &str); 1] = [(
    "drain-shorter-than-stop",
    "ECS stops a task's containers only when its target is deregistered and drained, so that the deregistration delay and \
     stopTimeout follow each other",
)];

/// The alerts section.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertPolicy {
    /// The least severity that is told about.
    pub min_severity: Severity,
}

/// The rules section, its globs resolved to slugs.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct RulesPolicy {
    /// Slugs of rules that aren't run.
    pub disabled: BTreeSet<String>,
    /// Severities other than the rule's own, by slug.
    pub severity: BTreeMap<String, Severity>,
}

impl Default for AlertPolicy {
    fn default() -> Self {
        Self { min_severity: Severity::Medium }
    }
}

impl AlertPolicy {
    pub(super) fn read(section: &mut TableReader<'_>) -> Self {
        let default = Self::default();
        Self { min_severity: section.get("min_severity", one_of).unwrap_or(default.min_severity) }
    }
}

impl RulesPolicy {
    pub(super) fn read(section: &mut TableReader<'_>, known: &[&str]) -> Self {
        let given_up = RefCell::new(Vec::new());
        let disabled = section.list("disable", |node| matching(node, known, &given_up)).unwrap_or_default();
        for (at, message) in given_up.into_inner() {
            section.warn(at, "disable", &message);
        }
        let mut severity = BTreeMap::new();
        for entry in section.entries("severity") {
            if let Some(message) = given_up_rule(|slug| slug == entry.key) {
                section.warn(entry.at, "severity", &message);
            } else if !known.contains(&entry.key.as_str()) {
                section.reject_entry(entry.at, "severity", &no_such_rule(&entry.key, known));
            }
            match one_of(&entry.node) {
                Ok(value) => {
                    severity.insert(entry.key.clone(), value);
                }
                Err(message) => section.reject_entry(entry.node.at, "severity", &message),
            }
        }
        Self { disabled: disabled.into_iter().flatten().collect(), severity }
    }
}

/// The known rules that a glob matches. One that matches only rules that were given up is noted in `given_up`.
pub(super) fn matching(
    node: &DocumentNode,
    known: &[&str],
    given_up: &RefCell<Vec<Remark>>,
) -> Result<BTreeSet<String>, String> {
    let glob: Glob = glob(node)?;
    let slugs: BTreeSet<String> = known.iter().filter(|slug| glob.matches(slug)).map(|&slug| slug.to_owned()).collect();
    if slugs.is_empty() {
        let message = given_up_rule(|slug| glob.matches(slug)).ok_or_else(|| no_such_rule(glob.as_str(), known))?;
        given_up.borrow_mut().push((node.at, message));
    }
    Ok(slugs)
}

/// What to say of the rule that was given up and is meant, if one is.
fn given_up_rule(is_meant: impl Fn(&str) -> bool) -> Option<String> {
    let (slug, why) = GIVEN_UP.into_iter().find(|(slug, _)| is_meant(slug))?;
    Some(format!("there is no rule {slug} any more: {why}; take it out"))
}

fn no_such_rule(slug: &str, known: &[&str]) -> String {
    let hint = did_you_mean(slug, known.iter().copied());
    let hint = hint.unwrap_or_else(|| "`ecs-nlb-guard rules` lists them".to_owned());
    format!("there is no rule {}; {hint}", quoted(slug))
}
