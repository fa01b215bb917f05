//! Judging one target group after the other.

use std::collections::{BTreeMap, BTreeSet};

use model::ecs::Service;
use model::elb::{Target, TargetHealth};
use model::finding::Finding;
use model::id::TargetGroupArn;
use model::observation::{Gap, Lookup};
use model::policy::Policy;
use model::scope::{Scope, ServiceId, Unit};

use super::disputed::DisputedTarget;
use super::group::{JudgedGroup, Member, is_judged, policy_for};
use super::members::{Members, members};
use super::owner::{Owner, owner};
use super::ownership;
use super::proof::{proof, remembered};
use super::rules::{
    target_foreign, target_group_empty, target_hijacked, target_missing, target_stale, target_stuck_initial,
    target_unused, target_wrong_group, target_wrong_port,
};
use super::tasks::Tasks;
use super::uses::{Use, certain_users, uses};
use crate::configuration::UndeclaredTargets;
use crate::judgement::Judgement;
use crate::selection::Selection;

/// Judges every target group that the services in focus use, and those named by the scope itself.
pub(crate) fn judge<'a>(
    lookup: &Lookup<'a>,
    scope: &Scope,
    policy: &'a Policy,
    selection: &Selection<'a>,
    judgement: &mut Judgement,
) {
    let tasks = Tasks::of(lookup.observation(), scope);
    let mut undeclared = UndeclaredTargets::default();
    for (arn, users) in groups(lookup, selection, judgement) {
        if let Err(gap) = judge_group(lookup, policy, selection, &tasks, &arn, users, &mut undeclared, judgement) {
            judgement.abstain(Unit::TargetGroup(arn), gap);
        }
    }
    undeclared.judge(judgement);
}

/// The groups to judge, each with the services in focus that use it.
fn groups<'a>(
    lookup: &Lookup<'a>,
    selection: &Selection<'a>,
    judgement: &mut Judgement,
) -> BTreeMap<TargetGroupArn, Vec<(ServiceId, &'a Service)>> {
    let mut groups: BTreeMap<TargetGroupArn, Vec<_>> =
        selection.target_groups.iter().map(|arn| (arn.clone(), Vec::new())).collect();
    for (id, service) in &selection.found {
        let named: BTreeSet<&TargetGroupArn> = service.named_target_groups().collect();
        for arn in named {
            groups.entry(arn.clone()).or_default().push((id.clone(), *service));
        }
    }
    // A service in flight may use more groups than it names; where such a group is in focus, it is a user.
    for (arn, users) in &mut groups {
        for (id, service) in selection.found.iter().filter(|(_, service)| service.in_flight()) {
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
    selection: &Selection<'a>,
    tasks: &Tasks<'a>,
    arn: &TargetGroupArn,
    users: Vec<(ServiceId, &'a Service)>,
    undeclared: &mut UndeclaredTargets<'a>,
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
    let group = JudgedGroup::new(group, health, users, policy, policies);
    let Members { members, judged } = members(lookup, selection, tasks, &group, judgement);
    let group = group.with_members(members);

    let mut disputed_targets = Vec::new();
    for one in judged {
        let about = || Unit::TargetGroup(arn.clone());
        let found = judgement.keep(about, judge_target(lookup, &group, tasks, one, undeclared));
        let Some(found) = found else { continue };
        judgement.findings.extend(found.finding);
        disputed_targets.extend(found.disputed.then_some(one.target));
    }
    target_missing::judge(lookup.now(), &group, judgement);
    let unused = judgement.keep(|| Unit::TargetGroup(arn.clone()), target_unused::judge(lookup, &group));
    judgement.findings.extend(unused.flatten());
    target_group_empty::judge(lookup.now(), &group, &disputed_targets, judgement);
    if let Some(records) = owners? {
        target_stuck_initial::judge(lookup.now(), &group, records, judgement);
        ownership::judge(lookup.now(), &group, records, judgement);
    }
    Ok(())
}

/// What one target is found to be.
struct TargetJudgement {
    finding: Option<Finding>,
    /// It is no live task's of a service that uses the group.
    disputed: bool,
}

fn judge_target<'a>(
    lookup: &Lookup<'a>,
    group: &JudgedGroup<'a>,
    tasks: &Tasks<'a>,
    one: &TargetHealth,
    undeclared: &mut UndeclaredTargets<'a>,
) -> Result<TargetJudgement, Gap<'a>> {
    if let Some(member) = group.member_at(one.target.ip) {
        return Ok(TargetJudgement { finding: judge_member(lookup, group, member, one)?, disputed: false });
    }
    let disputed = match owner(lookup, group, tasks, one.target)? {
        Owner::Member(member) => {
            return Ok(TargetJudgement { finding: judge_member(lookup, group, &member, one)?, disputed: false });
        }
        owner => {
            if let Owner::ForeignTask(foreign_task) = &owner {
                undeclared.note(group.group, one.target, foreign_task);
            }
            disputed(lookup, group, tasks, one.target, owner)?
        }
    };
    let finding = target_stale::judge(group, &disputed)
        .or_else(|| target_hijacked::judge(group, &disputed))
        .or_else(|| target_wrong_group::judge_disputed(group, &disputed))
        .or_else(|| target_foreign::judge(group, &disputed));
    Ok(TargetJudgement { finding, disputed: true })
}

fn disputed<'a>(
    lookup: &Lookup<'a>,
    group: &JudgedGroup<'a>,
    tasks: &Tasks<'a>,
    target: Target,
    owner: Owner<'a>,
) -> Result<DisputedTarget<'a>, Gap<'a>> {
    let remembered = remembered(lookup, group, target)?;
    let proof = proof(lookup, group, tasks, target)?;
    let may_go = proof.is_some() && matches!(owner, Owner::Nobody | Owner::ForeignTask(_));
    let users = if may_go { certain_users(lookup, &group.group.arn)? } else { Vec::new() };
    Ok(DisputedTarget { target, owner, remembered, proof, users: users.into_iter().map(|(id, _)| id).collect() })
}

fn judge_member<'a>(
    lookup: &Lookup<'a>,
    group: &JudgedGroup<'a>,
    member: &Member<'a>,
    one: &TargetHealth,
) -> Result<Option<Finding>, Gap<'a>> {
    Ok(match target_wrong_group::judge_member(group, member, one.target) {
        Some(finding) => Some(finding),
        None => target_wrong_port::judge(lookup, group, member, one.target)?,
    })
}
