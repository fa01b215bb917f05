//! The rules: an observation and a policy in, findings out.
//!
//! Judging is synchronous, total and deterministic: "now" is a field of the observation, nothing is read, and what a rule
//! can't know yet becomes a question ([`model::observation::Lookup`]). A rule is a file; it says what is wrong and what
//! would mend it. Whether that is done, and when, is the planner's business.

mod configuration;
mod finding;
mod fix;
mod headroom;
mod judgement;
mod page;
mod path;
mod registration;
mod root_cause;
mod rule;
mod security_group;
mod selection;
mod wanted;

pub use judgement::Judgement;
pub use page::index_in_markdown;
pub use registration::task_index::{GroupAgain, TaskIndex};
pub use rule::Rule;

use std::collections::BTreeSet;

use model::finding::{Finding, Rank, roots_first};
use model::observation::Lookup;
use model::policy::Policy;
use model::scope::Scope;

use wanted::Wanted;

/// Every rule there is, in the order it is listed.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    groups().into_iter().flat_map(|(_, rules)| rules).copied()
}

/// Every rule there is, by what it is about, in the order it is listed.
#[must_use]
pub const fn groups() -> [(&'static str, &'static [&'static Rule]); 5] {
    [
        ("registration", registration::RULES),
        ("security groups", security_group::RULES),
        ("traffic path", path::RULES),
        ("configuration", configuration::RULES),
        ("headroom", headroom::RULES),
    ]
}

/// The rules that judge whether tasks are registered.
#[must_use]
pub fn registration_rules() -> BTreeSet<&'static str> {
    registration::RULES.iter().map(|rule| rule.slug).collect()
}

/// The rules that judge which security groups tasks have, and whether traffic reaches them.
#[must_use]
pub fn security_group_rules() -> BTreeSet<&'static str> {
    security_group::RULES.iter().map(|rule| rule.slug).collect()
}

/// Judges what `scope` covers by the rules in `wanted`, as far as the observation answers. Rules that aren't wanted, or that
/// the policy disables, ask nothing.
#[must_use]
pub fn judge(lookup: &Lookup<'_>, scope: &Scope, policy: &Policy, wanted: &BTreeSet<&str>) -> Judgement {
    let mut judgement = Judgement::default();
    let mut selection = selection::selection(lookup, scope, &mut judgement);
    let wanted = Wanted { slugs: wanted, policy };
    selection.plan_lists(wanted.any_of(security_group::RULES));
    judgement.listed.clone_from(&selection.listed);
    // Who is in a group besides those who use it shows where its targets are judged.
    if wanted.any_of(registration::RULES)
        || wanted.any_of(&[&configuration::WITHOUT_LOAD_BALANCER, &path::rules::target_unhealthy::RULE])
    {
        registration::judge(lookup, scope, policy, &selection, wanted, &mut judgement);
    }
    // Network ACLs and routes are on the same way, and are judged for the same interfaces.
    let of_interfaces = [&path::rules::network_acl_blocked::RULE, &path::rules::target_outside_vpc::RULE];
    if wanted.any_of(security_group::RULES) || wanted.any_of(&of_interfaces) {
        security_group::judge(lookup, scope, policy, &selection, wanted, &mut judgement);
    }
    path::judge(lookup, &selection, wanted, &mut judgement);
    configuration::judge(lookup, policy, &selection, wanted, &mut judgement);
    headroom::judge(lookup, &selection, wanted, &mut judgement);
    judgement.end_units(lookup);
    let mut judgement = concluded(judgement, wanted);
    for finding in judgement.findings.iter().filter(|finding| root_cause::lacks_cause(finding)) {
        let near = lookup.observation().remembered_near(&finding.users, finding.resources.target_group.as_ref());
        judgement.rests_on.extend(near);
    }
    judgement
}

/// Judges one target group again, by the same rules and as the same scope asks, and nothing else. It costs as much as that
/// group, however much the observation holds.
#[must_use]
pub fn judge_group_again<'a>(
    lookup: &Lookup<'a>,
    again: GroupAgain<'a>,
    scope: &Scope,
    policy: &'a Policy,
    wanted: &BTreeSet<&str>,
) -> Judgement {
    let (mut judgement, wanted) = (Judgement::default(), Wanted { slugs: wanted, policy });
    registration::judge_again(lookup, again, scope, policy, wanted, &mut judgement);
    concluded(judgement, wanted)
}

/// What is wanted of a judgement, with the policy's severities, the gravest first, each behind its cause.
fn concluded(mut judgement: Judgement, wanted: Wanted<'_>) -> Judgement {
    let policy = wanted.policy;
    judgement.findings.retain(|finding| wanted.has(&finding.rule) && !is_excluded(policy, finding));
    for finding in &mut judgement.findings {
        finding.severity = policy.severity(&finding.rule, finding.severity);
    }
    root_cause::fold(&mut judgement.findings);
    roots_first(&mut judgement.findings, |one| Rank {
        severity: one.severity,
        fingerprint: one.fingerprint(),
        caused_by: one.caused_by,
    });
    judgement
}

/// A group is judged by the policy for the services in focus. A finding may concern one that isn't, and that excludes the
/// address.
fn is_excluded(policy: &Policy, finding: &Finding) -> bool {
    let (Some(group), Some(target)) = (&finding.resources.target_group, finding.resources.target) else { return false };
    let users: Vec<_> = finding.users.iter().map(|id| (id.cluster.name(), id.name.as_ref())).collect();
    policy.registration_shared(group.name(), &users).excludes(target.ip)
}
