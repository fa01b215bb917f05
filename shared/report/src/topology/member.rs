//! One member of a target group, before those that are alike are put together.

use std::net::IpAddr;

use model::ec2::NetworkInterface;
use model::ecs::{Task, TaskStatus};
use model::elb::{Target, TargetHealth};
use model::id::{NetworkInterfaceId, TaskArn};
use model::scope::ServiceId;

use super::known::Known;
use super::{DrawnFault, Lane, Node};

/// A member, with the ids by which findings name it.
#[derive(Debug, Clone)]
pub(super) struct DrawnMember {
    pub(super) at: Option<Target>,
    pub(super) task_arn: Option<TaskArn>,
    pub(super) interface_id: Option<NetworkInterfaceId>,
    pub(super) lane: Lane,
}

impl DrawnMember {
    /// A registered target, with whoever has its address. `own` is the service the picture is of.
    pub(super) fn registered(
        health: &TargetHealth,
        (task, interface): (Option<&Task>, Option<&NetworkInterface>),
        own: Option<&ServiceId>,
    ) -> Self {
        let detail = match &health.reason {
            Some(reason) => format!("{}, {reason}", health.state.as_str()),
            None => health.state.as_str().to_owned(),
        };
        let target = Node::new(health.target.to_string(), detail);
        Self { at: Some(health.target), ..Self::new(Some(target), task, interface, Some(health.target.ip), own) }
    }

    /// A task that no target was seen for.
    pub(super) fn unregistered(
        known: &Known<'_>,
        task: &Task,
        address: Option<IpAddr>,
        own: Option<&ServiceId>,
    ) -> Self {
        Self::new(None, Some(task), known.interface_of(task, address), address, own)
    }

    fn new(
        target: Option<Node>,
        task: Option<&Task>,
        interface: Option<&NetworkInterface>,
        address: Option<IpAddr>,
        own: Option<&ServiceId>,
    ) -> Self {
        let attached = task.and_then(|task| match address {
            Some(address) => task.interface_at(address),
            None => task.interfaces.first(),
        });
        let interface_id = interface
            .map(|interface| interface.id.clone())
            .or_else(|| attached.and_then(|attached| attached.network_interface.clone()));
        let mut security_groups: Vec<String> =
            interface.into_iter().flat_map(|interface| &interface.security_groups).map(ToString::to_string).collect();
        security_groups.sort();
        let lane = Lane {
            count: 1,
            target,
            task: task.map(|task| task_node(task, own)),
            interface: interface_id.as_ref().map(|id| interface_node(id, interface, task.is_some())),
            security_groups,
            lacks: Vec::new(),
            stop: None,
        };
        Self { at: None, task_arn: task.map(|task| task.arn.clone()), interface_id, lane }
    }

    /// Something is wrong with its target; `shown` is drawn as missing if it has none.
    pub(super) fn blame_target(&mut self, shown: Target, fault: DrawnFault) {
        let target = self.lane.target.get_or_insert_with(|| Node::new(shown.to_string(), "not registered").missing());
        if fault.rule == "target-stale" && self.lane.task.is_none() && self.lane.interface.is_none() {
            self.lane.task = Some(Node::new("no task", "nothing has this address").missing());
        }
        target.blame(fault);
    }
}

fn task_node(task: &Task, own: Option<&ServiceId>) -> Node {
    let mut words = Vec::new();
    // Whose it is, is said where it isn't clear.
    let is_own = own.is_some_and(|own| task.service_name() == Some(&own.name) && task.cluster == own.cluster);
    if !is_own {
        words.push(match (task.service_name(), &task.group) {
            (Some(service), _) => format!("of {}/{service}", task.cluster.name()),
            (None, Some(group)) => format!("standalone, {group}"),
            (None, None) => "standalone".to_owned(),
        });
    }
    if is_own || !task.is_serving() {
        words.push(task.last_status.as_str().to_owned());
    }
    if task.desired_status != task.last_status && task.desired_status != TaskStatus::Running {
        words.push(format!("to be {}", task.desired_status.as_str()));
    }
    let detail = words.join(", ");
    Node::new(task.arn.id(), detail)
}

fn interface_node(id: &NetworkInterfaceId, interface: Option<&NetworkInterface>, of_task: bool) -> Node {
    let detail = match interface {
        Some(interface) if !of_task && !interface.description.is_empty() => interface.description.clone(),
        Some(interface) if !of_task => interface.interface_type.to_string(),
        Some(NetworkInterface { subnet: Some(subnet), .. }) => subnet.to_string(),
        _ => String::new(),
    };
    Node::new(id.as_str(), detail)
}
