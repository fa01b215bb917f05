//! Judging one target group again by itself, right before it is changed and after.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use model::ec2::NetworkInterface;
use model::ecs::Task;
use model::id::{AttachmentId, ClusterArn, NetworkInterfaceId, TargetGroupArn, TaskArn};
use model::observation::{Answer, Observation, TaskList};
use model::scope::{Scope, ServiceId, TaskHint};
use rustc_hash::FxHashMap;

use super::owner::may_hide_its_address;

/// A target group that was judged with others and is to be judged again by itself.
#[derive(Debug, Clone, Copy)]
pub struct GroupAgain<'a> {
    /// The group.
    pub group: &'a TargetGroupArn,
    /// The services that were found to use it.
    pub users: &'a BTreeSet<ServiceId>,
    /// The clusters whose tasks were listed in one, not service by service: [`Judgement::listed`](crate::Judgement::listed).
    pub listed: &'a BTreeSet<ClusterArn>,
    /// The tasks that were read when all were judged.
    pub index: &'a TaskIndex<'a>,
    /// Those of them that were asked for again since, in vain.
    pub unread: &'a BTreeSet<TaskArn>,
}

/// The tasks of an observation by what leads to them. They are gone through once, however many groups are judged again.
#[derive(Debug)]
pub struct TaskIndex<'a> {
    observation: &'a Observation,
    by_service: FxHashMap<(&'a ClusterArn, &'a str), Vec<&'a TaskArn>>,
    by_address: FxHashMap<IpAddr, Vec<&'a TaskArn>>,
    by_interface: FxHashMap<&'a NetworkInterfaceId, &'a TaskArn>,
    by_attachment: FxHashMap<&'a AttachmentId, &'a TaskArn>,
    without_address: Vec<&'a TaskArn>,
    /// What events told of the tasks of each service.
    hints: FxHashMap<(&'a ClusterArn, &'a str), Vec<(&'a TaskArn, &'a TaskHint)>>,
    /// Of each list, the tasks that weren't read.
    unread: BTreeMap<&'a TaskList, Vec<&'a TaskArn>>,
}

impl<'a> TaskIndex<'a> {
    /// Indexes what was read about `scope`, whose events tell addresses too.
    #[must_use]
    pub fn of(observation: &'a Observation, scope: &'a Scope) -> Self {
        let (by_service, by_address, by_interface, by_attachment) = Default::default();
        let (without_address, hints, unread) = Default::default();
        let mut index =
            Self { observation, by_service, by_address, by_interface, by_attachment, without_address, hints, unread };
        for task in observation.aws.task.all_known().map(|(_, task)| task) {
            if let Some(name) = task.service_name() {
                index.by_service.entry((&task.cluster, name)).or_default().push(&task.arn);
            }
            let told_by_event = scope.tasks.get(&task.arn).map_or(&[][..], |hint| &hint.addresses);
            for address in task.addresses().chain(told_by_event.iter().copied()) {
                index.by_address.entry(address).or_default().push(&task.arn);
            }
            for interface in &task.interfaces {
                index.by_attachment.insert(&interface.attachment, &task.arn);
                index.by_interface.extend(interface.network_interface.as_ref().map(|id| (id, &task.arn)));
            }
            if may_hide_its_address(task) {
                index.without_address.push(&task.arn);
            }
        }
        for (arn, hint) in &scope.tasks {
            let service = match observation.aws.task.known(arn) {
                Some(task) => task.service_name().map(|name| (&task.cluster, name)),
                None => hint.service.as_ref().map(|service| (&service.cluster, &*service.name)),
            };
            if let Some(service) = service {
                index.hints.entry(service).or_default().push((arn, &**hint));
            }
        }
        let is_unread = |arn: &&TaskArn| matches!(observation.aws.task.get(*arn), None | Some(Answer::Unread(_)));
        for (list, arns) in observation.aws.tasks.iter() {
            let unread = arns.known().into_iter().flatten().filter(is_unread);
            index.unread.insert(list, unread.collect());
        }
        index
    }

    /// The tasks of a service.
    pub(crate) fn of_service<'s>(&'s self, service: &'s ServiceId) -> &'s [&'a TaskArn] {
        self.by_service.get(&(&service.cluster, &*service.name)).map_or(&[], Vec::as_slice)
    }

    /// What events told of the tasks of a service.
    pub(crate) fn hints<'s>(&'s self, service: &'s ServiceId) -> &'s [(&'a TaskArn, &'a TaskHint)] {
        self.hints.get(&(&service.cluster, &*service.name)).map_or(&[], Vec::as_slice)
    }

    /// The tasks that have or had this address.
    #[must_use]
    pub fn at(&self, address: IpAddr) -> &[&'a TaskArn] {
        self.by_address.get(&address).map_or(&[], Vec::as_slice)
    }

    /// The task that has or had this interface by its id.
    pub(crate) fn with_interface(&self, interface: &NetworkInterfaceId) -> Option<&'a TaskArn> {
        self.by_interface.get(interface).copied()
    }

    /// The task that has or had this interface, by its attachment if it is described by one.
    pub(crate) fn attached_to(&self, interface: &NetworkInterface) -> Option<&'a TaskArn> {
        match interface.ecs_attachment() {
            Some(attachment) => self.by_attachment.get(&attachment).copied(),
            None => self.with_interface(&interface.id),
        }
    }

    /// RUNNING tasks whose description tells no address.
    pub(crate) fn without_address(&self) -> &[&'a TaskArn] {
        &self.without_address
    }
}

impl<'a> GroupAgain<'a> {
    /// The tasks that a judgement of this group alone needs, beside those that the index leads to: those of its users, those at its
    /// targets, and those that were read since the index was made.
    pub(crate) fn tasks(&self, observation: &'a Observation) -> Vec<&'a Task> {
        let targets = observation.aws.target_health.get(self.group).and_then(Answer::known);
        let at_targets = targets.into_iter().flatten().flat_map(|one| self.index.at(one.target.ip)).copied();
        let of_users = self.users.iter().flat_map(|user| self.index.of_service(user)).copied();
        let arns: BTreeSet<&TaskArn> = of_users.chain(at_targets).collect();
        let indexed = arns.into_iter().filter_map(|arn| observation.aws.task.get(arn));
        indexed.chain(self.since(observation)).filter_map(Answer::known).collect()
    }

    /// What was answered of tasks that nobody had asked for when the index was made. It is rare that there are any.
    fn since(&self, observation: &'a Observation) -> impl Iterator<Item = &'a Answer<Task>> {
        let before = &self.index.observation.aws.task;
        let has_more = observation.aws.task.len() != before.len();
        let tasks = has_more.then(|| observation.aws.task.iter()).into_iter().flatten();
        tasks.filter(|(arn, _)| !before.contains_key(*arn)).map(|(_, answer)| answer)
    }

    /// The tasks of a list that may be unread now. `None` if the list wasn't read before.
    pub(crate) fn still_to_ask(&self, list: &TaskList, arns: &'a [TaskArn]) -> Option<Vec<&'a TaskArn>> {
        let before = self.index.unread.get(list)?.iter().copied();
        let since = self.unread.iter().filter(|arn| arns.contains(arn));
        Some(before.chain(since).collect())
    }
}
