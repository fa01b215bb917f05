//! Changing security groups: interfaces, services, and by stopping tasks. One change after the other, each on a look of its
//! own right before it.
//!
//! Two passes may want the same at the same time. Giving an interface or a service the groups it has already changes
//! nothing; but one service in the account may be updated at a time, and a service's tasks are stopped one by one, so these are
//! noted in the ledger before, over the note that was read: of several passes one succeeds. Noted and not made is harmless,
//! made and not noted is not.

use std::collections::BTreeMap;

use aws::Account;
use ledger::Ledger;
use model::call::{CallError, CallErrorKind};
use model::finding::Finding;
use model::ledger::{DENIAL_LIFETIME, REFUSAL_LIFETIME, Refusal, ServiceUpdate, TaskStop};
use model::observation::{Lookup, Observation, Question};
use model::repair::Repair;
use model::scope::Site;
use planner::{Capabilities, Decision, LookHistory, Step};

use super::read_back::is_done;
use super::reserve::reserve;
use super::{Done, Obstacle, StepIndex, again, stands, why_changed};
use crate::look::{Assessment, look};
use crate::outcome::{Conclusion, Status};
use crate::pass::Assignment;
use crate::ports::{Clock, LookQueue};
use crate::world::World;

/// Makes the changes of security groups that are to be made now. The same change may mend several findings.
pub(super) async fn change<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    assignment: &Assignment<'_>,
    seen: &Assessment,
    looks: &LookHistory,
    capabilities: Capabilities,
    done: &mut Done,
) {
    for (repair, steps) in to_do(seen) {
        match reserve_one(world, seen, repair).await {
            Ok(()) => {}
            Err(why) => {
                done.stopped(&steps, &why);
                continue;
            }
        }
        let fresh = stale_parts_forgotten(world, seen, repair, &steps);
        let last = look(world, assignment, fresh, looks, capabilities).await;
        done.abstentions.extend(last.judgement.abstentions.iter().cloned());
        if !steps.iter().any(|step| stands(seen, &last, step)) {
            for step in &steps {
                done.conclusions.insert(step.0, no_longer(seen, &last, step));
            }
            done.look_again(&steps, &last);
            continue;
        }
        let conclusion = match begin(world, &last, repair).await {
            Ok(begun) => make(world, assignment, seen, repair, &steps, begun, done).await,
            Err(why) => why.conclude(repair),
        };
        done.conclusions.extend(steps.iter().map(|(index, _)| (*index, conclusion.clone())));
    }
}

/// The changes to make, each with the steps that want it.
fn to_do(seen: &Assessment) -> BTreeMap<&Repair, Vec<(StepIndex, &Step)>> {
    let mut changes: BTreeMap<&Repair, Vec<_>> = BTreeMap::new();
    for (at, planned) in seen.plan.findings.iter().enumerate() {
        for (nth, step) in planned.steps.iter().enumerate() {
            if step.decision == Decision::DoNow && step.repair.option().is_some() {
                changes.entry(&step.repair).or_default().push(((at, nth), step));
            }
        }
    }
    changes
}

async fn reserve_one<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    seen: &Assessment,
    repair: &Repair,
) -> Result<(), Obstacle> {
    let Some(limited) = repair.limited() else { return Ok(()) };
    match reserve(world, seen, &limited, 1).await? {
        0 => Err("the limit on such changes was reached by other passes".into()),
        _ => Ok(()),
    }
}

/// Why a change isn't made after all: refused since, no longer wanted, or not known to be.
fn no_longer(seen: &Assessment, last: &Assessment, step: &(StepIndex, &Step)) -> Conclusion {
    let repair = &step.1.repair;
    match again(seen, last, step).map(|again| again.decision.clone()) {
        Some(Decision::Refused { code, reason }) => Conclusion::refused(repair, code, reason),
        _ => why_changed(seen, last).conclude(repair),
    }
}

/// The observation of the second look, without what must be read again right before a change: the pause, what AWS
/// refused, the task with its protection and its interface, the service, and before a stop what target groups send to.
fn stale_parts_forgotten<A, L, Q, C: Clock>(
    world: World<'_, A, L, Q, C>,
    seen: &Assessment,
    repair: &Repair,
    steps: &[(StepIndex, &Step)],
) -> Observation {
    let mut observation = seen.observation.clone();
    observation.at = world.clock.now();
    let mut again = vec![Question::Pause];
    again.extend(repair.refusable().map(|(of, _)| Question::Refusals(of)));
    if let Site::Service(service) = repair.site() {
        again.push(Question::Service(service));
    }
    if matches!(repair, Repair::StopTask { .. }) {
        again.extend(observation.target_health.keys().cloned().map(Question::TargetHealth));
    }
    let findings =
        steps.iter().filter_map(|(index, _)| seen.plan.findings.get(index.0)).map(|planned| &planned.finding);
    let tasks: Vec<_> = findings.flat_map(task_of).chain(repair.task()).cloned().collect();
    for task in tasks.iter().filter_map(|arn| observation.task.get(arn)?.known()) {
        let (cluster, task_arn) = (task.cluster.clone(), task.arn.clone());
        again.push(Question::TaskProtection { cluster: cluster.clone(), task: task_arn.clone() });
        for interface in &task.interfaces {
            let id = interface.network_interface.clone();
            again.extend(id.map(|id| Question::Interface { id, subnet: interface.subnet.clone() }));
        }
        again.push(Question::Task { cluster, task: task_arn });
    }
    again.iter().for_each(|question| observation.forget(question));
    observation
}

fn task_of(finding: &Finding) -> impl Iterator<Item = &model::id::TaskArn> {
    finding.resources.task.iter()
}

/// Notes in the ledger what must not be made twice. The error is why it must not be made.
async fn begin<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    last: &Assessment,
    repair: &Repair,
) -> Result<Option<ServiceUpdate>, Obstacle> {
    let (lookup, at) = (Lookup::new(&last.observation), world.clock.now());
    let ledger = world.ledger.ok_or("there is no ledger to note it in")?;
    let unread = "what was changed before isn't known";
    let (noted, begun) = match repair {
        Repair::UpdateService { service, security_groups, .. }
        | Repair::ForceNewDeployment { service, security_groups, .. } => {
            let found = lookup.service(service).ok().flatten();
            let update = ServiceUpdate {
                service: service.clone(),
                at,
                added: security_groups.added.clone(),
                removed: security_groups.removed.clone(),
                deployment: found.and_then(|found| found.primary_deployment()).map(|primary| primary.id.clone()),
                confirmed: false,
            };
            let earlier = lookup.service_update(service).map_err(|_| unread)?;
            let made = earlier.filter(|earlier| found.is_some_and(|found| earlier.was_made(found)));
            let update = match made {
                Some(earlier) => update.on_top_of(earlier),
                None => update,
            };
            let latest = lookup.latest_update().map_err(|_| unread)?;
            (ledger.begin_update(&update, latest).await, Some(update))
        }
        Repair::StopTask { task, service: Some(service), .. } => {
            let stop = TaskStop { service: service.clone(), task: task.clone(), at };
            let before = lookup.task_stop(service).map_err(|_| unread)?;
            (ledger.begin_stop(&stop, before).await, None)
        }
        _ => return Ok(None),
    };
    match noted {
        Ok(true) => Ok(begun),
        Ok(false) => Err("another pass was quicker, and one is made at a time".into()),
        Err(error) => Err(Obstacle::Passing(format!("it could not be noted before: {error}"))),
    }
}

/// Sends the change, reads back, and has what came of it remembered.
async fn make<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    assignment: &Assignment<'_>,
    seen: &Assessment,
    repair: &Repair,
    steps: &[(StepIndex, &Step)],
    begun: Option<ServiceUpdate>,
    done: &mut Done,
) -> Conclusion {
    let rule = steps.first().and_then(|((at, _), _)| seen.plan.findings.get(*at)).map(|one| one.finding.rule.as_str());
    let sent = send(world, repair, rule.unwrap_or_default()).await;
    match (is_done(world, assignment, repair).await, sent) {
        (Ok(true), _) => {
            if let (Some(update), Some(ledger)) = (begun, world.ledger) {
                done.unrecorded = done.unrecorded.take().or(ledger.confirm_update(&update).await.err());
            }
            Conclusion::new(repair, Status::Done, None)
        }
        (_, Err(error)) => {
            done.unrecorded = done.unrecorded.take().or(remember(world, repair, &error).await.err());
            Conclusion::failed(repair, &error)
        }
        (Ok(false), Ok(())) => {
            Conclusion::new(repair, Status::Failed, "AWS took the request, but nothing has changed".to_owned())
        }
        (Err(why), Ok(())) => {
            Conclusion::new(repair, Status::Failed, format!("sent, but it could not be read back: {why}"))
        }
    }
}

async fn send<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    repair: &Repair,
    rule: &str,
) -> Result<(), CallError> {
    match repair {
        Repair::ModifyNetworkInterface { network_interface, security_groups, .. } => {
            world.account.modify_network_interface_groups(network_interface, &security_groups.to).await
        }
        Repair::UpdateService { service, security_groups, subnets, assign_public_ip } => {
            let network = model::ecs::AwsvpcConfiguration {
                subnets: subnets.clone(),
                security_groups: security_groups.to.iter().cloned().collect(),
                assign_public_ip: assign_public_ip.clone(),
            };
            world.account.update_service_network(service, &network).await
        }
        Repair::ForceNewDeployment { service, .. } => world.account.force_new_deployment(service).await,
        Repair::StopTask { task, cluster, .. } => {
            world.account.stop_task(cluster, task, &format!("ecs-nlb-guard: {rule}")).await
        }
        Repair::RegisterTarget { .. } | Repair::DeregisterTarget { .. } => Ok(()),
    }
}

/// Remembers that AWS said no for good. What is gone was not refused.
async fn remember<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    repair: &Repair,
    error: &CallError,
) -> Result<(), CallError> {
    let for_good = matches!(error.kind, CallErrorKind::Refused | CallErrorKind::Denied);
    let (Some((of, resource)), Some(ledger), true) = (repair.refusable(), world.ledger, for_good) else {
        return Ok(());
    };
    let (at, code) = (world.clock.now(), error.code.clone().unwrap_or_default());
    let mut refusal = Refusal { resource, code, message: error.message.clone(), at, expires_at: at };
    let of_an_interface = matches!(repair, Repair::ModifyNetworkInterface { .. });
    let lifetime = if of_an_interface && !refusal.is_denial() { REFUSAL_LIFETIME } else { DENIAL_LIFETIME };
    refusal.expires_at = at.checked_add(lifetime).unwrap_or(at);
    ledger.record_refusal(&of, &refusal).await
}
