//! What may be removed, by brute force over the whole account: the three conditions as the design states them, and
//! nothing of how the rules find out. It shares no code with them.

use std::net::IpAddr;

use model::ecs::{DeploymentController, Service, ServiceLoadBalancer, Strategy, Task, TaskStatus};
use model::elb::{Target, TargetState};
use model::id::TargetGroupArn;
use model::ledger::Ownership;
use model::scope::ServiceId;

use crate::account::{Account, is_of};
use crate::names;

/// Why a target may be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Removal {
    Stale,
    Hijacked,
    WrongPort,
}

/// One target of an account, and what the policy says of its group.
pub(crate) struct Oracle<'a> {
    pub(crate) account: &'a Account,
    pub(crate) exclusive: bool,
    pub(crate) group: &'a TargetGroupArn,
    pub(crate) target: Target,
}

impl Oracle<'_> {
    pub(crate) fn removal(&self) -> Option<Removal> {
        if !self.is_in_place() {
            return None;
        }
        // Of anybody else's task EC2 has to say it, too.
        let is_users =
            |task: &Task| self.service_of(task).is_some_and(|(_, one)| may_use(self.account, one, self.group));
        let Some(task) = self.owner().filter(|task| self.is_taken() || is_users(task)) else {
            let is_free = self.is_in_owned_subnet() && !self.is_taken() && !self.is_claimed();
            return (is_free && self.past_owners(true).next().is_some()).then_some(Removal::Stale);
        };
        let (id, service) = self.service_of(task)?;
        if may_use(self.account, service, self.group) {
            return self.is_wrong_port(id, service, task).then_some(Removal::WrongPort);
        }
        let is_heirs = self.has_others_here(id, task) || self.is_initial();
        (!is_heirs && self.is_taken() && self.past_owners(false).any(|past| past != id)).then_some(Removal::Hijacked)
    }

    /// The ledger proves it, the address can be looked up, its heir is of its service's only deployment, and not even a
    /// task whose interface is gone lays claim to it.
    pub(crate) fn is_plain(&self) -> bool {
        let claims = |task: &Task| {
            task.last_status == TaskStatus::Deprovisioning && task.addresses().any(|address| address == self.target.ip)
        };
        let is_of_present = |task: &Task| {
            let deployments = self.service_of(task).into_iter().flat_map(|(_, service)| &service.deployments);
            task.started_by.as_ref().is_some_and(|id| deployments.into_iter().all(|one| one.id == *id))
        };
        self.removal().is_some_and(|why| why != Removal::WrongPort)
            && self.records().any(|record| self.is_proof(record))
            && self.account.subnets.iter().any(|subnet| subnet.contains(self.target.ip))
            && self.owner().is_none_or(is_of_present)
            && !self.account.tasks.values().any(claims)
    }

    fn is_in_place(&self) -> bool {
        let health = self.account.health.get(self.group).into_iter().flatten();
        let mut at_target = health.filter(|one| one.target == self.target);
        at_target.any(|one| one.state != TargetState::Draining && one.reason.as_deref() != Some("Target.NotRegistered"))
    }

    fn is_initial(&self) -> bool {
        let mut health = self.account.health.get(self.group).into_iter().flatten();
        health.any(|one| one.target == self.target && one.state == TargetState::Initial)
    }

    /// Another live task of the service is registered here: somebody does it on purpose.
    fn has_others_here(&self, id: &ServiceId, owner: &Task) -> bool {
        let health = || self.account.health.get(self.group).into_iter().flatten();
        let is_here = |ip: IpAddr| {
            health().any(|one| one.target.ip == ip && one.reason.as_deref() != Some("Target.NotRegistered"))
        };
        let tasks = self.account.tasks.values().filter(|task| is_of(task, id) && task.arn != owner.arn);
        tasks.filter(|task| task.last_status != TaskStatus::Stopped).any(|task| task.addresses().any(is_here))
    }

    /// A live task says that it has the address, whatever EC2 says. Where the ledger saw the target registered for a task of a
    /// user, only a user's task can have it rightly: anybody else's would have inherited the address.
    fn is_claimed(&self) -> bool {
        let is_recorded = self.records().any(|record| self.is_proof(record));
        let is_users =
            |task: &Task| self.service_of(task).is_some_and(|(_, service)| may_use(self.account, service, self.group));
        let claims = |task: &Task| {
            let is_live = !matches!(task.last_status, TaskStatus::Stopped | TaskStatus::Deprovisioning);
            is_live && task.addresses().any(|address| address == self.target.ip) && (!is_recorded || is_users(task))
        };
        self.account.tasks.values().any(claims)
    }

    fn is_taken(&self) -> bool {
        self.account.interfaces().iter().any(|one| one.addresses.contains(&self.target.ip))
    }

    /// The live task whose interface has the address.
    fn owner(&self) -> Option<&Task> {
        let has = |task: &&Task| {
            let mut interfaces = task.interfaces.iter().filter(|one| one.network_interface.is_some());
            task.last_status != TaskStatus::Stopped && interfaces.any(|one| one.addresses.contains(&self.target.ip))
        };
        self.account.tasks.values().find(has)
    }

    fn service_of(&self, task: &Task) -> Option<(&ServiceId, &Service)> {
        self.account.services.iter().find(|(id, _)| is_of(task, id))
    }

    fn is_in_owned_subnet(&self) -> bool {
        let mut subnets = self.account.subnets.iter().filter(|subnet| subnet.owner == Some(names::account()));
        subnets.any(|subnet| subnet.contains(self.target.ip))
    }

    fn records(&self) -> impl Iterator<Item = &Ownership> {
        self.account.records.get(self.group).into_iter().flatten()
    }

    fn is_proof(&self, record: &Ownership) -> bool {
        record.target == self.target
            && record.ended_at.is_none()
            && record.expires_at > names::now()
            && ServiceId::of(&record.service)
                .and_then(|id| self.account.services.get(&id))
                .is_some_and(|service| uses(self.account, service, self.group))
    }

    /// The services that use the group and of which a task is proved to have had the target. A stopped task proves that it
    /// had the address, which is enough where nothing has it now.
    fn past_owners(&self, is_free: bool) -> impl Iterator<Item = &ServiceId> {
        let users = self.account.services.iter().filter(|(_, service)| uses(self.account, service, self.group));
        users
            .filter(move |(id, service)| {
                let recorded = self
                    .records()
                    .any(|record| self.is_proof(record) && ServiceId::of(&record.service).as_ref() == Some(id));
                let mut stopped = self.account.tasks.values().filter(|task| is_of(task, id) && self.stopped_here(task));
                recorded || is_free && stopped.next().is_some() || self.exclusive && self.serves_from_here(service)
            })
            .map(|(id, _)| id)
    }

    /// It had the address, AWS still tells, and nothing was seen of the target's end since.
    fn stopped_here(&self, task: &Task) -> bool {
        let has = |ip: IpAddr| task.interfaces.iter().any(|one| one.addresses.contains(&ip));
        let ended = self.records().find(|record| record.target == self.target && record.ended_at.is_some());
        let came_later =
            |record: &Ownership| record.task != task.arn && task.started_at.is_some_and(|at| at > record.seen_at);
        task.last_status == TaskStatus::Stopped
            && !self.account.forgotten.contains(&task.arn)
            && has(self.target.ip)
            && ended.is_none_or(came_later)
    }

    fn serves_from_here(&self, service: &Service) -> bool {
        let networks = service.network.iter().chain(service.task_sets.iter().filter_map(|set| set.network.as_ref()));
        let mut subnets = networks.flat_map(|network| &network.subnets);
        let here =
            subnets.any(|id| self.account.subnets.iter().any(|one| one.id == *id && one.contains(self.target.ip)));
        here && ports(service, self.group).any(|port| port == self.target.port)
    }

    fn is_wrong_port(&self, id: &ServiceId, service: &Service, task: &Task) -> bool {
        let health = || self.account.health.get(self.group).into_iter().flatten();
        let right = |port: u16| Target { ip: self.target.ip, port };
        let is_served = |port: u16| health().any(|one| one.target == right(port) && one.state == TargetState::Healthy);
        let users = || self.account.services.values().filter(|one| may_use(self.account, one, self.group));
        let used_before = self.records().any(|record| {
            record.target.port == self.target.port && ServiceId::of(&record.service).as_ref() == Some(id)
        });
        let before = names::definition(&format!("{}:6", id.name));
        let mapped_before = self.account.definitions.get(&before).is_some_and(|it| it.maps_port(self.target.port));
        task.last_status == TaskStatus::Running
            && task.desired_status == TaskStatus::Running
            && ports(service, self.group).any(is_served)
            && users().all(|one| !one.in_flight() && ports(one, self.group).all(|port| port != self.target.port))
            && (used_before || mapped_before || self.exclusive)
    }
}

fn entries(service: &Service) -> impl Iterator<Item = &ServiceLoadBalancer> {
    service.load_balancers.iter().chain(service.task_sets.iter().flat_map(|set| &set.load_balancers))
}

fn ports(service: &Service, group: &TargetGroupArn) -> impl Iterator<Item = u16> {
    let of_group = entries(service).filter(|entry| names_group(entry, group));
    of_group.filter_map(|entry| entry.container_port)
}

fn names_group(entry: &ServiceLoadBalancer, group: &TargetGroupArn) -> bool {
    entry.target_group.as_ref() == Some(group) || entry.alternate_target_group.as_ref() == Some(group)
}

/// Does AWS say that it uses the group?
fn uses(account: &Account, service: &Service, group: &TargetGroupArn) -> bool {
    let mut revisions = service.current_revisions.iter().filter_map(|arn| account.revisions.get(arn));
    let in_revision = revisions.any(|one| {
        one.resolved_target_groups.contains(group) || one.load_balancers.iter().any(|entry| names_group(entry, group))
    });
    entries(service).any(|entry| names_group(entry, group)) || service.in_flight() && in_revision
}

/// May it, for all AWS says? A task of a service in flight may be of a deployment that did.
fn may_use(account: &Account, service: &Service, group: &TargetGroupArn) -> bool {
    let unknown =
        matches!(service.strategy, Strategy::Other(_)) || matches!(service.controller, DeploymentController::Other(_));
    let untold = service.in_flight() && service.current_revisions.is_empty();
    uses(account, service, group) || unknown || untold
}
