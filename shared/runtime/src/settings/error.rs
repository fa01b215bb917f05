//! Everything that is wrong with the settings, at once.

use std::fmt;

/// What is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// Each problem, the variable's name first. Never empty.
    pub problems: Vec<String>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.problems.len() == 1 { "problem" } else { "problems" };
        write!(f, "the settings have {} {plural}:", self.problems.len())?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for SettingsError {}

/// What was found wrong so far.
#[derive(Debug, Default)]
pub(super) struct SettingsProblems(Vec<String>);

impl SettingsProblems {
    pub(super) fn add(&mut self, variable: &str, problem: impl fmt::Display) {
        self.0.push(format!("{variable}: {problem}"));
    }

    /// `settings`, if nothing was wrong.
    pub(super) fn or<T>(self, settings: T) -> Result<T, SettingsError> {
        if self.0.is_empty() { Ok(settings) } else { Err(SettingsError { problems: self.0 }) }
    }
}
