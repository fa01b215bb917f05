//! The rules: an observation and a policy in, findings out.
//!
//! Judging is synchronous, total and deterministic: "now" is a field of the observation, nothing is read, and what a rule
//! can't know yet becomes a question ([`model::observation::Lookup`]). A rule is a file; it says what is wrong and what
//! would mend it. Whether that is done, and when, is the planner's business.

mod finding;
mod focus;
mod judgement;
mod registration;
mod rule;
mod security_group;
mod wanted;

pub use judgement::Judgement;
pub use rule::Rule;

use std::collections::BTreeSet;

use model::finding::Finding;
use model::observation::Lookup;
use model::policy::Policy;
use model::scope::Scope;

use wanted::Wanted;

/// Every rule there is, in the order it is listed.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    GROUPS.into_iter().flatten().copied()
}

/// Every rule there is, gravest group first.
const GROUPS: [&[&Rule]; 2] = [registration::RULES, security_group::RULES];

/// The rules that judge whether tasks are registered.
#[must_use]
pub fn registration_rules() -> BTreeSet<&'static str> {
    registration::RULES.iter().map(|rule| rule.slug).collect()
}

/// The rules that judge which security groups tasks wear, and whether traffic reaches them.
#[must_use]
pub fn security_group_rules() -> BTreeSet<&'static str> {
    security_group::RULES.iter().map(|rule| rule.slug).collect()
}

/// Judges what `scope` covers by the rules in `wanted`, as far as the observation answers. Rules that aren't wanted, or that
/// the policy disables, ask nothing.
#[must_use]
pub fn judge(lookup: &Lookup<'_>, scope: &Scope, policy: &Policy, wanted: &BTreeSet<&str>) -> Judgement {
    let mut judgement = Judgement::default();
    let focus = focus::focus(lookup, scope, &mut judgement);
    let wanted = Wanted { slugs: wanted, policy };
    if wanted.any_of(registration::RULES) {
        registration::judge(lookup, scope, policy, &focus, &mut judgement);
    }
    if wanted.any_of(security_group::RULES) {
        security_group::judge(lookup, scope, policy, &focus, wanted, &mut judgement);
    }
    judgement.findings.retain(|finding| wanted.has(&finding.rule) && !is_excluded(policy, finding));
    for finding in &mut judgement.findings {
        finding.severity = policy.severity(&finding.rule, finding.severity);
    }
    judgement.findings.sort_by_cached_key(|finding| (std::cmp::Reverse(finding.severity), finding.fingerprint()));
    judgement
}

/// A group is judged by the policy for the services in focus. A finding may concern one that isn't, and that excludes the
/// address.
fn is_excluded(policy: &Policy, finding: &Finding) -> bool {
    let (Some(group), Some(target)) = (&finding.resources.target_group, finding.resources.target) else { return false };
    let users: Vec<_> = finding.users.iter().map(|id| (id.cluster.name(), id.name.as_ref())).collect();
    policy.registration_shared(group.name(), &users).excludes(target.ip)
}
