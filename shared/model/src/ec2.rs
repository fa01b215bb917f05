//! What EC2 has: network interfaces and subnets.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::id::{AccountId, AttachmentId, NetworkInterfaceId, SecurityGroupId, SubnetId, VpcId};

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
}

/// A subnet, as DescribeSubnets tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subnet {
    /// Its id.
    pub id: SubnetId,
    /// Its VPC.
    pub vpc: VpcId,
    /// The account it belongs to. In a subnet shared by another account its interfaces can't be seen.
    pub owner: AccountId,
    /// Its ranges, IPv4 and IPv6.
    pub ranges: Vec<IpNet>,
    /// Addresses free, as EC2 counts.
    pub free_addresses: u32,
}

impl Subnet {
    /// Is the address in one of its ranges?
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|range| range.contains(&address))
    }
}
