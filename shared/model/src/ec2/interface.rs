//! A network interface.

use std::net::IpAddr;

use ipnet::IpNet;

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
    /// `interface`, `nat_gateway`, `vpc_endpoint`, `lambda` …
    pub interface_type: String,
    /// An AWS service made it and manages it.
    pub requester_managed: bool,
    /// `available`, `associated`, `attaching`, `in-use`, `detaching`.
    pub status: Option<String>,
    /// Primary and secondary addresses, IPv4 and IPv6.
    pub addresses: Vec<IpAddr>,
    /// Delegated prefixes: it has every address in them.
    pub prefixes: Vec<IpNet>,
    /// Its security groups.
    pub security_groups: Vec<SecurityGroupId>,
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
