//! What a rule says of itself: the text that the report, the command line and the rule's page are made from.

use model::finding::Severity;

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name in reports and policies.
    pub slug: &'static str,
    /// How much its findings matter, unless the policy says otherwise.
    pub severity: Severity,
    /// One line.
    pub title: &'static str,
    /// What is judged, and the AWS reasoning behind it.
    pub explanation: &'static str,
    /// What a person can do.
    pub remedy: &'static str,
    /// What the program does about it when the policy says repair.
    pub repair: &'static str,
}
