//! A subnet.

use std::net::IpAddr;

use ipnet::IpNet;

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
    /// Is the address in one of its ranges?
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|range| range.contains(&address))
    }
}
