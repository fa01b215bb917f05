//! Where a task belongs: the heart of every judgement on what is missing, or in the wrong place.
//!
//! | controller, strategy | where its tasks belong |
//! |---|---|
//! | ECS, ROLLING | every group of `loadBalancers`, at that entry's container port (not the group's own port) |
//! | CODE_DEPLOY, EXTERNAL | the groups of the task set that started the task |
//! | ECS, BLUE_GREEN, LINEAR, CANARY | at rest: the group the one current revision resolves to, perhaps the alternate |
//! | ECS, ROLLING, with an alternate group | the same: a strategy that is changed counts from the next deployment on ("Update the Amazon ECS deployment strategy" in its guide), and until then the tasks serve where they did |
//!
//! A task of an older deployment may belong elsewhere, and AWS doesn't say where; it may be there for a while after the newer
//! one succeeded, too. Then the answer is [`Expected::Unclear`], and nothing is judged missing, on the wrong port or in the
//! wrong group.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use model::ecs::{
    Deployment, DeploymentController, RolloutState, Service, ServiceLoadBalancer, ServiceStatus, Strategy, Task,
    TaskSetStatus,
};
use model::id::TargetGroupArn;
use model::observation::{Gap, Lookup};

/// Where a task belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expected {
    /// In these groups at these ports, and in no other; perhaps in none.
    In(Rc<BTreeMap<TargetGroupArn, BTreeSet<u16>>>),
    /// Nobody can say.
    Unclear,
}

impl Expected {
    fn nowhere() -> Self {
        Self::In(Rc::default())
    }
}

/// Where `task` of `service` belongs.
pub(crate) fn expected<'a>(lookup: &Lookup<'a>, service: &Service, task: &Task) -> Result<Expected, Gap<'a>> {
    if service.status != ServiceStatus::Active || !task.is_serving() {
        return Ok(Expected::nowhere());
    }
    match (&service.controller, &service.strategy) {
        (DeploymentController::Ecs, Strategy::Rolling) if !service.has_alternate_groups() => Ok(rolling(service, task)),
        (DeploymentController::Ecs, Strategy::Rolling | Strategy::BlueGreen | Strategy::Linear | Strategy::Canary) => {
            if is_of_current_deployment(service, task) {
                native(lookup, service)
            } else {
                Ok(Expected::Unclear)
            }
        }
        (DeploymentController::CodeDeploy | DeploymentController::External, _) => Ok(task_set(service, task)),
        _ => Ok(Expected::Unclear),
    }
}

/// Did the deployment that the service is at start the task? A deployment can succeed early while tasks of the one before
/// run on ("Complete Amazon ECS rolling deployments early with early success criteria" in the ECS developer guide), and
/// nothing says that DescribeServices goes on listing that one.
pub(crate) fn is_of_current_deployment(service: &Service, task: &Task) -> bool {
    service.primary_deployment().is_some_and(|primary| task.started_by.as_ref() == Some(&primary.id))
}

/// While a deployment that failed is rolled back, AWS's documents don't say whose `loadBalancers` DescribeServices returns.
fn rolling(service: &Service, task: &Task) -> Expected {
    let primary = service.primary_deployment().map(|primary| &primary.id);
    let is_rolled_back = |one: &Deployment| one.rollout_state == Some(RolloutState::Failed) && Some(&one.id) != primary;
    if is_of_current_deployment(service, task) && !service.deployments.iter().any(is_rolled_back) {
        entries(&service.load_balancers)
    } else {
        Expected::Unclear
    }
}

fn task_set(service: &Service, task: &Task) -> Expected {
    let Some(set) = service.task_sets.iter().find(|set| Some(&set.id) == task.started_by.as_ref()) else {
        return Expected::Unclear;
    };
    match set.status {
        TaskSetStatus::Primary | TaskSetStatus::Active => entries(&set.load_balancers),
        // Being deregistered by whoever drains it: neither missing nor misplaced.
        _ => Expected::Unclear,
    }
}

/// Is it certain that `service`, at rest, serves through `group`? Not while a deployment is in flight or the service is being
/// deleted; nor through the group of a pair that waits for the next shift.
pub(crate) fn serves_at_rest<'a>(
    lookup: &Lookup<'a>,
    service: &Service,
    group: &TargetGroupArn,
) -> Result<bool, Gap<'a>> {
    if service.status != ServiceStatus::Active || service.in_flight() {
        return Ok(false);
    }
    let is_in = |expected: Expected| matches!(expected, Expected::In(groups) if groups.contains_key(group));
    match (&service.controller, &service.strategy) {
        (DeploymentController::Ecs, Strategy::Rolling) if !service.has_alternate_groups() => Ok(true),
        (DeploymentController::Ecs, Strategy::Rolling | Strategy::BlueGreen | Strategy::Linear | Strategy::Canary) => {
            Ok(is_in(native(lookup, service)?))
        }
        (DeploymentController::CodeDeploy | DeploymentController::External, _) => {
            let mut serving = service.task_sets.iter().filter(|set| set.status != TaskSetStatus::Draining);
            Ok(serving.any(|set| is_in(entries(&set.load_balancers))))
        }
        _ => Ok(false),
    }
}

fn native<'a>(lookup: &Lookup<'a>, service: &Service) -> Result<Expected, Gap<'a>> {
    let [current] = service.current_revisions.as_slice() else { return Ok(Expected::Unclear) };
    if service.in_flight() {
        return Ok(Expected::Unclear);
    }
    let Some(revision) = lookup.service_revision(current)? else { return Ok(Expected::Unclear) };
    let mut groups = BTreeMap::new();
    for group in &revision.resolved_target_groups {
        let names = |entry: &&ServiceLoadBalancer| entry.target_groups().any(|one| one == group);
        let mut entries: Vec<_> = revision.load_balancers.iter().filter(names).collect();
        if entries.is_empty() {
            entries.extend(service.load_balancers.iter().filter(names));
        }
        let ports: Option<BTreeSet<u16>> = entries.iter().map(|entry| entry.container_port).collect();
        let Some(ports) = ports.filter(|ports| !ports.is_empty()) else { return Ok(Expected::Unclear) };
        groups.insert(group.clone(), ports);
    }
    Ok(if groups.is_empty() && !service.load_balancers.is_empty() {
        Expected::Unclear
    } else {
        Expected::In(groups.into())
    })
}

/// An entry without a port can't be judged, and takes the whole answer with it.
fn entries(load_balancers: &[ServiceLoadBalancer]) -> Expected {
    let mut groups = BTreeMap::<_, BTreeSet<u16>>::new();
    for entry in load_balancers {
        let Some(group) = &entry.target_group else { continue };
        let Some(port) = entry.container_port else { return Expected::Unclear };
        groups.entry(group.clone()).or_default().insert(port);
    }
    Expected::In(groups.into())
}
