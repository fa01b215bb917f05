//! Which rules are to be judged by.

use std::collections::BTreeSet;

use model::policy::Policy;

use crate::rule::Rule;

/// The rules that were asked for, as far as the policy doesn't disable them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// The slugs asked for.
    pub(crate) slugs: &'a BTreeSet<&'a str>,
    /// The policy.
    pub(crate) policy: &'a Policy,
}

impl Wanted<'_> {
    /// Is the rule of this name wanted?
    pub(crate) fn has(&self, slug: &str) -> bool {
        self.slugs.contains(slug) && self.policy.rule_enabled(slug)
    }

    /// Is any of these rules wanted? A group of rules that share their look is judged as a whole, or not at all.
    pub(crate) fn any_of(&self, rules: &[&Rule]) -> bool {
        rules.iter().any(|rule| self.has(rule.slug))
    }
}
