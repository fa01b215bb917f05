//! A service's tasks: as many as it wants, of the newest deployment.

use model::ecs::{ServiceStatus, TaskStatus};
use model::id::{DeploymentId, TargetGroupArn, TaskArn};
use model::scope::ServiceId;

use super::{Deployment, Kind};
use crate::time::{MINUTE, SECOND};
use crate::world::{Due, Stage};
use crate::{entities, names};

impl Stage<'_> {
    /// ECS looks whether a service has the tasks it wants.
    pub(crate) fn reconcile(&mut self, id: &ServiceId) {
        let Some(service) = self.sim.ecs.services.get(id).cloned() else { return };
        if service.deleted {
            return self.wind_up(id);
        }
        let Some(newest) = service.deployments.last() else { return };
        let wanted = self.tasks_of(id, |deployment| *deployment == newest.id, false);
        if wanted.len() > service.desired {
            for arn in &wanted[service.desired..] {
                self.stop(arn);
            }
        }
        for _ in wanted.len()..service.desired {
            if self.launch(&id.cluster, Some((id, newest))).is_none() {
                self.sim.after(10 * SECOND, Due::Service(id.clone()));
                break;
            }
        }
        let running = self.tasks_of(id, |deployment| *deployment == newest.id, true);
        if service.early && !running.is_empty() && service.deployments.len() > 1 {
            self.succeed_early(id, &newest.id);
        } else if running.len() >= service.desired && service.deployments.len() > 1 && self.has_baked(id) {
            for arn in self.tasks_of(id, |deployment| *deployment != newest.id, false) {
                self.stop(&arn);
            }
            let older = |deployment: &DeploymentId| *deployment != newest.id;
            let left = self.sim.ecs.tasks.values().any(|plan| {
                plan.service.as_ref() == Some(id) && !plan.gone && plan.deployment.as_ref().is_some_and(older)
            });
            if !left && let Some(service) = self.sim.ecs.services.get_mut(id) {
                service.deployments.drain(..service.deployments.len() - 1);
                service.bakes_until = None;
                self.sim.record.deployed.insert(id.clone(), self.sim.now);
                self.sim.tell(|| format!("the deployment of {id} is over"));
            }
        }
        self.render(id);
        self.shift_traffic();
    }

    /// The newest deployment of a native service is ready: production traffic is shifted to it, and for a while the older one is
    /// kept. Is that over?
    fn has_baked(&mut self, id: &ServiceId) -> bool {
        let now = self.sim.now;
        let Some(service) = self.sim.ecs.services.get(id).filter(|one| one.kind == Kind::Native) else { return true };
        if let Some(until) = service.bakes_until {
            return until <= now;
        }
        let until = now + self.sim.wait(0, 10 * MINUTE);
        if let Some(service) = self.sim.ecs.services.get_mut(id) {
            service.bakes_until = Some(until);
        }
        self.sim.at(until, Due::Service(id.clone()));
        until <= now
    }

    /// The deployment is over with its first task that runs, and the only one listed; the tasks before it are cleaned up later.
    fn succeed_early(&mut self, id: &ServiceId, newest: &DeploymentId) {
        for arn in self.tasks_of(id, |deployment| deployment != newest, false) {
            let wait = self.sim.wait(10 * SECOND, 5 * MINUTE);
            self.sim.after(wait, Due::Stop(arn));
        }
        if let Some(service) = self.sim.ecs.services.get_mut(id) {
            service.deployments.drain(..service.deployments.len() - 1);
            self.sim.record.deployed.insert(id.clone(), self.sim.now);
            self.sim.tell(|| format!("the deployment of {id} succeeds early"));
        }
    }

    /// A service that is deleted stops its tasks and is gone a while after.
    fn wind_up(&mut self, id: &ServiceId) {
        let left = self.tasks_of(id, |_| true, false);
        for arn in &left {
            self.stop(arn);
        }
        let is_empty = !self.sim.ecs.tasks.values().any(|plan| plan.service.as_ref() == Some(id) && !plan.gone);
        self.render(id);
        let Some(service) = self.aws.services.get_mut(id) else { return };
        if !is_empty {
            service.status = ServiceStatus::Draining;
        } else if service.status == ServiceStatus::Inactive {
            self.aws.services.remove(id);
            self.sim.ecs.services.remove(id);
            let now = self.sim.now;
            self.sim.record.uses(now, id, std::collections::BTreeSet::new());
            self.sim.tell(|| format!("{id} is gone"));
            self.shift_traffic();
        } else {
            service.status = ServiceStatus::Inactive;
            self.sim.after(5 * MINUTE, Due::Service(id.clone()));
        }
    }

    /// The tasks of a service that are meant to run, or do run, oldest first.
    fn tasks_of(&self, id: &ServiceId, of: impl Fn(&DeploymentId) -> bool, running: bool) -> Vec<TaskArn> {
        let plans = self.sim.ecs.tasks.iter().filter(|(_, plan)| plan.service.as_ref() == Some(id));
        let mut tasks: Vec<_> = plans
            .filter(|(arn, plan)| {
                plan.deployment.as_ref().is_some_and(&of)
                    && self.aws.tasks.get(arn).is_some_and(|task| {
                        task.desired_status == TaskStatus::Running
                            && (!running || task.last_status == TaskStatus::Running)
                    })
            })
            .map(|(arn, plan)| (plan.number, arn.clone()))
            .collect();
        tasks.sort();
        tasks.into_iter().map(|(_, arn)| arn).collect()
    }

    /// A new deployment of a service, serving through these groups.
    pub(crate) fn deploy(&mut self, id: &ServiceId, uses: Vec<(TargetGroupArn, u16)>) {
        let number = self.sim.ecs.number();
        let definition = names::definition(&id.name, number);
        // The revision before is what the one before it was.
        let port = uses.first().map_or(80, |(_, port)| *port);
        self.aws.task_definitions.insert(definition.clone(), entities::definition(&definition, port));
        self.sim.tell(|| {
            let uses: Vec<String> = uses.iter().map(|(group, port)| format!("{}:{port}", group.name())).collect();
            format!("a new deployment of {id}, serving through {}", uses.join(", "))
        });
        let Some(service) = self.sim.ecs.services.get_mut(id) else { return };
        let (id_of, groups) = (names::deployment(number), service.groups.clone());
        service.deployments.push(Deployment { id: id_of, number, uses, definition, groups });
        self.render(id);
        self.shift_traffic();
        self.sim.after(SECOND, Due::Service(id.clone()));
    }
}
