//! What the policy excludes, and what lies outside the account's subnets, is never touched.

use crate::invariants::{Check, Invariant};
use crate::record::Change;
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "foreign_targets", check: Check::Change(check) };

fn check(stage: &Stage<'_>, change: &Change) -> Option<String> {
    let Change { group, target, .. } = change;
    if stage.sim.setting.excludes(target.ip) {
        return Some(format!("{target} in {} was changed, and is excluded", group.name()));
    }
    let is_ours = stage.aws.subnets[..2].iter().any(|subnet| subnet.contains(target.ip));
    (!is_ours).then(|| format!("{target} in {} was changed, and is in no subnet of the account", group.name()))
}
