//! How a service stands while it deploys: pure, so that every case is a test.

use model::ecs::{RolloutState, Service};
use model::elb::{TargetHealth, TargetState};
use model::id::{TargetGroupArn, TaskDefinitionArn};
use model::observation::{Gap, Lookup};
use model::scope::ServiceId;

/// How a service stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RolloutProgress {
    /// Its deployment is over, its tasks run, their targets are healthy.
    Serves,
    /// Not yet.
    Waits(String),
    /// It won't come to serve what was deployed.
    Failed(String),
    /// It isn't known.
    Unread(String),
}

/// What was read of a service.
#[derive(Debug, Clone)]
pub(crate) struct Seen<'a> {
    pub(crate) service: &'a Service,
    /// The targets of each target group that it names.
    pub(crate) health: Vec<(&'a TargetGroupArn, &'a [TargetHealth])>,
    /// Target groups that it names and that aren't there.
    pub(crate) absent: Vec<&'a TargetGroupArn>,
}

/// What was seen of a service's deployment so far.
#[derive(Debug, Default)]
pub(crate) struct Rollout {
    /// What is being deployed.
    next: Option<TaskDefinitionArn>,
    /// What it replaces.
    before: Vec<TaskDefinitionArn>,
}

impl<'a> Seen<'a> {
    /// What an observation has of a service; `None` if there is no such service any more.
    ///
    /// # Errors
    /// When it, or the health of its targets, could not be read.
    pub(crate) fn of(lookup: &Lookup<'a>, id: &ServiceId) -> Result<Option<Self>, String> {
        let why = |gap: Gap<'_>| match gap {
            Gap::Unread(unread) => unread.to_string(),
            Gap::Pending => "it was not read".to_owned(),
        };
        let Some(service) = lookup.service(id).map_err(why)? else { return Ok(None) };
        let (mut health, mut absent) = (Vec::new(), Vec::new());
        for group in service.named_target_groups() {
            match lookup.target_group(group) {
                Ok(None) => absent.push(group),
                _ => health.push((group, lookup.target_health(group).map_err(why)?.unwrap_or_default())),
            }
        }
        Ok(Some(Self { service, health, absent }))
    }

    /// How many targets of a group are in each state: `3 healthy, 1 draining`.
    pub(crate) fn states(targets: &[TargetHealth]) -> String {
        let mut counts: Vec<(usize, &str)> = Vec::new();
        for target in targets {
            let state = target.state.as_str();
            match counts.iter_mut().find(|(_, known)| *known == state) {
                Some((count, _)) => *count += 1,
                None => counts.push((1, state)),
            }
        }
        counts.sort_unstable_by_key(|(_, state)| *state);
        let parts: Vec<String> = counts.into_iter().map(|(count, state)| format!("{count} {state}")).collect();
        if parts.is_empty() { "no target".to_owned() } else { parts.join(", ") }
    }
}

impl Rollout {
    /// How the service stands, by what is seen now and was seen before. `finding` is the worst that stands against it.
    pub(crate) fn judge(&mut self, seen: &Seen<'_>, finding: Option<&str>) -> RolloutProgress {
        let service = seen.service;
        let failed = |state: Option<&RolloutState>| state == Some(&RolloutState::Failed);
        if service.deployments.iter().any(|one| failed(one.rollout_state.as_ref())) {
            return RolloutProgress::Failed("its deployment failed".to_owned());
        }
        if let Some(group) = seen.absent.first() {
            return RolloutProgress::Failed(format!("there is no target group {}", group.name()));
        }
        let primary = service.primary_deployment().and_then(|one| one.task_definition.as_ref());
        if let (Some(next), Some(primary)) = (&self.next, primary)
            && primary != next
            && self.before.contains(primary)
        {
            return RolloutProgress::Failed(format!("its deployment was rolled back to {}", named(primary)));
        }
        if service.in_flight() {
            let others = service.deployments.iter().filter_map(|one| one.task_definition.as_ref());
            self.before = others.filter(|one| Some(*one) != primary).cloned().collect();
            self.next = primary.cloned();
            return RolloutProgress::Waits("its deployment is in flight".to_owned());
        }
        let (running, desired) = (service.running_count, service.desired_count);
        if !service.is_steady() {
            return RolloutProgress::Waits(format!("{running} of {desired} tasks are running"));
        }
        let waiting = |state: &TargetState| matches!(state, TargetState::Initial | TargetState::Unhealthy);
        for (group, targets) in &seen.health {
            let waiting = targets.iter().filter(|target| waiting(&target.state)).count();
            if waiting > 0 {
                return RolloutProgress::Waits(format!(
                    "{waiting} targets in target group {} aren't healthy",
                    group.name()
                ));
            }
        }
        let healthy = |targets: &[TargetHealth]| targets.iter().filter(|one| one.state == TargetState::Healthy).count();
        let most = seen.health.iter().map(|(_, targets)| healthy(targets)).max();
        if let Some(most) = most
            && u32::try_from(most).is_ok_and(|most| most < desired)
        {
            return RolloutProgress::Waits(format!("{most} healthy targets, and {desired} tasks are wanted"));
        }
        finding.map_or(RolloutProgress::Serves, |finding| RolloutProgress::Waits(finding.to_owned()))
    }
}

impl RolloutProgress {
    /// In words, after the service's name.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Serves => "serves".to_owned(),
            Self::Waits(why) => format!("not yet: {why}"),
            Self::Failed(why) => format!("failed: {why}"),
            Self::Unread(why) => format!("could not be read: {why}"),
        }
    }
}

/// `web:3`
pub(crate) fn named(definition: &TaskDefinitionArn) -> String {
    let (family, revision) = definition.family_and_revision();
    format!("{family}:{revision}")
}
