//! Judging one target group after the other.

use std::collections::{BTreeMap, BTreeSet};

use model::ecs::Service;
use model::elb::{Target, TargetHealth};
use model::finding::Finding;
use model::id::TargetGroupArn;
use model::observation::{Gap, Lookup};
use model::policy::Policy;
use model::scope::{Scope, ServiceId, Unit};

use super::group::{Group, Member, is_judged, policy_for};
use super::members::{Members, members};
use super::owner::{Owner, owner};
use super::proof::{proof, remembered};
use super::suspect::Suspect;
use super::tasks::Tasks;
use super::uses::{Use, certain_users, uses};
use super::{
    foreign, group_empty, hijacked, missing, ownership, stale, stuck_initial, unused, wrong_group, wrong_port,
};
use crate::configuration::Outsiders;
use crate::focus::Focus;
use crate::judgement::Judgement;

/// Judges every target group that the services in focus use, and those named by the scope itself.
pub(crate) fn judge<'a>(
    lookup: &Lookup<'a>,
    scope: &Scope,
    policy: &'a Policy,
    focus: &Focus<'a>,
    judgement: &mut Judgement,
) {
    let tasks = Tasks::of(lookup.observation(), scope);
    let mut outsiders = Outsiders::default();
    for (arn, users) in groups(lookup, focus, judgement) {
        if let Err(gap) = judge_group(lookup, policy, focus, &tasks, &arn, users, &mut outsiders, judgement) {
            judgement.abstain(Unit::TargetGroup(arn), gap);
        }
    }
    outsiders.judge(judgement);
}

/// The groups to judge, each with the services in focus that use it.
fn groups<'a>(
    lookup: &Lookup<'a>,
    focus: &Focus<'a>,
    judgement: &mut Judgement,
) -> BTreeMap<TargetGroupArn, Vec<(ServiceId, &'a Service)>> {
    let mut groups: BTreeMap<TargetGroupArn, Vec<_>> =
        focus.target_groups.iter().map(|arn| (arn.clone(), Vec::new())).collect();
    for (id, service) in &focus.found {
        let named: BTreeSet<&TargetGroupArn> = service.named_target_groups().collect();
        for arn in named {
            groups.entry(arn.clone()).or_default().push((id.clone(), *service));
        }
    }
    // A service in flight may use more groups than it names; where such a group is in focus, it is a user.
    for (arn, users) in &mut groups {
        for (id, service) in focus.found.iter().filter(|(_, service)| service.in_flight()) {
            let already = users.iter().any(|(user, _)| user == id);
            let used = judgement.keep(|| Unit::Service(id.clone()), uses(lookup, service, arn));
            if !already && used == Some(Use::Yes) {
                users.push((id.clone(), *service));
            }
        }
    }
    groups
}

#[expect(clippy::too_many_arguments, reason = "what is known of everything, of the group, and what comes of it")]
fn judge_group<'a>(
    lookup: &Lookup<'a>,
    policies: &'a Policy,
    focus: &Focus<'a>,
    tasks: &Tasks<'a>,
    arn: &TargetGroupArn,
    users: Vec<(ServiceId, &'a Service)>,
    outsiders: &mut Outsiders<'a>,
    judgement: &mut Judgement,
) -> Result<(), Gap<'a>> {
    // A group that is gone has no targets; that a service still names it is a matter of its configuration.
    let Some(group) = lookup.target_group(arn)? else { return Ok(()) };
    let policy = policy_for(policies, group, &users);
    if !is_judged(group, &policy) {
        return Ok(());
    }
    // Of the users, these lead to the group again; one that uses it by an older revision alone doesn't.
    let names = |(_, service): &&(ServiceId, &Service)| service.named_target_groups().any(|named| named == arn);
    judgement.users.insert(arn.clone(), users.iter().filter(names).map(|(id, _)| id.clone()).collect());
    let (health, owners) = (lookup.target_health(arn), lookup.owners(arn));
    let Some(health) = health? else { return Ok(()) };
    let group = Group::new(group, health, users, policy, policies);
    let Members { members, judged } = members(lookup, focus, tasks, &group, judgement);
    let group = group.with_members(members);

    let mut suspects = Vec::new();
    for one in judged {
        let about = || Unit::TargetGroup(arn.clone());
        let found = judgement.keep(about, judge_target(lookup, &group, tasks, one, outsiders));
        let Some(found) = found else { continue };
        judgement.findings.extend(found.finding);
        suspects.extend(found.suspect.then_some(one.target));
    }
    missing::judge(lookup.now(), &group, judgement);
    unused::judge(&group, judgement);
    group_empty::judge(lookup.now(), &group, &suspects, judgement);
    if let Some(records) = owners? {
        stuck_initial::judge(lookup.now(), &group, records, judgement);
        ownership::judge(lookup.now(), &group, records, judgement);
    } else {
        stuck_initial::judge(lookup.now(), &group, &[], judgement);
    }
    Ok(())
}

/// What one target is found to be.
struct Judged {
    finding: Option<Finding>,
    /// It is no live task's of a service that uses the group.
    suspect: bool,
}

fn judge_target<'a>(
    lookup: &Lookup<'a>,
    group: &Group<'a>,
    tasks: &Tasks<'a>,
    one: &TargetHealth,
    outsiders: &mut Outsiders<'a>,
) -> Result<Judged, Gap<'a>> {
    if let Some(member) = group.member_at(one.target.ip) {
        return Ok(Judged { finding: judge_member(lookup, group, member, one)?, suspect: false });
    }
    let suspect = match owner(lookup, group, tasks, one.target)? {
        Owner::Member(member) => {
            return Ok(Judged { finding: judge_member(lookup, group, &member, one)?, suspect: false });
        }
        owner => {
            if let Owner::Stranger(stranger) = &owner {
                outsiders.note(group.group, one.target, stranger);
            }
            suspect(lookup, group, tasks, one.target, owner)?
        }
    };
    let finding = stale::judge(group, &suspect)
        .or_else(|| hijacked::judge(group, &suspect))
        .or_else(|| wrong_group::judge_suspect(group, &suspect))
        .or_else(|| foreign::judge(group, &suspect));
    Ok(Judged { finding, suspect: true })
}

fn suspect<'a>(
    lookup: &Lookup<'a>,
    group: &Group<'a>,
    tasks: &Tasks<'a>,
    target: Target,
    owner: Owner<'a>,
) -> Result<Suspect<'a>, Gap<'a>> {
    let remembered = remembered(lookup, group, target)?;
    let proof = proof(lookup, group, tasks, target)?;
    let may_go = proof.is_some() && matches!(owner, Owner::Nobody | Owner::Stranger(_));
    let users = if may_go { certain_users(lookup, &group.group.arn)? } else { Vec::new() };
    Ok(Suspect { target, owner, remembered, proof, users: users.into_iter().map(|(id, _)| id).collect() })
}

fn judge_member<'a>(
    lookup: &Lookup<'a>,
    group: &Group<'a>,
    member: &Member<'a>,
    one: &TargetHealth,
) -> Result<Option<Finding>, Gap<'a>> {
    Ok(match wrong_group::judge_member(group, member, one.target) {
        Some(finding) => Some(finding),
        None => wrong_port::judge(lookup, group, member, one.target)?,
    })
}
