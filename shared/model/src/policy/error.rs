//! Everything that is wrong with a policy, at once and by line.

use std::collections::BTreeMap;
use std::fmt;

/// What is wrong with a policy: every problem that could be found, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PolicyErrors {
    problems: Vec<PolicyProblem>,
}

/// One problem in a policy's text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyProblem {
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// What is wrong and what to do, the key first.
    pub message: String,
}

impl PolicyErrors {
    /// The problems, by line. Never empty.
    #[must_use]
    pub fn problems(&self) -> &[PolicyProblem] {
        &self.problems
    }

    /// Puts syntax errors (`broken`) and what was found in the tree beside them (`found`) together, both by byte offset.
    ///
    /// Of several syntax errors in a line the first is kept: the others mostly follow from it, as does whatever the tree
    /// holds for that line.
    pub(super) fn collect(text: &str, broken: Vec<(usize, String)>, found: Vec<(usize, String)>) -> Option<Self> {
        let mut first_of_line = BTreeMap::new();
        for problem in located(text, broken) {
            first_of_line.entry(problem.line).or_insert(problem);
        }
        let mut found = located(text, found);
        found.retain(|problem| !first_of_line.contains_key(&problem.line));
        let mut problems: Vec<PolicyProblem> = first_of_line.into_values().chain(found).collect();
        problems.sort();
        (!problems.is_empty()).then_some(Self { problems })
    }
}

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.len() {
            1 => write!(f, "the policy has 1 problem:")?,
            many => write!(f, "the policy has {many} problems:")?,
        }
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl fmt::Display for PolicyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

/// Turns byte offsets into lines and columns, in the order of the text.
pub(super) fn located(text: &str, mut problems: Vec<(usize, String)>) -> Vec<PolicyProblem> {
    problems.sort();
    let (mut read, mut line, mut column) = (0, 1, 1);
    let locate = |(at, message)| {
        for char in text.get(read..at).unwrap_or_default().chars() {
            (line, column) = if char == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        read = at;
        PolicyProblem { line, column, message }
    };
    problems.into_iter().map(locate).collect()
}
