//! What makes one function differ from another.

use std::collections::BTreeSet;

use model::policy::MayRepair;

/// A function: the rules it judges by, and the section of the policy that says whether it may repair. What else it may do
/// is its role's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name in the log.
    pub name: &'static str,
    /// The slugs of its rules.
    pub rules: BTreeSet<&'static str>,
    /// Whose mode is its own; none, if it repairs nothing.
    pub section: Option<PolicySection>,
}

/// A section of the policy that has a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicySection {
    /// `[registration]`
    Registration,
    /// `[security_groups]`
    SecurityGroups,
}

impl PolicySection {
    /// Is there a place where its repairs are made?
    pub(super) const fn may_repair(self, anywhere: MayRepair) -> bool {
        match self {
            Self::Registration => anywhere.registration,
            Self::SecurityGroups => anywhere.security_groups,
        }
    }
}
