//! A target that is no live task's of a service that uses the group.

use std::collections::BTreeMap;

use model::elb::{Target, TargetHealth, TargetState};
use model::observation::{Desired, Gap, Lookup, TaskList, Unread};
use model::scope::ServiceId;

use super::group::JudgedGroup;
use super::owner::{ForeignTask, Owner, contradiction};
use super::proof::{Proof, proof, remembered};
use super::tasks::Tasks;
use super::uses::{certain_users, users};
use crate::selection::Selection;

/// A target under suspicion, with all that is known about it.
pub(crate) struct DisputedTarget<'a> {
    /// The target.
    pub(crate) target: Target,
    /// It was registered a moment ago: nobody knows yet whether for its present owner.
    pub(crate) is_initial: bool,
    /// Who has its address now.
    pub(crate) owner: Owner<'a>,
    /// The owner's service has another live task in the group, so somebody registers its tasks on purpose.
    pub(crate) owner_has_others_here: bool,
    /// Whose task the ledger saw there, even if its service has left the group since.
    pub(crate) remembered: Option<Proof>,
    /// Why it was once a task's of a service that uses the group, if that is proved.
    pub(crate) proof: Option<Proof>,
    /// Every service of the account that uses the group, if the target may have to go.
    pub(crate) users: Vec<ServiceId>,
}

/// Finds out all that is known about a target whose address `owner` has. What AWS contradicts itself about comes back as
/// an error of its own.
pub(crate) fn disputed<'a>(
    lookup: &Lookup<'a>,
    selection: &Selection<'a>,
    group: &JudgedGroup<'a>,
    tasks: &Tasks<'a>,
    health: &TargetHealth,
    owner: Owner<'a>,
) -> Result<Result<DisputedTarget<'a>, Unread>, Gap<'a>> {
    let target = health.target;
    let remembered = remembered(lookup, group, target)?;
    let proof = proof(lookup, group, tasks, target, &owner)?;
    let mut disputed = DisputedTarget {
        target,
        is_initial: health.state == TargetState::Initial,
        owner,
        owner_has_others_here: false,
        remembered,
        proof,
        users: Vec::new(),
    };
    let Some(proof) = &disputed.proof else { return Ok(Ok(disputed)) };
    let certain = match &disputed.owner {
        Owner::ForeignTask(foreign_task) => {
            let others = has_others_here(lookup, selection, group, tasks, foreign_task);
            let certain = certain_users(lookup, &group.group.arn)?;
            disputed.owner_has_others_here = others?;
            certain
        }
        Owner::Nobody => {
            let certain = certain_users(lookup, &group.group.arn)?;
            // Where the ledger saw the target registered for a task of a user, ECS can have given it to a task of a user only;
            // otherwise it may be anybody's.
            let among = proof.by_ledger.then(|| users_lists(lookup, selection, group)).transpose()?;
            if let Some(unread) = contradiction(lookup, group, tasks, target.ip, among.as_ref())? {
                return Ok(Err(unread));
            }
            certain
        }
        _ => Vec::new(),
    };
    disputed.users = certain.into_iter().map(|(id, _)| id).collect();
    Ok(Ok(disputed))
}

/// All services that use the group, or may, with the lists in which their live tasks are.
fn users_lists<'a>(
    lookup: &Lookup<'a>,
    selection: &Selection<'a>,
    group: &JudgedGroup<'a>,
) -> Result<BTreeMap<ServiceId, [TaskList; 2]>, Gap<'a>> {
    let users = users(lookup, &group.group.arn)?;
    Ok(users.into_iter().map(|(id, _)| (id.clone(), lists(selection, &id))).collect())
}

fn lists(selection: &Selection<'_>, id: &ServiceId) -> [TaskList; 2] {
    let leaving = TaskList { cluster: id.cluster.clone(), service: Some(id.clone()), desired: Desired::Stopped };
    [selection.running(id), leaving]
}

/// Has the service of the task that has the address another live task among the group's targets, on whatever port?
fn has_others_here<'a>(
    lookup: &Lookup<'a>,
    selection: &Selection<'a>,
    group: &JudgedGroup<'a>,
    tasks: &Tasks<'a>,
    owner: &ForeignTask<'a>,
) -> Result<bool, Gap<'a>> {
    let Some((id, _)) = &owner.service else { return Ok(false) };
    let gaps = lists(selection, id).map(|list| tasks.gaps(lookup, list));
    let others = tasks.of_service(id).into_owned().into_iter().filter(|task| task.arn != owner.task.arn);
    let is_here = others.flat_map(|task| task.addresses()).any(|ip| group.at(ip).any(|one| one.is_registered()));
    match gaps.iter().find_map(|gaps| gaps.first()) {
        Some(gap) if !is_here => Err(*gap),
        _ => Ok(is_here),
    }
}
