//! The tasks read so far, found by interface and by address.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use model::ec2::NetworkInterface;
use model::ecs::Task;
use model::id::{AttachmentId, ClusterArn, NetworkInterfaceId};
use model::observation::{Answer, Gap, Lookup, Observation, TaskList};
use model::scope::{Scope, ServiceId};
use rustc_hash::FxHashMap;

use super::owner::may_hide_its_address;

/// An index over the tasks of an observation.
pub(crate) struct Tasks<'a> {
    observation: &'a Observation,
    /// By cluster and service.
    live: FxHashMap<(&'a ClusterArn, &'a str), Vec<&'a Task>>,
    by_interface: FxHashMap<&'a NetworkInterfaceId, &'a Task>,
    stopped_at: FxHashMap<IpAddr, Vec<&'a Task>>,
    /// What only a dispute asks for, made when one does.
    claims: OnceCell<Claims<'a>>,
    /// Lists that were gone through, for one may be many services'.
    lists: RefCell<BTreeMap<TaskList, Rc<[Gap<'a>]>>>,
}

/// What ECS says of who has an address or an interface.
#[derive(Default)]
struct Claims<'a> {
    live_at: FxHashMap<IpAddr, Vec<&'a Task>>,
    without_address: Vec<&'a Task>,
    stopped_by_attachment: FxHashMap<&'a AttachmentId, &'a Task>,
    stopped_by_interface: FxHashMap<&'a NetworkInterfaceId, &'a Task>,
}

impl<'a> Tasks<'a> {
    /// Indexes what was read. The events in `scope` add the address of a stopped task that AWS no longer tells; that the
    /// task existed and is stopped is still AWS's word.
    pub(crate) fn of(observation: &'a Observation, scope: &Scope) -> Self {
        let (live, by_interface, stopped_at, claims, lists) = Default::default();
        let mut tasks = Self { observation, live, by_interface, stopped_at, claims, lists };
        for task in all(observation) {
            if task.is_live() {
                if let Some(name) = task.service_name() {
                    tasks.live.entry((&task.cluster, name)).or_default().push(task);
                }
                for interface in task.interfaces.iter().filter_map(|one| one.network_interface.as_ref()) {
                    tasks.by_interface.insert(interface, task);
                }
            } else {
                tasks.add_stopped(task, scope.tasks.get(&task.arn).map_or(&[], |hint| &hint.addresses));
            }
        }
        tasks
    }

    fn add_stopped(&mut self, task: &'a Task, told_by_event: &[IpAddr]) {
        let mut addresses: Vec<IpAddr> = task.addresses().collect();
        if addresses.is_empty() {
            addresses.extend(told_by_event);
        }
        for address in addresses {
            self.stopped_at.entry(address).or_default().push(task);
        }
    }

    /// Asks for every task in this list, and tells what isn't read of them.
    pub(crate) fn gaps(&self, lookup: &Lookup<'a>, list: TaskList) -> Rc<[Gap<'a>]> {
        if let Some(gaps) = self.lists.borrow().get(&list) {
            return Rc::clone(gaps);
        }
        let gaps: Rc<[Gap<'a>]> = match lookup.tasks(&list) {
            Ok(arns) => arns.iter().filter_map(|arn| lookup.task(&list.cluster, arn).err()).collect(),
            Err(gap) => [gap].into(),
        };
        self.lists.borrow_mut().insert(list, Rc::clone(&gaps));
        gaps
    }

    /// The live task that has this interface.
    pub(crate) fn with_interface(&self, interface: &NetworkInterfaceId) -> Option<&'a Task> {
        self.by_interface.get(interface).copied()
    }

    /// The live tasks of a service.
    pub(crate) fn of_service<'s>(&'s self, service: &'s ServiceId) -> &'s [&'a Task] {
        self.live.get(&(&service.cluster, &*service.name)).map_or(&[], Vec::as_slice)
    }

    /// Stopped tasks that had this address.
    pub(crate) fn stopped_at(&self, address: IpAddr) -> &[&'a Task] {
        self.stopped_at.get(&address).map_or(&[], Vec::as_slice)
    }

    /// Live tasks that have this address by ECS's word, whatever EC2 says.
    pub(crate) fn live_at(&self, address: IpAddr) -> &[&'a Task] {
        self.claims().live_at.get(&address).map_or(&[], Vec::as_slice)
    }

    /// RUNNING tasks without an address: those of another network mode, and those in awsvpc mode that ECS described without
    /// their attachment.
    pub(crate) fn without_address(&self) -> &[&'a Task] {
        &self.claims().without_address
    }

    /// The stopped task whose interface this is. ECS describes an interface by its attachment; where it doesn't, the
    /// interface's own id tells.
    pub(crate) fn stopped_with(&self, interface: &NetworkInterface) -> Option<&'a Task> {
        match interface.ecs_attachment() {
            Some(attachment) => self.claims().stopped_by_attachment.get(&attachment),
            None => self.claims().stopped_by_interface.get(&interface.id),
        }
        .copied()
    }

    fn claims(&self) -> &Claims<'a> {
        self.claims.get_or_init(|| {
            let mut claims = Claims::default();
            all(self.observation).for_each(|task| claims.add(task));
            claims
        })
    }
}

impl<'a> Claims<'a> {
    fn add(&mut self, task: &'a Task) {
        if !task.is_live() {
            for interface in &task.interfaces {
                self.stopped_by_attachment.insert(&interface.attachment, task);
                self.stopped_by_interface.extend(interface.network_interface.as_ref().map(|id| (id, task)));
            }
            return;
        }
        for address in task.addresses() {
            self.live_at.entry(address).or_default().push(task);
        }
        if may_hide_its_address(task) {
            self.without_address.push(task);
        }
    }
}

fn all(observation: &Observation) -> impl Iterator<Item = &Task> {
    observation.task.values().filter_map(Answer::known)
}
