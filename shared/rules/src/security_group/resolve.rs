//! From the policy's names for groups to the groups of a VPC.
//!
//! An id binds in the VPC its group belongs to and in those that the group is associated with, and nowhere else. `name:` and
//! `tag:` are looked for in each VPC by themselves: among its own groups first, and where none of them matches among those of
//! other VPCs that are associated with it ("Associate security groups with multiple VPCs" in the Amazon VPC guide). What matches nothing, or several groups, is not resolved: whoever needs it does without, and
//! `security-group-unresolved` says so.

use std::collections::{BTreeMap, BTreeSet};

use model::ec2::SecurityGroup;
use model::id::VpcId;
use model::observation::{Gap, Lookup};
use model::policy::SecurityGroupRef;

/// What one name comes to in a VPC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resolution<'a> {
    /// This group.
    Group(&'a SecurityGroup),
    /// An id of another VPC's group that isn't associated with this one: it asks nothing of this one.
    Elsewhere,
    /// No group.
    Nothing,
    /// Several groups.
    Several(Vec<&'a SecurityGroup>),
}

/// What all names of a list come to in a VPC.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Resolved<'a> {
    /// The groups, by the names that led to them.
    pub(crate) groups: BTreeMap<SecurityGroupRef, &'a SecurityGroup>,
    /// Names that match nothing, with an empty list, or several groups.
    pub(crate) unresolved: BTreeMap<SecurityGroupRef, Vec<&'a SecurityGroup>>,
}

impl Resolved<'_> {
    /// Does one of the names lead to this group?
    pub(crate) fn has(&self, id: &model::id::SecurityGroupId) -> bool {
        self.groups.values().any(|group| group.id == *id)
    }
}

/// Resolves all names in `vpc`. Nothing is read for an empty list.
pub(crate) fn resolve_all<'a>(
    lookup: &Lookup<'a>,
    names: &BTreeSet<SecurityGroupRef>,
    vpc: &VpcId,
) -> Result<Resolved<'a>, Gap<'a>> {
    let answers: Vec<_> = names.iter().map(|name| (name, resolve(lookup, name, vpc))).collect();
    let mut resolved = Resolved::default();
    for (name, resolution) in answers {
        match resolution? {
            Resolution::Group(group) => drop(resolved.groups.insert(name.clone(), group)),
            Resolution::Elsewhere => {}
            Resolution::Nothing => drop(resolved.unresolved.insert(name.clone(), Vec::new())),
            Resolution::Several(groups) => drop(resolved.unresolved.insert(name.clone(), groups)),
        }
    }
    Ok(resolved)
}

/// Resolves one name in `vpc`.
pub(crate) fn resolve<'a>(
    lookup: &Lookup<'a>,
    name: &SecurityGroupRef,
    vpc: &VpcId,
) -> Result<Resolution<'a>, Gap<'a>> {
    let all = lookup.security_groups(vpc)?;
    let mut matching: Vec<&SecurityGroup> = all.into_iter().filter(|group| is_called(group, name)).collect();
    if matching.is_empty() {
        matching = associated(lookup, vpc)?.into_iter().filter(|group| is_called(group, name)).collect();
    }
    Ok(match (matching.as_slice(), name) {
        ([group], _) => Resolution::Group(group),
        ([], SecurityGroupRef::Id(id)) => match lookup.security_group(id)? {
            Some(_) => Resolution::Elsewhere,
            None => Resolution::Nothing,
        },
        ([], _) => Resolution::Nothing,
        _ => Resolution::Several(matching),
    })
}

/// The groups of other VPCs that interfaces in this one can have.
fn associated<'a>(lookup: &Lookup<'a>, vpc: &VpcId) -> Result<Vec<&'a SecurityGroup>, Gap<'a>> {
    let associations = lookup.associated_security_groups(vpc)?.iter().filter(|one| one.is_complete());
    let groups: Vec<_> = associations.map(|one| lookup.security_group(&one.group)).collect();
    Ok(groups.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn is_called(group: &SecurityGroup, name: &SecurityGroupRef) -> bool {
    match name {
        SecurityGroupRef::Id(id) => group.id == *id,
        SecurityGroupRef::Name(name) => group.name == *name,
        SecurityGroupRef::Tag { key, value } => group.tags.get(key) == Some(value),
    }
}
