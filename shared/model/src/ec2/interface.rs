//! A network interface.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::ecs::{Tags, open_enum};
use crate::id::{AttachmentId, LoadBalancerArn, NetworkInterfaceId, SecurityGroupId, SubnetId, VpcId};

/// A network interface, as DescribeNetworkInterfaces tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkInterface {
    /// Its id.
    pub id: NetworkInterfaceId,
    /// Its VPC.
    pub vpc: VpcId,
    /// Its subnet.
    pub subnet: Option<SubnetId>,
    /// What made it says so here: `arn:aws:ecs:…:attachment/ID`, `ELB net/NAME/ID` …
    pub description: String,
    /// What kind it is.
    pub interface_type: InterfaceType,
    /// Primary and secondary addresses, IPv4 and IPv6.
    pub addresses: Vec<IpAddr>,
    /// Delegated prefixes: it has every address in them.
    pub prefixes: Vec<IpNet>,
    /// Its security groups.
    pub security_groups: Vec<SecurityGroupId>,
    /// Those of its tags that this program goes by.
    pub tags: Tags,
}

open_enum! {
    /// What kind of interface it is, as far as a task may have it. Others are a balancer's, a function's, a gateway's …
    InterfaceType {
        /// One like any other.
        Interface = "interface",
        /// One of several that share a trunk.
        Branch = "branch",
        /// What branches share.
        Trunk = "trunk",
    }
}

impl NetworkInterface {
    /// Does it have this address: primary, secondary, or inside a delegated prefix?
    #[must_use]
    pub fn has(&self, address: IpAddr) -> bool {
        self.addresses.contains(&address) || self.prefixes.iter().any(|prefix| prefix.contains(&address))
    }

    /// The ECS attachment it was made for, if it says so. ECS describes its interfaces by the attachment's ARN.
    #[must_use]
    pub fn ecs_attachment(&self) -> Option<AttachmentId> {
        let rest = self.description.strip_prefix("arn:")?;
        let (_partition, rest) = rest.split_once(':')?;
        rest.strip_prefix("ecs:")?.rsplit_once(":attachment/").and_then(|(_, id)| id.parse().ok())
    }

    /// Is it one of this load balancer's? Elastic Load Balancing describes its interfaces by the end of the balancer's ARN,
    /// `ELB net/NAME/ID`.
    #[must_use]
    pub fn is_of_balancer(&self, balancer: &LoadBalancerArn) -> bool {
        self.description.strip_prefix("ELB ").is_some_and(|path| path == balancer.path())
    }
}
