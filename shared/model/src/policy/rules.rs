//! Which rules speak, how loudly, and from what severity on somebody is told.

use std::collections::{BTreeMap, BTreeSet};

use super::choice::one_of;
use super::document::Node;
use super::glob::{Glob, glob};
use super::section::{TableReader, did_you_mean, quoted};
use crate::finding::Severity;

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
        let disabled = section.list("disable", |node| matching(node, known)).unwrap_or_default();
        let mut severity = BTreeMap::new();
        for entry in section.entries("severity") {
            if !known.contains(&entry.key.as_str()) {
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

/// Slugs of the rules that a glob names.
pub(super) fn matching(node: &Node, known: &[&str]) -> Result<BTreeSet<String>, String> {
    let glob: Glob = glob(node)?;
    let slugs: BTreeSet<String> = known.iter().filter(|slug| glob.matches(slug)).map(|&slug| slug.to_owned()).collect();
    if slugs.is_empty() { Err(no_such_rule(glob.as_str(), known)) } else { Ok(slugs) }
}

fn no_such_rule(slug: &str, known: &[&str]) -> String {
    let hint = did_you_mean(slug, known.iter().copied());
    let hint = hint.unwrap_or_else(|| "`ecs-nlb-guard rules` lists them".to_owned());
    format!("there is no rule {}; {hint}", quoted(slug))
}
