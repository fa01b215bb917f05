//! Changing security groups: interfaces, services, and by stopping tasks. One change after the other, each on a look of its
//! own right before it.
//!
//! Two passes may want the same at the same time. Giving an interface or a service the groups it has already changes
//! nothing; but one service in the account may be updated at a time, and a service's tasks are stopped one by one, so these are
//! noted in the ledger before, over the note that was read: of several passes one succeeds. Noted and not made is harmless,
//! made and not noted is not.

use std::collections::BTreeMap;

use aws::Account as _;
use ledger::Ledger as _;
use model::call::{CallError, CallErrorKind};
use model::ledger::{DENIAL_LIFETIME, REFUSAL_LIFETIME, Refusal, ServiceUpdate, TaskStop};
use model::observation::{Lookup, Question};
use model::repair::{Repair, RepairStatus};
use model::scope::Site;
use planner::{Decision, Plan, Step};

use super::last_look::by_suspicion;
use super::{Execution, Obstacle, Steps};
use crate::conclusions::StepIndex;
use crate::environment::Environment;
use crate::outcome::Conclusion;
use crate::ports::Clock as _;

impl<E: Environment> Execution<'_, E> {
    /// Makes the changes of security groups that are to be made now. The same change may mend several findings.
    pub(super) async fn change_security_groups(&mut self) {
        for (repair, steps) in to_do(&self.seen.plan) {
            if !self.has_time_for(&steps) {
                continue;
            }
            if let Err(why) = self.reserve_one(repair).await {
                self.done.stopped(&steps, &why);
                continue;
            }
            let again = self.stale_before_changing(repair, &steps);
            self.forget(&again);
            let last = self.look_at_all().await;
            let found = by_suspicion(&last.plan);
            let again: Vec<_> = steps.iter().map(|step| self.found_again(&found, step)).collect();
            if !again.iter().flatten().any(|again| again.decision == Decision::DoNow) {
                for ((index, _), again) in steps.iter().zip(again) {
                    let conclusion = self.no_longer(repair, again);
                    self.done.conclusions.insert(*index, conclusion);
                }
                self.done.look_again(&steps, &last.plan);
                continue;
            }
            let conclusion = match self.begin(repair).await {
                Ok(begun) => self.make(repair, &steps, begun).await,
                Err(why) => why.conclude(repair),
            };
            self.done.conclusions.extend(steps.iter().map(|(index, _)| (*index, conclusion.clone())));
        }
    }

    async fn reserve_one(&self, repair: &Repair) -> Result<(), Obstacle> {
        let Some(limited) = repair.limited() else { return Ok(()) };
        match self.reserve(&limited, 1).await? {
            0 => Err("the limit on such changes was reached by other passes".into()),
            _ => Ok(()),
        }
    }

    /// Why a change isn't made after all: refused since, no longer wanted, or not known to be.
    fn no_longer(&self, repair: &Repair, again: Option<&Step>) -> Conclusion {
        match again.map(|again| again.decision.clone()) {
            Some(Decision::Refused { code, reason }) => Conclusion::refused(repair, code, reason),
            _ => self.why_changed().conclude(repair),
        }
    }

    /// What must be read again right before a change: the pause, what AWS refused, the task with its protection and its interface,
    /// the service, and before a stop what target groups send to.
    fn stale_before_changing(&self, repair: &Repair, steps: &Steps<'_>) -> Vec<Question> {
        let mut again = vec![Question::Pause];
        again.extend(repair.refusable().map(|(of, _)| Question::Refusals(of)));
        if let Site::Service(service) = repair.site() {
            again.push(Question::Service(service));
        }
        if matches!(repair, Repair::StopTask { .. }) {
            again.extend(self.known.aws.target_health.iter().map(|(group, _)| Question::TargetHealth(group.clone())));
        }
        let findings =
            steps.iter().filter_map(|(index, _)| self.seen.plan.findings.get(index.0)).map(|planned| &planned.finding);
        let tasks: Vec<_> =
            findings.flat_map(|finding| &finding.resources.task).chain(repair.task()).cloned().collect();
        for task in tasks.iter().filter_map(|arn| self.known.aws.task.known(arn)) {
            let (cluster, task_arn) = (task.cluster.clone(), task.arn.clone());
            again.push(Question::TaskProtection { cluster: cluster.clone(), task: task_arn.clone() });
            for interface in &task.interfaces {
                let id = interface.network_interface.clone();
                again.extend(id.map(|id| Question::Interface { id, subnet: interface.subnet.clone() }));
            }
            again.push(Question::Task { cluster, task: task_arn });
        }
        again
    }

    /// Notes in the ledger what must not be made twice. The error is why it must not be made.
    async fn begin(&self, repair: &Repair) -> Result<Option<ServiceUpdate>, Obstacle> {
        let (lookup, at) = (Lookup::for_few(&self.known), self.environment.clock().now());
        let ledger = self.environment.ledger().ok_or("there is no ledger to note it in")?;
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
            Err(error) => Err(Obstacle::Transient(format!("it could not be noted before: {error}"))),
        }
    }

    /// Sends the change, reads back, and has what came of it remembered.
    async fn make(&mut self, repair: &Repair, steps: &Steps<'_>, begun: Option<ServiceUpdate>) -> Conclusion {
        let rule = steps
            .first()
            .and_then(|((at, _), _)| self.seen.plan.findings.get(*at))
            .map(|one| one.finding.rule.as_str());
        let sent = self.send(repair, rule.unwrap_or_default()).await;
        match (self.is_done(repair).await, sent) {
            (Ok(true), _) => {
                if let (Some(update), Some(ledger)) = (begun, self.environment.ledger()) {
                    let unrecorded = ledger.confirm_update(&update).await.err();
                    self.done.unrecorded = self.done.unrecorded.take().or(unrecorded);
                }
                Conclusion::new(repair, RepairStatus::Done, None)
            }
            (_, Err(error)) => {
                let unrecorded = self.remember(repair, &error).await.err();
                self.done.unrecorded = self.done.unrecorded.take().or(unrecorded);
                Conclusion::failed(repair, &error)
            }
            (Ok(false), Ok(())) => Conclusion::new(
                repair,
                RepairStatus::Failed,
                "AWS took the request, but nothing has changed".to_owned(),
            ),
            (Err(why), Ok(())) => {
                Conclusion::new(repair, RepairStatus::Failed, format!("sent, but it could not be read back: {why}"))
            }
        }
    }

    async fn send(&self, repair: &Repair, rule: &str) -> Result<(), CallError> {
        let account = self.environment.account();
        match repair {
            Repair::ModifyNetworkInterface { network_interface, security_groups, .. } => {
                account.modify_network_interface_groups(network_interface, &security_groups.to).await
            }
            Repair::UpdateService { service, security_groups, subnets, assign_public_ip } => {
                let network = model::ecs::AwsvpcConfiguration {
                    subnets: subnets.clone(),
                    security_groups: security_groups.to.iter().cloned().collect(),
                    assign_public_ip: assign_public_ip.clone(),
                };
                account.update_service_network(service, &network).await
            }
            Repair::ForceNewDeployment { service, .. } => account.force_new_deployment(service).await,
            Repair::StopTask { task, cluster, .. } => {
                account.stop_task(cluster, task, &format!("ecs-nlb-guard: {rule}")).await
            }
            Repair::RegisterTarget { .. } | Repair::DeregisterTarget { .. } => Ok(()),
        }
    }

    /// Remembers that AWS said no for good. What is gone was not refused.
    async fn remember(&self, repair: &Repair, error: &CallError) -> Result<(), CallError> {
        let for_good = matches!(error.kind, CallErrorKind::Permanent | CallErrorKind::Denied);
        let (Some((of, resource)), Some(ledger), true) = (repair.refusable(), self.environment.ledger(), for_good)
        else {
            return Ok(());
        };
        let (at, code) = (self.environment.clock().now(), error.code.clone().unwrap_or_default());
        let mut refusal = Refusal { resource, code, message: error.message.clone(), at, expires_at: at };
        let of_an_interface = matches!(repair, Repair::ModifyNetworkInterface { .. });
        let lifetime = if of_an_interface && !refusal.is_denial() { REFUSAL_LIFETIME } else { DENIAL_LIFETIME };
        refusal.expires_at = at.checked_add(lifetime).unwrap_or(at);
        ledger.record_refusal(&of, &refusal).await
    }
}

/// The changes to make, each with the steps that want it.
fn to_do(plan: &Plan) -> BTreeMap<&Repair, Vec<(StepIndex, &Step)>> {
    let mut changes: BTreeMap<&Repair, Vec<_>> = BTreeMap::new();
    for (at, planned) in plan.findings.iter().enumerate() {
        for (nth, step) in planned.steps.iter().enumerate() {
            if step.decision == Decision::DoNow && step.repair.option().is_some() {
                changes.entry(&step.repair).or_default().push(((at, nth), step));
            }
        }
    }
    changes
}
