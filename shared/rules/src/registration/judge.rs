//! Judging one target group after the other.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use model::ecs::Service;
use model::elb::TargetHealth;
use model::finding::Finding;
use model::id::TargetGroupArn;
use model::observation::{Gap, Lookup, Unread};
use model::policy::Policy;
use model::scope::{Scope, ServiceId, Unit};

use super::disputed::disputed;
use super::group::{JudgedGroup, Member, is_judged, policy_for};
use super::members::{Members, members};
use super::owner::{Owner, owner};
use super::ownership;
use super::rules::{
    target_foreign, target_group_empty, target_hijacked, target_missing, target_stale, target_stuck_initial,
    target_unused, target_wrong_group, target_wrong_port,
};
use super::task_index::GroupAgain;
use super::tasks::Tasks;
use super::uses::{Use, uses};
use crate::configuration::UndeclaredTargets;
use crate::judgement::Judgement;
use crate::path::rules::target_unhealthy;
use crate::selection::{self, Selection};
use crate::wanted::Wanted;

/// Judges every target group that the services in focus use, and those named by the scope itself.
pub(crate) fn judge<'a>(
    lookup: &Lookup<'a>,
    scope: &Scope,
    policy: &'a Policy,
    selection: &Selection<'a>,
    wanted: Wanted<'_>,
    judgement: &mut Judgement,
) {
    let tasks = Tasks::of(lookup.observation(), scope);
    let mut undeclared = UndeclaredTargets::default();
    for (arn, users) in groups(lookup, selection, judgement) {
        judgement.unit(lookup, |judgement| {
            let undeclared = &mut undeclared;
            if let Err(gap) = judge_group(lookup, policy, selection, wanted, &tasks, &arn, users, undeclared, judgement)
            {
                judgement.abstain(Unit::TargetGroup(arn), gap);
            }
        });
    }
    undeclared.judge(judgement);
}

/// Judges one of these groups again, by itself.
pub(crate) fn judge_again<'a>(
    lookup: &Lookup<'a>,
    again: GroupAgain<'a>,
    scope: &Scope,
    policy: &'a Policy,
    wanted: Wanted<'_>,
    judgement: &mut Judgement,
) {
    let selection = selection::of_group(lookup, scope, again, judgement);
    let users = groups(lookup, &selection, judgement).remove(again.group).unwrap_or_default();
    let tasks = Tasks::of_group(lookup.observation(), scope, again);
    let (arn, mut undeclared) = (again.group, UndeclaredTargets::default());
    if let Err(gap) = judge_group(lookup, policy, &selection, wanted, &tasks, arn, users, &mut undeclared, judgement) {
        judgement.abstain(Unit::TargetGroup(arn.clone()), gap);
    }
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
    wanted: Wanted<'_>,
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
    // Nobody can say what belongs in it otherwise.
    group.ip_version()?;
    judgement.judged_groups += 1;
    judgement.users.insert(arn.clone(), users.iter().map(|(id, _)| id.clone()).collect());
    let (health, owners) = (lookup.target_health(arn), lookup.owners(arn));
    let Some(health) = health? else { return Ok(()) };
    let group = JudgedGroup::new(group, health, users, policy, policies);
    let Members { members, judged } = members(lookup, selection, tasks, &group, judgement);
    let group = group.with_members(members);

    let mut disputed_targets = Vec::new();
    for one in judged {
        let about = || Unit::TargetGroup(arn.clone());
        let found = judgement.keep(about, judge_target(lookup, selection, &group, tasks, one, undeclared));
        let Some(found) = found else { continue };
        let later = found.look_again.and_then(|later| lookup.now().checked_add(later).ok());
        judgement.in_grace.extend(later.map(|later| (arn.clone(), later)));
        match found.verdict {
            Verdict::InPlace(finding) => judgement.findings.extend(finding),
            Verdict::Disputed(finding) => {
                judgement.findings.extend(finding);
                disputed_targets.push(one.target);
            }
            Verdict::Contradicted(unread) => judgement.abstain(about(), Gap::Unread(&unread)),
        }
    }
    target_missing::judge(lookup, &group, judgement);
    let unused = judgement.keep(|| Unit::TargetGroup(arn.clone()), target_unused::judge(lookup, &group));
    judgement.findings.extend(unused.flatten());
    target_group_empty::judge(lookup.now(), &group, &disputed_targets, judgement);
    let without_tasks =
        judgement.keep(|| Unit::TargetGroup(arn.clone()), target_group_empty::without_tasks(lookup, selection, &group));
    judgement.findings.extend(without_tasks.flatten());
    if wanted.has(target_unhealthy::RULE.slug) {
        target_unhealthy::judge(lookup.now(), &group, judgement);
    }
    if let Some(records) = owners? {
        target_stuck_initial::judge(lookup.now(), &group, records, judgement);
        ownership::judge(lookup.now(), &group, records, judgement);
    }
    Ok(())
}

/// How long a target is given that is only in the way for a while: one being registered, or the interface of a task that
/// stopped. A Network Load Balancer takes some minutes for the one, EC2 for the other.
const A_WHILE: SignedDuration = SignedDuration::from_mins(3);

/// What one target is found to be.
struct TargetJudgement {
    verdict: Verdict,
    /// It may be found to be something else in a while.
    look_again: Option<SignedDuration>,
}

enum Verdict {
    /// A live task has it, of a service that uses the group.
    InPlace(Option<Finding>),
    /// No such task has it.
    Disputed(Option<Finding>),
    /// AWS contradicts itself about who has it.
    Contradicted(Unread),
}

impl From<Verdict> for TargetJudgement {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, look_again: None }
    }
}

fn judge_target<'a>(
    lookup: &Lookup<'a>,
    selection: &Selection<'a>,
    group: &JudgedGroup<'a>,
    tasks: &Tasks<'a>,
    one: &TargetHealth,
    undeclared: &mut UndeclaredTargets<'a>,
) -> Result<TargetJudgement, Gap<'a>> {
    if let Some(member) = group.member_at(one.target.ip) {
        return Ok(Verdict::InPlace(judge_member(lookup, group, member, one)?).into());
    }
    let owner = match owner(lookup, group, tasks, one.target)? {
        Owner::Member(member) => return Ok(Verdict::InPlace(judge_member(lookup, group, &member, one)?).into()),
        Owner::Contradicted(unread) => return Ok(Verdict::Contradicted(unread).into()),
        Owner::Lingering => {
            return Ok(TargetJudgement { verdict: Verdict::Disputed(None), look_again: Some(A_WHILE) });
        }
        owner => owner,
    };
    let disputed = match disputed(lookup, selection, group, tasks, one, owner)? {
        Ok(disputed) => disputed,
        Err(unread) => return Ok(Verdict::Contradicted(unread).into()),
    };
    let hijacked = target_hijacked::judge(group, &disputed);
    // It is taken out once it isn't `initial` any more.
    let look_again = (hijacked.is_some() && disputed.is_initial).then_some(A_WHILE);
    let finding = target_stale::judge(group, &disputed)
        .or(hijacked)
        .or_else(|| target_wrong_group::judge_disputed(group, &disputed));
    let finding = match &disputed.owner {
        _ if finding.is_some() => finding,
        // Then that is told of the service as a whole.
        Owner::ForeignTask(foreign_task) if undeclared.note(group.group, one.target, foreign_task) => None,
        _ => target_foreign::judge(group, &disputed),
    };
    Ok(TargetJudgement { verdict: Verdict::Disputed(finding), look_again })
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
