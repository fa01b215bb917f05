//! A task in another VPC than the target group it belongs in, as behind a peering connection.
//!
//! Elastic Load Balancing takes such a target if it is told so ("Target type" in the guide to Network Load Balancers); where it
//! can't be reached from the group's VPC, it stays unhealthy.

use std::net::IpAddr;

use model::ecs::Task;
use model::elb::TargetGroup;
use model::id::VpcId;
use model::observation::Lookup;

/// The VPCs of a target group and of a task elsewhere.
pub(crate) struct OtherVpc<'a> {
    /// The group's.
    pub(crate) of_group: &'a VpcId,
    /// The task's, if it can be read.
    pub(crate) of_task: Option<&'a VpcId>,
}

impl<'a> OtherVpc<'a> {
    /// The VPCs, if the task's address lies outside all subnets of the group's VPC. What can't be read is taken for
    /// inside: nothing rests on it but how Elastic Load Balancing is told.
    pub(crate) fn of(lookup: &Lookup<'a>, group: &'a TargetGroup, task: &Task, ip: IpAddr) -> Option<Self> {
        let of_group = group.vpc.as_ref()?;
        if lookup.subnets(of_group).ok()?.iter().any(|subnet| subnet.contains(ip)) {
            return None;
        }
        let attached = task.interface_at(ip)?;
        let interface = lookup.interface(attached.network_interface.as_ref()?, attached.subnet.as_ref());
        Some(Self { of_group, of_task: interface.ok().flatten().map(|interface| &interface.vpc) })
    }

    /// As part of a sentence about the task.
    pub(crate) fn in_words(&self) -> String {
        match self.of_task {
            Some(of_task) => format!(" (the task is in {of_task}, the target group in {})", self.of_group),
            None => format!(" (the task is outside the target group's {})", self.of_group),
        }
    }
}
