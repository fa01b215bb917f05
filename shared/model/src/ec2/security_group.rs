//! A security group and its rules, see "Security group rules" in the Amazon VPC guide.

use std::fmt;
use std::ops::RangeInclusive;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::ecs::Tags;
use crate::id::{AccountId, PrefixListId, SecurityGroupId, VpcId};

/// A security group, as DescribeSecurityGroups tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityGroup {
    /// Its id.
    pub id: SecurityGroupId,
    /// Its VPC.
    pub vpc: VpcId,
    /// `GroupName`, unique in its VPC; `default` is the VPC's default group.
    pub name: String,
    /// The account it belongs to, if EC2 says so. In a shared VPC it may be another's.
    pub owner: Option<AccountId>,
    /// Its tags.
    pub tags: Tags,
    /// What it lets in. Rules only ever allow; what no rule allows is blocked.
    pub ingress: Vec<SecurityGroupRule>,
    /// What it lets out.
    pub egress: Vec<SecurityGroupRule>,
}

impl SecurityGroup {
    /// Is it the default group of its VPC, which EC2 gives to whatever names no group?
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.name == "default"
    }
}

/// One `IpPermission`: a protocol and ports, allowed for each of its peers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityGroupRule {
    /// Its protocol.
    pub protocol: Protocol,
    /// Its ports; absent where it is for all, as for every protocol without ports.
    pub ports: Option<PortRange>,
    /// Where traffic may come from (ingress) or go to (egress).
    pub peers: Vec<Peer>,
}

impl SecurityGroupRule {
    /// Does it allow this port of this protocol?
    #[must_use]
    pub fn covers(&self, protocol: &Protocol, port: u16) -> bool {
        match &self.protocol {
            Protocol::All => true,
            own => own == protocol && self.ports.is_none_or(|ports| ports.contains(port)),
        }
    }
}

/// A security group of one VPC that is associated with another, as DescribeSecurityGroupVpcAssociations tells it: interfaces in
/// either can have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityGroupAssociation {
    /// The group.
    pub group: SecurityGroupId,
    /// The VPC that it is associated with.
    pub vpc: VpcId,
    /// `associating`, `associated`, `association-failed`, `disassociating` …
    pub state: String,
}

impl SecurityGroupAssociation {
    /// Can interfaces in the VPC have the group?
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.state == "associated"
    }
}

/// The protocol of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// `-1`: every protocol, and so every port.
    All,
    /// `tcp`, 6.
    Tcp,
    /// `udp`, 17.
    Udp,
    /// `icmp`, 1.
    Icmp,
    /// `icmpv6`, 58.
    Icmpv6,
    /// Another, by its number or name.
    Other(String),
}

impl From<&str> for Protocol {
    fn from(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "-1" | "all" => Self::All,
            "tcp" | "6" => Self::Tcp,
            "udp" | "17" => Self::Udp,
            "icmp" | "1" => Self::Icmp,
            "icmpv6" | "58" => Self::Icmpv6,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl Protocol {
    /// The protocol as EC2 writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::All => "-1",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Icmp => "icmp",
            Self::Icmpv6 => "icmpv6",
            Self::Other(text) => text,
        }
    }

    /// Do its rules have ports? All ports of any other protocol are open or shut together.
    #[must_use]
    pub const fn has_ports(&self) -> bool {
        matches!(self, Self::Tcp | Self::Udp)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Ports from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortRange {
    /// The first.
    pub from: u16,
    /// The last.
    pub to: u16,
}

impl PortRange {
    /// Just this port.
    #[must_use]
    pub const fn only(port: u16) -> Self {
        Self { from: port, to: port }
    }

    /// Is the port one of them?
    #[must_use]
    pub const fn contains(self, port: u16) -> bool {
        self.from <= port && port <= self.to
    }

    /// All of them.
    #[must_use]
    pub const fn ports(self) -> RangeInclusive<u16> {
        self.from..=self.to
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to { write!(f, "{}", self.from) } else { write!(f, "{}-{}", self.from, self.to) }
    }
}

/// The other side of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// A range of addresses, IPv4 or IPv6.
    Range(IpNet),
    /// Whatever has this group.
    Group(GroupReference),
    /// Every range in this list.
    PrefixList(PrefixListId),
}

/// A rule's reference to a group: of its own VPC, or of one that is peered with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupReference {
    /// The group.
    pub group: SecurityGroupId,
    /// The account it belongs to, if EC2 says.
    pub owner: Option<AccountId>,
    /// Its VPC, if it is another than the rule's.
    pub vpc: Option<VpcId>,
    /// `active`, `deleted` …, the state of the peering connection, for a group of another VPC.
    pub peering_status: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(protocol: &str, ports: Option<(u16, u16)>) -> SecurityGroupRule {
        let ports = ports.map(|(from, to)| PortRange { from, to });
        SecurityGroupRule { protocol: protocol.into(), ports, peers: vec![] }
    }

    #[test]
    fn a_rule_covers_its_protocols_ports() {
        assert!(rule("tcp", Some((80, 90))).covers(&Protocol::Tcp, 90));
        assert!(!rule("tcp", Some((80, 90))).covers(&Protocol::Tcp, 91));
        assert!(!rule("tcp", Some((80, 90))).covers(&Protocol::Udp, 80));
        assert!(rule("6", None).covers(&Protocol::Tcp, 1));
        assert!(rule("-1", Some((80, 80))).covers(&Protocol::Udp, 53), "all protocols are all ports");
        assert!(!rule("50", None).covers(&Protocol::Tcp, 50));
    }
}
