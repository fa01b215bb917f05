//! Of security groups just what is required is added and what is forbidden taken off, a service's only one at a time, and no
//! group a second time: somebody put it back.

use std::collections::BTreeSet;

use model::id::SecurityGroupId;
use model::scope::ServiceId;

use crate::ecs::Kind;
use crate::groups::right;
use crate::invariants::{Check, Invariant};
use crate::record::{GroupRepair, What};
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "groups", check: Check::GroupRepair(check) };

fn check(stage: &Stage<'_>, repair: &GroupRepair) -> Option<String> {
    let record = &stage.sim.record;
    let began = record.reads.get(&repair.actor)?.began;
    // What somebody changed during the pass is for the next one.
    let stood = |changed: Option<&i64>| changed.is_none_or(|at| *at < began);
    match &repair.what {
        What::SetGroups(task, groups) => {
            let actual = stage.actual(task).filter(|_| stood(record.regrouped.get(task)))?;
            more_than_wanted(&actual, groups).map(|what| format!("task {} {what}", task.id()))
        }
        What::Update(service, before, after) => {
            let seen = || more_than_wanted(before, after).or_else(|| a_second_time(stage, service, before, after));
            let wrong = if stood(record.redeclared.get(service)) { seen() } else { None };
            wrong.map(|what| format!("{service} {what}")).or_else(|| out_of_turn(stage, service))
        }
        What::Force(service) => {
            useless(stage, service, stood(record.redeclared.get(service))).or_else(|| out_of_turn(stage, service))
        }
        What::Stop(_) => None,
    }
}

fn more_than_wanted(before: &BTreeSet<SecurityGroupId>, after: &BTreeSet<SecurityGroupId>) -> Option<String> {
    let wanted = right(before);
    (wanted != *after).then(|| format!("with {before:?} was given {after:?}, not {wanted:?}"))
}

fn out_of_turn(stage: &Stage<'_>, id: &ServiceId) -> Option<String> {
    let record = &stage.sim.record;
    let service = stage.sim.ecs.services.get(id)?;
    if service.kind != Kind::Rolling {
        return Some(format!("{id} was updated, which isn't deployed by rolling"));
    }
    // Once what it was given is deployed, whatever else somebody deploys is no update.
    let is_over = |repair: &GroupRepair, id| record.deployed.get(id).is_some_and(|over| repair.at < *over);
    let mut updated = record.group_repairs.iter().filter_map(|repair| match &repair.what {
        What::Update(other, ..) | What::Force(other) if other != id && !is_over(repair, other) => Some(other),
        _ => None,
    });
    // What was deleted in the middle of a deployment never ends it, and holds up nothing.
    let found = |id: &ServiceId| stage.sim.ecs.services.get(id).filter(|one| !one.deleted);
    let rolls = |id: &ServiceId| found(id).is_some_and(|one| one.deployments.len() > 1);
    updated.find(|other| rolls(other)).map(|other| format!("{id} was updated while {other} is rolling"))
}

/// A forced deployment mends nothing where the service declares what is wrong.
fn useless(stage: &Stage<'_>, id: &ServiceId, stood: bool) -> Option<String> {
    let service = stage.sim.ecs.services.get(id)?;
    let declared: BTreeSet<_> = service.groups.iter().cloned().collect();
    (stood && right(&declared) != declared).then(|| format!("{id} was deployed anew, and declares {declared:?}"))
}

fn a_second_time(
    stage: &Stage<'_>,
    id: &ServiceId,
    before: &BTreeSet<SecurityGroupId>,
    after: &BTreeSet<SecurityGroupId>,
) -> Option<String> {
    let mut earlier = stage.sim.record.group_repairs.iter().filter_map(|repair| match &repair.what {
        What::Update(of, before, after) if of == id => Some((before, after)),
        _ => None,
    });
    let again = earlier.find_map(|(was, became)| {
        let (added, removed) = (&(after - before) & &(became - was), &(before - after) & &(was - became));
        added.into_iter().chain(removed).next()
    });
    again.map(|group| format!("was updated for {group} a second time, though somebody had put it back"))
}
