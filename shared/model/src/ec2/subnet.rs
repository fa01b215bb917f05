//! Subnets, and the network ACLs at their borders.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{PortRange, Protocol};
use crate::id::{AccountId, SubnetId, VpcId};

/// A subnet, as DescribeSubnets tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subnet {
    /// Its id.
    pub id: SubnetId,
    /// Its VPC.
    pub vpc: VpcId,
    /// The account it belongs to, if EC2 says so. In a subnet shared by another account its interfaces can't be seen.
    pub owner: Option<AccountId>,
    /// The Availability Zone it is in, by its name in this account.
    pub zone: Option<String>,
    /// Its ranges, IPv4 and IPv6.
    pub ranges: Vec<IpNet>,
    /// Addresses free, as EC2 counts.
    pub free_addresses: u32,
}

impl Subnet {
    /// The Availability Zone of the subnet of this id, if it is among these and its zone is known.
    #[must_use]
    pub fn zone_of<'s>(subnets: &'s [Self], id: &SubnetId) -> Option<&'s str> {
        subnets.iter().find(|subnet| subnet.id == *id)?.zone.as_deref()
    }

    /// Is the address in one of its ranges?
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|range| range.contains(&address))
    }
}

/// A network ACL, as DescribeNetworkAcls tells it: what may pass into and out of its subnets. It keeps no state, so that answers
/// must be allowed too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkAcl {
    /// Its id, `acl-…`.
    pub id: String,
    /// Its VPC.
    pub vpc: VpcId,
    /// The subnets that have it. A subnet has one.
    pub subnets: Vec<SubnetId>,
    /// Its entries by number, those into the subnets first. The first that matches decides; what none matches is denied.
    pub entries: Vec<NetworkAclEntry>,
}

/// An entry of a network ACL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkAclEntry {
    /// Its number. AWS's own last ones, which deny everything, have 32767 (IPv4) and 32768 (IPv6).
    pub number: u32,
    /// Is it about what leaves the subnets?
    pub egress: bool,
    /// Does it allow, or deny?
    pub allow: bool,
    /// The protocol.
    pub protocol: Protocol,
    /// The addresses on the other side.
    pub range: IpNet,
    /// The ports at the receiver; absent for all of them.
    pub ports: Option<PortRange>,
}
