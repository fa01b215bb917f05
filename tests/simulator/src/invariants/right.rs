//! Once the account is at rest it is right: every serving task is registered where its service serves, and no target is left
//! that was a task's and now is nobody's.

use model::elb::{IpVersion, Target};
use model::id::TargetGroupArn;
use model::scope::ServiceId;

use crate::ecs::Kind;
use crate::invariants::{Check, Invariant};
use crate::record::{EVER, Holder, Writer};
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "right", check: Check::Rest(check) };

fn check(stage: &Stage<'_>) -> Option<String> {
    missing(stage, |_| true).or_else(|| left_behind(stage))
}

/// A serving task that isn't registered where it should be, and could be.
pub(super) fn missing(stage: &Stage<'_>, concerns: impl Fn(&model::id::TaskArn) -> bool) -> Option<String> {
    for (id, service) in &stage.sim.ecs.services {
        let [deployment] = service.deployments.as_slice() else { continue };
        if service.deleted || stage.sim.setting.observed.contains(id) {
            continue;
        }
        let tasks = stage.sim.ecs.tasks.iter().filter(|(arn, plan)| {
            plan.deployment.as_ref() == Some(&deployment.id)
                && concerns(arn)
                && stage.aws.tasks.get(arn).is_some_and(|task| task.is_serving())
        });
        for (arn, plan) in tasks {
            for (group, port) in &deployment.uses {
                if is_observed(stage, group) {
                    continue;
                }
                let Some(version) = stage.aws.target_groups.get(group).and_then(|group| group.ip_version().ok()) else {
                    continue;
                };
                let ip = if version == IpVersion::Ipv4 { plan.place.v4() } else { plan.place.v6() };
                let target = Target { ip, port: *port };
                let health = stage.aws.targets.get(group).and_then(|targets| targets.get(&target));
                if !health.is_some_and(|health| health.is_in_place()) && !stage.sim.setting.excludes(ip) {
                    return Some(format!("{} of {id} is serving at {target} and not in {}", arn.id(), group.name()));
                }
            }
        }
    }
    None
}

/// A target that ECS registered for a task which is gone, and that nobody owns.
fn left_behind(stage: &Stage<'_>) -> Option<String> {
    let record = &stage.sim.record;
    for (group, targets) in &stage.aws.targets {
        for target in targets.values().filter(|health| health.is_in_place()).map(|health| health.target) {
            let free = record.holder(target.ip, stage.sim.now).is_none();
            if free && !stage.sim.setting.excludes(target.ip) && is_ledgers(stage, group, target) {
                return Some(format!("{target} is left in {} and nothing has it", group.name()));
            }
        }
    }
    None
}

/// Was it registered by ECS while a pass saw its task live and at rest, of a service that uses the group still?
fn is_ledgers(stage: &Stage<'_>, group: &TargetGroupArn, target: Target) -> bool {
    let record = &stage.sim.record;
    let episodes = record.episodes.get(&(group.clone(), target));
    let Some(episode) = episodes.and_then(|all| all.last()).filter(|one| one.in_place.to == EVER) else { return false };
    if episode.by != Writer::Ecs {
        return false;
    }
    let holders = record.holders.get(&target.ip).into_iter().flatten().rev();
    let Some((span, Holder::Task(task))) = holders.map(|(span, holder)| (span, holder)).next() else { return false };
    let Some(life) = record.tasks.get(task) else { return false };
    let Some(service) = &life.service else { return false };
    let uses_still = is_used_by(stage, service, group, target.port);
    // A pass in quiet times saw it, and wrote it down.
    let seen = stage.sim.quiet_sweeps.iter().any(|sweep| {
        life.serving.covers(sweep.from)
            && life.serving.covers(sweep.to)
            && episode.in_place.covers(sweep.from)
            && span.covers(sweep.to)
    });
    uses_still && !is_observed(stage, group) && seen
}

/// Does a service use the group that is only observed? The most cautious policy holds for all that share it.
fn is_observed(stage: &Stage<'_>, group: &TargetGroupArn) -> bool {
    stage.sim.setting.observed.iter().any(|id| uses(stage, id, group))
}

fn uses(stage: &Stage<'_>, id: &ServiceId, group: &TargetGroupArn) -> bool {
    stage.sim.ecs.services.get(id).is_some_and(|service| {
        let all = service.deployments.iter().flat_map(|one| &one.uses).map(|(group, _)| group);
        all.chain(&service.alternate).any(|one| one == group)
    })
}

fn is_used_by(stage: &Stage<'_>, id: &ServiceId, group: &TargetGroupArn, port: u16) -> bool {
    stage.sim.ecs.services.get(id).is_some_and(|service| {
        !service.deleted
            && service.kind == Kind::Rolling
            && service.deployments.iter().any(|one| one.uses.contains(&(group.clone(), port)))
    })
}
