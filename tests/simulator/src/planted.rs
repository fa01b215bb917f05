//! Bugs planted on purpose, to show that the simulator finds them. Each stands between the product and the world, so that the
//! product itself needs no switch.

use std::any::Any;
use std::collections::BTreeSet;

use aws::{AwsFact, Found};
use model::call::{CallError, CallErrorKind};
use model::ec2::NetworkInterface;
use model::ecs::{Service, Strategy, Task, TaskProtection};
use model::elb::{Target, TargetGroupAttributes, TargetHealth};
use model::id::{ClusterArn, SecurityGroupId, ServiceArn, SubnetId, TargetGroupArn, TaskArn};
use model::ledger::Ownership;
use model::observation::{Answer, Question, TaskList};
use model::scope::ServiceId;

use crate::account::SimAccount;
use crate::mail::Role;
use crate::names;
use crate::record::Writer;
use crate::remembered::answer_from_memory;

/// A bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// What is seen once is confirmed by itself.
    SkipSecondLook,
    /// Two spellings of one IPv6 address are two addresses.
    AddressesAsText,
    /// Deregistering an address takes it out on every port.
    ForgetThePort,
    /// What can't be read is taken for "there is none".
    FailedReadIsEmpty,
    /// What is in the way is deregistered before the right target is registered.
    DeregisterFirst,
    /// A task is what its last event says, not what AWS says.
    TrustTheEvent,
    /// Every pass may remove as many as the limit says.
    LimitPerPass,
    /// A first look counts, however old it is.
    OldFirstLook,
    /// An interface is given what is required, and loses what it had.
    OwnGroupsForgotten,
    /// A service may do without all of its tasks.
    HeadroomForgotten,
    /// No task is protected.
    ProtectionForgotten,
    /// A native deployment in flight is taken for rest.
    ShiftForgotten,
    /// A task that stopped had the target that is now at its address, whoever has that.
    StoppedTaskProvesTarget,
    /// A task is stopped before it is deregistered: the guard takes it that nothing sends to it.
    StopBeforeDeregister,
    /// What is found by what is remembered is told as it stands.
    TellFromMemory,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::SkipSecondLook,
        Self::AddressesAsText,
        Self::ForgetThePort,
        Self::FailedReadIsEmpty,
        Self::DeregisterFirst,
        Self::TrustTheEvent,
        Self::LimitPerPass,
        Self::OldFirstLook,
        Self::OwnGroupsForgotten,
        Self::HeadroomForgotten,
        Self::ProtectionForgotten,
        Self::ShiftForgotten,
        Self::StoppedTaskProvesTarget,
        Self::StopBeforeDeregister,
        Self::TellFromMemory,
    ];
}

impl SimAccount {
    /// The answer, as a product that takes a failure for "there is none" would take it.
    pub(crate) fn with_failure_as_none<T: AwsFact>(
        &self,
        asked: &[T::Asked],
        answer: Result<Found<T>, CallError>,
    ) -> Result<Found<T>, CallError> {
        match answer {
            Err(error) if self.bug == Some(Bug::FailedReadIsEmpty) && error.kind != CallErrorKind::NotFound => {
                let mut none = Found::each(asked, |_| Answer::Absent);
                empty::<SubnetId, NetworkInterface>(&mut none.answers);
                empty::<TargetGroupArn, TargetHealth>(&mut none.answers);
                empty::<TaskList, TaskArn>(&mut none.answers);
                empty::<ClusterArn, ServiceId>(&mut none.answers);
                Ok(none)
            }
            answer => answer,
        }
    }

    /// The answers, as a product with the bug would take them.
    pub(crate) fn plant(&self, answers: &mut dyn Any) {
        if let Some(tasks) = answers.downcast_mut::<Vec<(TaskArn, Answer<Task>)>>() {
            self.plant_in_tasks(tasks);
        } else if let Some(services) = answers.downcast_mut::<Vec<(ServiceId, Answer<Service>)>>() {
            services
                .iter_mut()
                .filter_map(|(_, answer)| known(answer))
                .for_each(|service| self.plant_in_service(service));
        } else if let Some(protections) = answers.downcast_mut::<Vec<(TaskArn, Answer<TaskProtection>)>>() {
            for (_, answer) in protections {
                if let (Answer::Known(protection), Some(Bug::ProtectionForgotten)) = (answer, self.bug) {
                    protection.enabled = false;
                }
            }
        } else if self.bug == Some(Bug::TellFromMemory) {
            self.plant_memory(answers);
        } else if let Some(health) = answers.downcast_mut::<Vec<(TargetGroupArn, Answer<Vec<TargetHealth>>)>>()
            && self.bug == Some(Bug::StopBeforeDeregister)
        {
            health.iter_mut().filter_map(|(_, answer)| known(answer)).for_each(Vec::clear);
        }
    }

    fn plant_memory(&self, answers: &mut dyn Any) {
        let sim = self.world.sim();
        if let Some(groups) = answers.downcast_mut::<Vec<(TargetGroupArn, Answer<TargetGroupAttributes>)>>() {
            for (group, answer) in groups {
                let seen = answer_from_memory(&sim, &Question::TargetGroupAttributes(group.clone()));
                let kept = seen.and_then(|seen| seen.aws.target_group_attributes.known(group).cloned());
                *answer = kept.map_or_else(|| answer.clone(), Answer::Known);
            }
        }
    }

    fn plant_in_service(&self, service: &mut Service) {
        match self.bug {
            Some(Bug::HeadroomForgotten) => service.percents.minimum_healthy = 0,
            Some(Bug::ShiftForgotten) if service.strategy != Strategy::Rolling => {
                service.has_current_deployment = false;
                service.deployments.truncate(1);
                service.current_revisions.truncate(1);
            }
            _ => {}
        }
    }

    fn plant_in_tasks(&self, tasks: &mut [(TaskArn, Answer<Task>)]) {
        match self.bug {
            Some(Bug::TrustTheEvent) => {
                let sim = self.world.sim();
                for (arn, answer) in tasks {
                    if let Some(told) = sim.ecs.told.get(arn) {
                        *answer = Answer::Known(told.clone());
                    }
                }
            }
            Some(Bug::AddressesAsText) => {
                let tasks = tasks.iter_mut().filter_map(|(_, answer)| known(answer));
                for ip in tasks.flat_map(|task| &mut task.interfaces).flat_map(|one| &mut one.addresses) {
                    *ip = spelled_otherwise(*ip);
                }
            }
            _ => {}
        }
    }

    /// What the ledger remembers, as a product with the bug would take it.
    pub(crate) fn plant_in_ledger(&self, asked: &dyn Any, kept: &mut dyn Any) {
        let group = asked.downcast_ref::<TargetGroupArn>();
        if let (Some(group), Some(kept)) = (group, kept.downcast_mut::<Option<Vec<Ownership>>>())
            && self.bug == Some(Bug::StoppedTaskProvesTarget)
        {
            self.add_stopped_tasks(group, kept.get_or_insert_default());
        }
    }

    /// Of every stopped task a record.
    fn add_stopped_tasks(&self, group: &TargetGroupArn, kept: &mut Vec<Ownership>) {
        let world = self.world.memory.world();
        let Some(version) = world.target_groups.get(group).and_then(|group| group.ip_version().ok()) else { return };
        for task in world.tasks.values().filter(|task| !task.is_live()) {
            let Some(id) = task.service_name().map(|name| ServiceId::new(&task.cluster, name)) else { continue };
            let Some(service) = world.services.get(&id) else { continue };
            let entries = service.load_balancers.iter().filter(|entry| entry.target_group.as_ref() == Some(group));
            for port in entries.filter_map(|entry| entry.container_port) {
                let Some(ip) = task.address(version) else { continue };
                let target = Target { ip, port };
                kept.retain(|record| record.target != target || record.ended_at.is_none());
                if kept.iter().all(|record| record.target != target) {
                    kept.push(had(task, &service.arn, target));
                }
            }
        }
    }

    /// The bug, as far as it is one of this function.
    pub(crate) fn bug_of(bug: Option<Bug>, role: Role) -> Option<Bug> {
        bug.filter(|bug| *bug != Bug::StopBeforeDeregister || role == Role::Guard)
    }

    /// What an interface is dressed in for these.
    pub(crate) fn without_own_groups(&self, groups: &BTreeSet<SecurityGroupId>) -> BTreeSet<SecurityGroupId> {
        match self.bug {
            Some(Bug::OwnGroupsForgotten) => BTreeSet::from([names::security_group(names::REQUIRED)]),
            _ => groups.clone(),
        }
    }

    /// The targets that are deregistered for these.
    pub(crate) fn with_ports_forgotten(&self, group: &TargetGroupArn, targets: &[Target]) -> Vec<Target> {
        if self.bug != Some(Bug::ForgetThePort) {
            return targets.iter().map(|target| as_it_is(*target)).collect();
        }
        let world = self.world.memory.world();
        let there = world.targets.get(group).into_iter().flat_map(|targets| targets.keys().copied());
        there.filter(|one| targets.iter().any(|target| target.ip == one.ip)).collect()
    }

    pub(crate) fn deregisters_first(&self, group: &TargetGroupArn, target: Target) {
        if self.bug != Some(Bug::DeregisterFirst) {
            return;
        }
        let there: Vec<Target> = {
            let world = self.world.memory.world();
            let there = world.targets.get(group).into_iter().flat_map(|targets| targets.keys().copied());
            there.filter(|one| one.ip == target.ip && *one != target).collect()
        };
        for one in there {
            self.changed(group, one, true);
            self.world.stage(|stage| stage.deregister(group, one, Writer::Function(self.actor)));
        }
    }
}

/// A list that isn't there is taken for one of nothing.
fn empty<K: 'static, V: 'static>(answers: &mut dyn Any) {
    for (_, answer) in answers.downcast_mut::<Vec<(K, Answer<Vec<V>>)>>().into_iter().flatten() {
        *answer = Answer::Known(Vec::new());
    }
}

fn known<T>(answer: &mut Answer<T>) -> Option<&mut T> {
    match answer {
        Answer::Known(value) => Some(value),
        _ => None,
    }
}

/// A record of a target that a task is said to have had.
fn had(task: &Task, service: &ServiceArn, target: Target) -> Ownership {
    Ownership {
        target,
        task: task.arn.clone(),
        service: service.clone(),
        network_interface: None,
        seen_at: task.started_at.unwrap_or_default(),
        expires_at: model::Timestamp::MAX,
        ended_at: None,
    }
}

/// Where an address is kept as text, `2001:db8::4` and `2001:0db8:0:0:0:0:0:4` differ. Here they differ in a bit that
/// nothing else uses.
fn spelled_otherwise(ip: std::net::IpAddr) -> std::net::IpAddr {
    flip(ip, true)
}

/// The target that is meant, however it is spelled.
pub(crate) fn as_it_is(target: Target) -> Target {
    Target { ip: flip(target.ip, false), ..target }
}

fn flip(ip: std::net::IpAddr, set: bool) -> std::net::IpAddr {
    match ip {
        std::net::IpAddr::V6(v6) => {
            let mut segments = v6.segments();
            segments[6] = u16::from(set);
            std::net::Ipv6Addr::from(segments).into()
        }
        v4 => v4,
    }
}
