//! A service as DescribeServices tells it.

use std::collections::BTreeSet;

use model::ecs::{Service as Described, ServiceRevision, Strategy, TaskSetStatus, TaskStatus};
use model::scope::ServiceId;

use super::{Deployment, Kind, Service};
use crate::world::Stage;
use crate::{entities, names};

impl Stage<'_> {
    /// Brings what AWS tells of a service up to date.
    pub(crate) fn render(&mut self, id: &ServiceId) {
        let Some(service) = self.sim.ecs.services.get(id).cloned() else { return };
        let uses = service.deployments.iter().flat_map(|one| one.uses.iter().cloned());
        let alternate = service.alternate.iter().flat_map(|group| {
            service.deployments.iter().flat_map(move |one| one.uses.iter().map(move |(_, port)| (group.clone(), *port)))
        });
        let uses: BTreeSet<_> = uses.chain(alternate).collect();
        let now = self.sim.now;
        self.sim.record.uses(now, id, uses);
        let (running, pending) = (self.count(id, true), self.count(id, false));
        let Some(told) = self.aws.services.get_mut(id) else { return };
        told.desired_count = u32::try_from(if service.deleted { 0 } else { service.desired }).unwrap_or(0);
        (told.running_count, told.pending_count) = (running, pending);
        let Some(newest) = service.deployments.last() else { return };
        told.task_definition = Some(newest.definition.clone());
        told.network = Some(entities::network(&newest.groups));
        match service.kind {
            Kind::Rolling => told.load_balancers = newest.uses.iter().map(entities::balancer_entry).collect(),
            Kind::Native => native(told, &service),
            Kind::TaskSets => return task_sets(told, &service),
        }
        told.deployments = deployments(&service);
        let revisions: Vec<_> = service.deployments.iter().map(|one| revision(id, one)).collect();
        told.current_revisions = revisions.iter().map(|one| one.arn.clone()).collect();
        self.aws.service_revisions.extend(revisions.into_iter().map(|one| (one.arn.clone(), one)));
    }

    fn count(&self, id: &ServiceId, running: bool) -> u32 {
        let plans = self.sim.ecs.tasks.iter().filter(|(_, plan)| plan.service.as_ref() == Some(id));
        let tasks = plans.filter_map(|(arn, _)| self.aws.tasks.get(arn));
        let counted = tasks.filter(|task| match task.last_status {
            TaskStatus::Running => running,
            TaskStatus::Provisioning | TaskStatus::Pending | TaskStatus::Activating => !running,
            _ => false,
        });
        u32::try_from(counted.count()).unwrap_or(u32::MAX)
    }
}

fn deployments(service: &Service) -> Vec<model::ecs::Deployment> {
    let newest = service.deployments.len() - 1;
    let all = service.deployments.iter().enumerate().rev();
    all.map(|(at, one)| entities::deployment(&one.id, &one.definition, &one.groups, at == newest)).collect()
}

/// The older set is PRIMARY until the newer one has all its tasks; then it drains.
fn task_sets(told: &mut Described, service: &Service) {
    let newest = service.deployments.len() - 1;
    let ready = told.running_count >= told.desired_count.saturating_mul(u32::try_from(newest + 1).unwrap_or(1));
    let set = |(at, one): (usize, &Deployment)| {
        let status = match (at == newest, ready) {
            (true, _) if newest == 0 || ready => TaskSetStatus::Primary,
            (true, false) => TaskSetStatus::Active,
            (false, true) => TaskSetStatus::Draining,
            _ => TaskSetStatus::Primary,
        };
        entities::task_set(&one.id, &one.definition, &one.uses, &one.groups, status)
    };
    told.task_sets = service.deployments.iter().enumerate().map(set).collect();
    told.load_balancers = service.deployments[0].uses.iter().map(entities::balancer_entry).collect();
}

fn native(told: &mut Described, service: &Service) {
    told.strategy = Strategy::BlueGreen;
    told.has_current_deployment = service.deployments.len() > 1;
    let mut entries: Vec<_> = service.deployments[0].uses.iter().map(entities::balancer_entry).collect();
    for entry in &mut entries {
        entry.alternate_target_group.clone_from(&service.alternate);
    }
    told.load_balancers = entries;
}

fn revision(id: &ServiceId, one: &Deployment) -> ServiceRevision {
    ServiceRevision {
        arn: names::revision(id, one.number),
        load_balancers: one.uses.iter().map(entities::balancer_entry).collect(),
        resolved_target_groups: one.uses.iter().map(|(group, _)| group.clone()).collect(),
        task_definition: Some(one.definition.clone()),
    }
}
