//! From the groups something has to the groups it is to have: what is required is added, what is forbidden taken off, and the
//! rest is left alone.

use std::collections::BTreeSet;

use model::id::{SecurityGroupId, VpcId};
use model::observation::{Gap, Lookup};
use model::policy::SecurityGroupRef;
use model::repair::GroupChange;

use super::resolve::{Resolved, resolve_all};

/// What the policy asks of the groups in one VPC, as far as its rules are wanted and its names resolved.
pub(crate) struct Demands<'a> {
    /// What must be there.
    pub(crate) required: Resolved<'a>,
    /// What must not be there. What is required by another name isn't among it.
    pub(crate) forbidden: Resolved<'a>,
}

impl<'a> Demands<'a> {
    /// What these names ask of the interfaces in a VPC.
    pub(crate) fn of(
        lookup: &Lookup<'a>,
        vpc: &VpcId,
        required: &BTreeSet<SecurityGroupRef>,
        forbidden: &BTreeSet<SecurityGroupRef>,
    ) -> Result<Self, Gap<'a>> {
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
