//! A task's life, from PROVISIONING to the hour after STOPPED.

use model::ecs::TaskStatus;
use model::elb::{IpVersion, Target};
use model::id::{ClusterArn, TargetGroupArn, TaskArn};
use model::scope::ServiceId;

use super::{Deployment, Plan};
use crate::record::{Holder, Span, TaskLife, Writer};
use crate::time::{HOUR, MINUTE, SECOND, timestamp};
use crate::world::{Due, Stage};
use crate::{entities, names};

impl Stage<'_> {
    /// Starts a task, if there is an address for it.
    pub(crate) fn launch(
        &mut self,
        cluster: &ClusterArn,
        service: Option<(&ServiceId, &Deployment)>,
    ) -> Option<TaskArn> {
        let back = if self.sim.bad_luck(300) { self.sim.luck() as usize % 4 } else { 0 };
        let place = self.sim.ecs.pool.take(back)?;
        let number = self.sim.ecs.number();
        let subnet = names::subnet(usize::from(place.subnet));
        let addresses = vec![place.v4(), place.v6()];
        let mut task = entities::task(cluster, number, subnet.clone(), addresses.clone());
        if let Some((id, deployment)) = service {
            task.group = Some(format!("service:{}", id.name));
            task.started_by = Some(deployment.id.clone());
            task.task_definition = Some(deployment.definition.clone());
        }
        let arn = task.arn.clone();
        let description = format!("arn:aws:ecs:{}:{}:attachment/a{number}", names::REGION, names::ACCOUNT);
        let mut interface = entities::interface(number, subnet, description, addresses.clone());
        interface.security_groups = match service {
            Some((_, deployment)) => deployment.groups.clone(),
            None => vec![names::security_group(names::OWN)],
        };
        self.aws.interfaces.push(interface);
        let now = self.sim.now;
        self.sim.record.regrouped.insert(arn.clone(), now);
        for ip in addresses {
            self.sim.record.takes(now, ip, Holder::Task(arn.clone()));
        }
        let uses = service.map(|(_, deployment)| deployment.uses.clone()).unwrap_or_default();
        let crashes = service.is_some_and(|(id, _)| {
            let left = self.sim.ecs.crashing.get_mut(id).filter(|left| **left > 0);
            left.map(|left| *left -= 1).is_some()
        });
        let never = Span { from: 0, to: 0 };
        let id = service.map(|(id, _)| id.clone());
        self.sim.record.tasks.insert(
            arn.clone(),
            TaskLife { service: id.clone(), serving: never, uses: uses.iter().cloned().collect() },
        );
        let plan = Plan {
            service: id,
            deployment: service.map(|(_, deployment)| deployment.id.clone()),
            uses,
            place,
            number,
            crashes,
            gone: false,
        };
        self.sim.tell(|| {
            let whose = plan.service.as_ref().map_or_else(|| "nobody".to_owned(), ToString::to_string);
            format!("task {} of {whose} starts at {}", arn.id(), place.v4())
        });
        self.sim.ecs.tasks.insert(arn.clone(), plan);
        self.aws.tasks.insert(arn.clone(), task);
        self.sim.after(SECOND, Due::Task(arn.clone()));
        Some(arn)
    }

    /// ECS wants a task to stop.
    pub(crate) fn stop(&mut self, arn: &TaskArn) {
        let Some(task) = self.aws.tasks.get_mut(arn).filter(|task| task.desired_status == TaskStatus::Running) else {
            return;
        };
        task.desired_status = TaskStatus::Stopped;
        let now = self.sim.now;
        if let Some(life) = self.sim.record.tasks.get_mut(arn) {
            life.serving.to = life.serving.to.min(now);
        }
        self.sim.tell(|| format!("ECS stops task {}", arn.id()));
        let wait = self.sim.wait(0, 2 * SECOND);
        self.sim.after(wait, Due::Task(arn.clone()));
    }

    /// A task goes on to its next state.
    pub(crate) fn advance(&mut self, arn: &TaskArn) {
        let Some(plan) = self.sim.ecs.tasks.get(arn).cloned() else { return };
        let Some(task) = self.aws.tasks.get_mut(arn) else { return };
        let now = self.sim.now;
        let is_wanted = task.desired_status == TaskStatus::Running;
        let next = match (&task.last_status, is_wanted) {
            (TaskStatus::Provisioning, true) => TaskStatus::Pending,
            (TaskStatus::Pending, true) if plan.uses.len() > 1 && !plan.crashes => TaskStatus::Activating,
            (TaskStatus::Pending | TaskStatus::Activating, true) => TaskStatus::Running,
            (TaskStatus::Running, false) => TaskStatus::Deactivating,
            (TaskStatus::Deactivating, _) => TaskStatus::Stopping,
            (TaskStatus::Stopping, _) => TaskStatus::Deprovisioning,
            (TaskStatus::Deprovisioning, _) if plan.gone => TaskStatus::Stopped,
            (TaskStatus::Deprovisioning, _) if self.sim.lingers() => {
                let wait = self.sim.wait(5 * SECOND, 6 * MINUTE);
                self.sim.after(wait, Due::Interface(arn.clone()));
                TaskStatus::Stopped
            }
            (TaskStatus::Deprovisioning, _) => return self.lose_interface(arn),
            (TaskStatus::Stopped, _) => {
                self.aws.tasks.remove(arn);
                self.sim.ecs.tasks.remove(arn);
                return;
            }
            (TaskStatus::Running, true) => return,
            _ => TaskStatus::Deprovisioning,
        };
        task.last_status = next.clone();
        task.version = task.version.map(|version| version + 1);
        let wait = match next {
            TaskStatus::Running => {
                task.started_at = Some(timestamp(now));
                if let Some(life) = self.sim.record.tasks.get_mut(arn) {
                    life.serving = Span::since(now);
                }
                if plan.crashes {
                    self.sim.tell(|| format!("task {} is about to crash", arn.id()));
                    let wait = self.sim.wait(0, 20 * SECOND);
                    self.sim.after(wait, Due::Stop(arn.clone()));
                } else if plan.uses.len() == 1 {
                    self.change_targets(arn, &plan, true);
                }
                self.tell_script(arn, &plan, true);
                None
            }
            TaskStatus::Pending => Some(self.sim.wait(2 * SECOND, 20 * SECOND)),
            TaskStatus::Activating => {
                self.change_targets(arn, &plan, true);
                Some(self.sim.wait(3 * SECOND, 10 * SECOND))
            }
            TaskStatus::Deactivating => {
                self.change_targets(arn, &plan, false);
                self.tell_script(arn, &plan, false);
                Some(self.sim.wait(SECOND, 10 * SECOND))
            }
            TaskStatus::Stopping => Some(self.sim.wait(SECOND, 30 * SECOND)),
            TaskStatus::Deprovisioning => Some(self.sim.wait(SECOND, 5 * SECOND)),
            _ => Some(HOUR),
        };
        if let Some(wait) = wait {
            self.sim.after(wait, Due::Task(arn.clone()));
        }
        self.sim.tell(|| format!("task {} is {next}", arn.id()));
        self.tell_task(arn);
        if let Some(service) = &plan.service {
            self.render(service);
            self.sim.after(SECOND, Due::Service(service.clone()));
        }
    }

    /// The interface is deleted, and its address is free.
    pub(crate) fn lose_interface(&mut self, arn: &TaskArn) {
        let Some(plan) = self.sim.ecs.tasks.get(arn).cloned() else { return };
        let (now, place) = (self.sim.now, plan.place);
        let interface = names::interface(plan.number);
        self.aws.interfaces.retain(|one| one.id != interface);
        for ip in [place.v4(), place.v6()] {
            self.sim.record.leaves(now, ip);
            self.address_left(ip);
        }
        self.sim.ecs.pool.give_back(place);
        if let Some(plan) = self.sim.ecs.tasks.get_mut(arn) {
            plan.gone = true;
        }
        self.sim.tell(|| format!("{} is free: the interface of task {} is deleted", place.v4(), arn.id()));
        if self.aws.tasks.get(arn).is_some_and(|task| task.last_status == TaskStatus::Deprovisioning) {
            let wait = self.sim.wait(0, 10 * SECOND);
            self.sim.after(wait, Due::Task(arn.clone()));
        }
    }

    /// ECS registers or deregisters a task everywhere, each a little later, unless it forgets.
    fn change_targets(&mut self, arn: &TaskArn, plan: &Plan, registers: bool) {
        for (group, port) in &plan.uses {
            let Some(ip) = self.address_in(group, plan) else { continue };
            let target = Target { ip, port: *port };
            let forgets = &mut self.sim.ecs.forgets[usize::from(!registers)];
            let forgotten = *forgets > 0;
            *forgets = forgets.saturating_sub(1);
            if forgotten || self.sim.bad_luck(self.sim.setting.forgetful) {
                let what = if registers { "register" } else { "deregister" };
                self.sim.tell(|| format!("ECS forgets to {what} {target} in {} for {}", group.name(), arn.id()));
                continue;
            }
            let late = if registers { 5 * SECOND } else { MINUTE };
            let wait = self.sim.wait(0, late);
            self.sim.after(wait, Due::Target(arn.clone(), group.clone(), target, registers));
        }
    }

    fn address_in(&self, group: &TargetGroupArn, plan: &Plan) -> Option<std::net::IpAddr> {
        let version = self.aws.target_groups.get(group)?.ip_version().ok()?;
        Some(if version == IpVersion::Ipv4 { plan.place.v4() } else { plan.place.v6() })
    }

    /// ECS's request comes through.
    pub(crate) fn ecs_changes(&mut self, arn: &TaskArn, group: &TargetGroupArn, target: Target, registers: bool) {
        if registers {
            let is_wanted = self.aws.tasks.get(arn).is_some_and(|task| task.desired_status == TaskStatus::Running);
            if is_wanted {
                self.register(group, target, Writer::Ecs);
            }
        } else if self.may_ecs_remove(arn, target) {
            self.deregister(group, target, Writer::Ecs);
        }
    }

    /// ECS doesn't deregister what another of its tasks has by now.
    pub(super) fn may_ecs_remove(&self, arn: &TaskArn, target: Target) -> bool {
        self.sim.record.task_at(target.ip, self.sim.now).is_none_or(|task| task == arn)
    }
}
