//! From the groups something has to the groups it is to have: what is required is added, what is forbidden taken off, and the
//! rest is left alone.

use std::collections::BTreeSet;

use model::id::SecurityGroupId;
use model::observation::{Gap, Lookup};
use model::repair::GroupChange;

use super::checked_interfaces::{CheckedInterface, ServiceTasks};
use super::resolve::{Resolved, resolve_all};
use super::rules::security_group_forbidden;
use super::rules::security_group_missing;
use crate::wanted::Wanted;

/// What the policy asks of the groups in one VPC, as far as its rules are wanted and its names resolved.
pub(crate) struct Demands<'a> {
    /// What must be there.
    pub(crate) required: Resolved<'a>,
    /// What must not be there. What is required by another name isn't among it.
    pub(crate) forbidden: Resolved<'a>,
}

impl<'a> Demands<'a> {
    /// What is asked of the interface of a task.
    pub(crate) fn of(
        lookup: &Lookup<'a>,
        service_tasks: &ServiceTasks<'a>,
        checked: &CheckedInterface<'a>,
        wanted: Wanted<'_>,
    ) -> Result<Self, Gap<'a>> {
        let vpc = &checked.interface.vpc;
        let (none, policy) = (BTreeSet::new(), &service_tasks.policy);
        let required = if wanted.has(security_group_missing::RULE.slug) { &policy.required } else { &none };
        let forbidden = if wanted.has(security_group_forbidden::RULE.slug) { &policy.forbidden } else { &none };
        let (required, forbidden) = (resolve_all(lookup, required, vpc), resolve_all(lookup, forbidden, vpc));
        let (required, mut forbidden) = (required?, forbidden?);
        forbidden.groups.retain(|_, group| !required.has(&group.id));
        Ok(Self { required, forbidden })
    }

    /// The change from these groups, or to none at all where every one of them is forbidden and none required: that can't be
    /// made, as nothing can be without a group.
    pub(crate) fn change(&self, from: &BTreeSet<SecurityGroupId>) -> GroupChange {
        let required = self.required.groups.values().map(|group| group.id.clone());
        let kept = from.iter().filter(|id| !self.forbidden.has(id)).cloned();
        GroupChange::between(from, kept.chain(required).collect())
    }
}
