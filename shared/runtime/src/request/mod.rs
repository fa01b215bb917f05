//! A request: what a person, a schedule or a script asks for. `{}` asks for everything.

mod look_up;
mod pattern;
mod resolve;
#[cfg(test)]
mod tests;

pub use look_up::{ScopeError, look_up};
pub use pattern::{ArnOrName, InCluster, Patterns};
pub use resolve::{UnmatchedError, resolve};

use std::collections::{BTreeMap, BTreeSet};

use model::near::nearest;
use model::policy::{Glob, Mode};
use serde::Deserialize;

use crate::home::Home;
use crate::incoming::{Here, IncomingError, cut, from_text};

/// A request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// Where to look.
    pub scope: Patterns,
    /// Slugs of the rules to run; all, if it names none.
    pub rules: Option<BTreeSet<String>>,
    /// The mode at most; it can lower the policy's, never raise it.
    pub mode: Option<Mode>,
    /// May the audit answer itself from what it read before, where nothing that is told rests on that? The sweep's schedule may,
    /// a person is told what is so now; this says otherwise.
    pub remembered: Option<bool>,
    /// How to answer.
    pub format: ReportFormat,
}

/// How to answer a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReportFormat {
    /// The report itself.
    #[default]
    Json,
    /// As text for a person.
    Text,
    /// As a page for a browser.
    Html,
}

/// A request that can't be met as it is, with all that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid request: {}", problems.join("; "))]
pub struct RequestError {
    /// What is wrong, each with the place where it is written.
    pub problems: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestBody {
    #[serde(default)]
    scope: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    rules: Vec<String>,
    mode: Option<Mode>,
    remembered: Option<bool>,
    #[serde(default)]
    format: ReportFormat,
}

/// What a scope may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeKind {
    /// `clusters`
    Clusters,
    /// `services`
    Services,
    /// `tasks`
    Tasks,
    /// `target_groups`
    TargetGroups,
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// When it has another form, or with everything it names that can't be.
    pub(crate) fn read(text: &str, here: &Here<'_>) -> Result<Self, IncomingError> {
        let RequestBody { scope, rules, mode, remembered, format } = from_text("the request", text)?;
        let mut patterns = Patterns::default();
        let mut problems = Vec::new();
        for (key, texts) in &scope {
            let Some(kind) = ScopeKind::of(key) else {
                let key = cut(key);
                problems.push(format!("scope.{key}: a scope has clusters, services, tasks and target_groups"));
                continue;
            };
            for (index, text) in texts.iter().enumerate() {
                if let Err(problem) = kind.read(text, here.home, &mut patterns) {
                    problems.push(format!("scope.{key}[{index}]: {problem}"));
                }
            }
        }
        let mut slugs = BTreeSet::new();
        for (index, text) in rules.iter().enumerate() {
            match rules_named(text, here.rules) {
                Ok(matching) => slugs.extend(matching),
                Err(problem) => problems.push(format!("rules[{index}]: {problem}")),
            }
        }
        if !problems.is_empty() {
            return Err(RequestError { problems }.into());
        }
        Ok(Self { scope: patterns, rules: (!rules.is_empty()).then_some(slugs), mode, remembered, format })
    }
}

impl ScopeKind {
    fn of(key: &str) -> Option<Self> {
        match key {
            "clusters" => Some(Self::Clusters),
            "services" => Some(Self::Services),
            "tasks" => Some(Self::Tasks),
            "target_groups" => Some(Self::TargetGroups),
            _ => None,
        }
    }

    /// Adds what `text` names to the patterns.
    ///
    /// # Errors
    /// When it can't be the name of one, or is an ARN of another account or Region; in words for a person.
    pub fn read(self, text: &str, home: &Home, into: &mut Patterns) -> Result<(), String> {
        match self {
            Self::Clusters => into.clusters.push(pattern::cluster(text, home)?),
            Self::Services => into.services.push(pattern::service(text, home)?),
            Self::Tasks => into.tasks.push(pattern::task(text, home)?),
            Self::TargetGroups => into.target_groups.push(pattern::target_group(text, home)?),
        }
        Ok(())
    }
}

/// The rules a slug or glob names.
///
/// # Errors
/// When it names none; in words for a person.
pub fn rules_named(text: &str, known: &[&str]) -> Result<Vec<String>, String> {
    let glob: Glob = text.parse().map_err(|error| format!("{error}"))?;
    let slugs: Vec<String> = known.iter().filter(|slug| glob.matches(slug)).map(|&slug| slug.to_owned()).collect();
    if slugs.is_empty() {
        return Err(match nearest(text, known.iter().copied()) {
            Some(near) => format!("there is no rule {:?}; did you mean {near:?}?", cut(text)),
            None => format!("there is no rule {:?}; there are {}", cut(text), known.join(", ")),
        });
    }
    Ok(slugs)
}
