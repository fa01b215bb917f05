//! The live tasks of a group's known users, read as deep as needed.
//!
//! The cheap look reads only the tasks that events named. It is enough when every target is one of theirs, or when the
//! numbers tally: one service at rest, as many tasks running as wanted, as many targets in place. Anything else is a
//! reason to read all tasks of the services, and if targets are left over still, those being stopped as well.

use std::collections::BTreeSet;
use std::net::IpAddr;

use model::ecs::{DeploymentController, Strategy, Task};
use model::elb::TargetHealth;
use model::observation::{Desired, Gap, Lookup, TaskList};
use model::scope::{ServiceId, Unit};
use rustc_hash::FxHashSet;

use super::expected::{Expected, expected};
use super::group::{JudgedGroup, Member};
use super::owner::{address_unknown, is_awsvpc, may_hide_its_address};
use super::tasks::Tasks;
use crate::judgement::Judgement;
use crate::selection::{Depth, Selection};

/// Who is known to be in a group, and which of its targets are to be judged.
pub(crate) struct Members<'a> {
    /// Live tasks of the known users.
    pub(crate) members: Vec<Member<'a>>,
    /// Targets in place.
    pub(crate) judged: Vec<&'a TargetHealth>,
}

/// Reads the members of `group`. What can't be read is noted; the rest is judged all the same.
pub(crate) fn members<'a>(
    lookup: &Lookup<'a>,
    selection: &Selection<'a>,
    tasks: &Tasks<'a>,
    group: &JudgedGroup<'a>,
    judgement: &mut Judgement,
) -> Members<'a> {
    let in_place: Vec<&TargetHealth> = group.in_place().collect();
    let known = live(lookup, tasks, group, judgement);
    let placed = all_placed(lookup, &known, judgement);
    let leftover = left_over(&in_place, &known);
    let only_named = group.users.iter().all(|(id, _)| selection.services.get(id) != Some(&Depth::Whole));
    if only_named && !group.users.is_empty() {
        if leftover.is_empty() && !is_short(group, &in_place) {
            return Members { members: known, judged: in_place };
        }
        if tallies(selection, group, &in_place, &known, &leftover) {
            let judged = in_place.into_iter().filter(|one| !leftover.contains(&one.target.ip)).collect();
            return Members { members: known, judged };
        }
    }
    let running = |id: &ServiceId| selection.running(id);
    let stopped =
        |id: &ServiceId| TaskList { service: Some(id.clone()), desired: Desired::Stopped, cluster: id.cluster.clone() };
    let complete = read_all(lookup, tasks, group, running, judgement)
        && placed
        && !selection.pending
        && (leftover.is_empty() || read_all(lookup, tasks, group, stopped, judgement));
    // With a list unread, or users yet to be found, a left-over target may well be a live task's: it is not even suspected.
    let judged = in_place.into_iter().filter(|one| complete || !leftover.contains(&one.target.ip)).collect();
    Members { members: known, judged }
}

/// The users' live tasks among those read so far.
fn live<'a>(
    lookup: &Lookup<'a>,
    tasks: &Tasks<'a>,
    group: &JudgedGroup<'a>,
    judgement: &mut Judgement,
) -> Vec<Member<'a>> {
    let mut members = Vec::new();
    for (id, service) in &group.users {
        // Tasks started by the same deployment belong in the same place.
        let mut places: Vec<(&Task, Expected)> = Vec::new();
        for task in tasks.of_service(id).iter().copied() {
            let alike = |one: &Task| one.started_by == task.started_by && one.is_serving() == task.is_serving();
            let expected = match places.iter().find(|(one, _)| alike(one)) {
                Some((_, expected)) => expected.clone(),
                None => {
                    let expected = judgement.keep(|| Unit::Service(id.clone()), expected(lookup, service, task));
                    // Wherever it belongs, it has its address.
                    let expected = expected.unwrap_or(Expected::Unclear);
                    places.push((task, expected.clone()));
                    expected
                }
            };
            members.push(Member { id: id.clone(), service, task, expected });
        }
    }
    members
}

/// Is it known of every member where it is? One that is RUNNING has an address, whatever its description leaves out.
fn all_placed(lookup: &Lookup<'_>, members: &[Member<'_>], judgement: &mut Judgement) -> bool {
    let mut all = true;
    for member in members.iter().filter(|member| may_hide_its_address(member.task)) {
        let about = || Unit::Service(member.id.clone());
        if judgement.keep(about, is_awsvpc(lookup, member.task)) != Some(false) {
            judgement.abstain(about(), Gap::Unread(&address_unknown(member.task)));
            all = false;
        }
    }
    all
}

/// The addresses in place that none of the members has.
fn left_over(in_place: &[&TargetHealth], members: &[Member<'_>]) -> BTreeSet<IpAddr> {
    let owned: FxHashSet<IpAddr> = members.iter().flat_map(|member| member.task.addresses()).collect();
    in_place.iter().map(|one| one.target.ip).filter(|ip| !owned.contains(ip)).collect()
}

/// Do the numbers say that the left-over targets are just the tasks nobody asked about?
fn tallies(
    selection: &Selection<'_>,
    group: &JudgedGroup<'_>,
    in_place: &[&TargetHealth],
    known: &[Member<'_>],
    leftover: &BTreeSet<IpAddr>,
) -> bool {
    let [(id, service)] = group.users.as_slice() else { return false };
    let Some(Depth::Tasks(addresses)) = selection.services.get(id) else { return false };
    let wanted = usize::try_from(service.desired_count).unwrap_or(usize::MAX);
    service.running_count == service.desired_count
        && service.pending_count == 0
        && !service.in_flight()
        && in_place.len() == wanted
        && leftover.is_disjoint(addresses)
        && known.iter().flat_map(|member| member.targets(group.group)).all(|target| group.has(target))
}

/// Has a service at rest more tasks running than the group has targets? Then some are missing that no event named.
fn is_short(group: &JudgedGroup<'_>, in_place: &[&TargetHealth]) -> bool {
    group.users.iter().any(|(_, service)| {
        let is_plain = service.controller == DeploymentController::Ecs
            && service.strategy == Strategy::Rolling
            && !service.has_alternate_groups();
        let running = usize::try_from(service.running_count).unwrap_or(usize::MAX);
        is_plain && !service.in_flight() && in_place.len() < running
    })
}

/// Asks for every task in the users' lists. Were all read?
fn read_all<'a>(
    lookup: &Lookup<'a>,
    tasks: &Tasks<'a>,
    group: &JudgedGroup<'_>,
    list: impl Fn(&ServiceId) -> TaskList,
    judgement: &mut Judgement,
) -> bool {
    let mut complete = true;
    for (id, _) in &group.users {
        for gap in tasks.gaps(lookup, list(id)).iter() {
            judgement.abstain(Unit::Service(id.clone()), *gap);
            complete = false;
        }
    }
    complete
}
