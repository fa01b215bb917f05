//! Who follows a rule's remedy to the letter ends with an account without its finding, and without a new one.
//!
//! [`follow`] reads what the security-group rules say sentence by sentence and does it; [`configuration`] does by hand what the
//! other rules say.

mod configuration;
mod follow;
mod path;
mod security_groups;

use std::collections::BTreeSet;

use crate::story::Story;

/// Rules whose remedies change nothing that AWS is configured with: they register or deregister targets, say where to look, or
/// are about the policy or a quota.
const NOTHING_TO_CONFIGURE: &[&str] = &[
    "target-missing",
    "target-stale",
    "target-hijacked",
    "target-foreign",
    "target-wrong-port",
    "target-wrong-group",
    "target-stuck-initial",
    "target-unused",
    "target-unhealthy",
    "target-group-empty",
    "target-quota-near",
];

#[test]
fn every_rule_whose_remedy_changes_the_configuration_is_followed() {
    let followed: BTreeSet<&str> =
        [configuration::FOLLOWED, path::FOLLOWED, security_groups::FOLLOWED].concat().into_iter().collect();
    let left: Vec<&str> = rules::rules()
        .map(|rule| rule.slug)
        .filter(|slug| !followed.contains(slug) && !NOTHING_TO_CONFIGURE.contains(slug))
        .collect();
    assert!(left.is_empty(), "tests/stories/remedies doesn't follow the remedies of {left:?}");
}

/// The rules that find something, each with what it is about.
fn findings(story: &Story) -> BTreeSet<(String, String)> {
    story
        .look()
        .judgement
        .findings
        .into_iter()
        .map(|finding| (finding.rule.clone(), finding.fingerprint().to_string()))
        .collect()
}

/// Judged by every rule.
fn by_every_rule(story: Story) -> Story {
    story.judged_by(&rules::rules().map(|rule| rule.slug).collect::<Vec<_>>())
}

/// Of the finding of `rule`, and of no new one, nothing is left.
fn is_mended(rule: &str, before: &Story, after: &Story) {
    let (before, after) = (findings(before), findings(after));
    assert!(before.iter().any(|(found, _)| found == rule), "{rule} finds nothing to begin with: {before:?}");
    let left: Vec<_> = after.iter().filter(|(found, _)| found == rule).collect();
    assert!(left.is_empty(), "{rule} still finds {left:?}");
    let new: Vec<_> = after.difference(&before).collect();
    assert!(new.is_empty(), "whoever follows {rule} is told {new:?} next");
}
