//! The tasks read so far, found by interface and by address.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use model::ec2::NetworkInterface;
use model::ecs::Task;
use model::id::{AttachmentId, ClusterArn, NetworkInterfaceId, TaskArn};
use model::observation::{Answer, Gap, Lookup, Observation, TaskList};
use model::scope::{Scope, ServiceId};
use rustc_hash::FxHashMap;

use super::owner::may_hide_its_address;
use super::task_index::GroupAgain;

/// An index over the tasks of an observation.
pub(crate) struct Tasks<'a> {
    observation: &'a Observation,
    all: Vec<&'a Task>,
    /// By cluster and service.
    live: FxHashMap<(&'a ClusterArn, &'a str), Vec<&'a Task>>,
    by_interface: FxHashMap<&'a NetworkInterfaceId, &'a Task>,
    stopped_at: FxHashMap<IpAddr, Vec<&'a Task>>,
    /// What only a dispute asks for, made when one does.
    claims: OnceCell<Claims<'a>>,
    /// Lists that were gone through, for one may be many services'.
    lists: RefCell<BTreeMap<TaskList, Rc<[Gap<'a>]>>>,
    /// Where one group is judged alone: it leads to the tasks that aren't among these.
    again: Option<GroupAgain<'a>>,
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
        Self::among(observation, observation.aws.task.values().filter_map(Answer::known).collect(), scope, None)
    }

    /// Indexes what a judgement of one group alone needs.
    pub(crate) fn of_group(observation: &'a Observation, scope: &Scope, again: GroupAgain<'a>) -> Self {
        Self::among(observation, again.tasks(observation), scope, Some(again))
    }

    fn among(observation: &'a Observation, all: Vec<&'a Task>, scope: &Scope, again: Option<GroupAgain<'a>>) -> Self {
        let (live, by_interface, stopped_at, claims, lists) = Default::default();
        let mut tasks = Self { observation, all, live, by_interface, stopped_at, claims, lists, again };
        for index in 0..tasks.all.len() {
            let task = tasks.all[index];
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
        // AWS may still name a stopped task's IPv4 address, and its IPv6 address no longer.
        let own = addresses.len();
        for told in told_by_event {
            if !addresses[..own].iter().any(|address| address.is_ipv4() == told.is_ipv4()) {
                addresses.push(*told);
            }
        }
        for address in addresses {
            self.stopped_at.entry(address).or_default().push(task);
        }
    }

    /// Asks for every task in this list, and tells what isn't read of them.
    pub(crate) fn gaps(&self, lookup: &Lookup<'a>, list: TaskList) -> Rc<[Gap<'a>]> {
        // What can't be read of another service's task is no gap of this one: then its own list tells.
        let by_cluster = lookup.listed_by_cluster(&list).map(|of_cluster| self.gaps_in(lookup, of_cluster));
        let is_readable = |gaps: &Rc<[Gap<'a>]>| !gaps.iter().any(|gap| matches!(gap, Gap::Unread(_)));
        by_cluster.filter(is_readable).unwrap_or_else(|| self.gaps_in(lookup, list))
    }

    fn gaps_in(&self, lookup: &Lookup<'a>, list: TaskList) -> Rc<[Gap<'a>]> {
        if let Some(gaps) = self.lists.borrow().get(&list) {
            return Rc::clone(gaps);
        }
        let gaps: Rc<[Gap<'a>]> = match lookup.tasks(&list) {
            Ok(arns) => {
                let gap = |arn: &TaskArn| lookup.task(&list.cluster, arn).err();
                match self.again.and_then(|again| again.still_to_ask(&list, arns)) {
                    Some(few) => few.into_iter().filter_map(gap).collect(),
                    None => arns.iter().filter_map(gap).collect(),
                }
            }
            Err(gap) => [gap].into(),
        };
        self.lists.borrow_mut().insert(list, Rc::clone(&gaps));
        gaps
    }

    /// The live task that has this interface.
    pub(crate) fn with_interface(&self, interface: &NetworkInterfaceId) -> Option<&'a Task> {
        let elsewhere = || self.read(self.again?.index.with_interface(interface)?).filter(|task| task.is_live());
        self.by_interface.get(interface).copied().or_else(elsewhere)
    }

    /// The live tasks of a service.
    pub(crate) fn of_service<'s>(&'s self, service: &'s ServiceId) -> Cow<'s, [&'a Task]> {
        let here = self.live.get(&(&service.cluster, &*service.name)).map_or(&[][..], Vec::as_slice);
        match self.again.filter(|again| !again.users.contains(service)) {
            None => Cow::Borrowed(here),
            Some(again) => {
                let indexed = again.index.of_service(service).iter().filter_map(|arn| self.read(arn));
                let all = indexed.filter(|task| task.is_live()).chain(here.iter().copied());
                Cow::Owned(all.map(|task| (&task.arn, task)).collect::<BTreeMap<_, _>>().into_values().collect())
            }
        }
    }

    /// What is known of a task that the index of a group judged alone leads to.
    fn read(&self, arn: &TaskArn) -> Option<&'a Task> {
        self.observation.aws.task.get(arn)?.known()
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
        let here = match interface.ecs_attachment() {
            Some(attachment) => self.claims().stopped_by_attachment.get(&attachment),
            None => self.claims().stopped_by_interface.get(&interface.id),
        };
        let elsewhere = || self.read(self.again?.index.attached_to(interface)?).filter(|task| !task.is_live());
        here.copied().or_else(elsewhere)
    }

    fn claims(&self) -> &Claims<'a> {
        self.claims.get_or_init(|| {
            let mut claims = Claims::default();
            self.all.iter().for_each(|task| claims.add(task));
            let elsewhere = self.again.map_or(&[][..], |again| again.index.without_address());
            let elsewhere = elsewhere.iter().filter_map(|arn| self.read(arn));
            claims.without_address.extend(elsewhere.filter(|task| may_hide_its_address(task)));
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
