//! A load balancer and its listeners.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ecs::open_enum;
use crate::id::{ListenerArn, LoadBalancerArn, LoadBalancerKind, SecurityGroupId, SubnetId, TargetGroupArn, VpcId};

/// A load balancer, as DescribeLoadBalancers tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadBalancer {
    /// Its ARN, which tells its kind and name too.
    pub arn: LoadBalancerArn,
    /// Whether it serves; absent where AWS doesn't say.
    pub state: Option<BalancerState>,
    /// AWS's description of that state.
    pub state_reason: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// The name that its clients look up.
    pub dns_name: Option<String>,
    /// Who can reach it.
    pub scheme: Scheme,
    /// Its VPC.
    pub vpc: Option<VpcId>,
    /// `ipv4`, `dualstack`, `dualstack-without-public-ipv4`.
    pub ip_address_type: Option<String>,
    /// The zones it serves.
    pub zones: Vec<BalancerZone>,
    /// Its security groups. Absent from a Network Load Balancer that was made without any: it can't be given some later,
    /// everything may reach it, and it may reach everything.
    pub security_groups: Option<Vec<SecurityGroupId>>,
    /// Whether traffic that comes through PrivateLink has to pass its groups' inbound rules
    /// (`EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic`); absent where it has no groups.
    pub filters_private_link: Option<bool>,
}

impl LoadBalancer {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> LoadBalancerKind {
        self.arn.kind()
    }

    /// Its security groups, if it has any.
    #[must_use]
    pub fn groups(&self) -> &[SecurityGroupId] {
        self.security_groups.as_deref().unwrap_or_default()
    }

    /// Does it serve IPv6 clients?
    #[must_use]
    pub fn is_dualstack(&self) -> bool {
        self.ip_address_type.as_deref().is_some_and(|kind| kind.starts_with("dualstack"))
    }
}

open_enum! {
    /// A balancer's state.
    BalancerState {
        /// It serves.
        Active = "active",
        /// It is being set up.
        Provisioning = "provisioning",
        /// It serves, but hasn't the resources it needs to scale.
        ActiveImpaired = "active_impaired",
        /// It couldn't be set up.
        Failed = "failed",
    }
}

open_enum! {
    /// Who can reach a balancer.
    Scheme {
        /// Its addresses are public.
        InternetFacing = "internet-facing",
        /// Its addresses are private to the VPC and the networks connected to it.
        Internal = "internal",
    }
}

/// A zone that a balancer serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalancerZone {
    /// The zone's name.
    pub name: String,
    /// The subnet the balancer has its interface in.
    pub subnet: Option<SubnetId>,
    /// Addresses inside the VPC that its maker chose for it. Those that AWS chose are told by its interfaces alone.
    pub addresses: Vec<IpAddr>,
    /// Its elastic IP addresses (`IpAddress` of a LoadBalancerAddress), to which clients send. What reaches targets comes from the
    /// clients' addresses or the balancer's private ones ("Client IP preservation" in the guide to Network Load Balancers).
    pub public_addresses: Vec<IpAddr>,
}

/// A listener, as DescribeListeners tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// Its ARN.
    pub arn: ListenerArn,
    /// `TCP`, `UDP`, `TLS`, `TCP_UDP`, `QUIC`, `TCP_QUIC`, `HTTP` …
    pub protocol: Option<String>,
    /// The port it listens on.
    pub port: Option<u16>,
    /// The groups its default action sends to.
    pub forwards: Vec<Forward>,
}

/// A group that a listener sends to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forward {
    /// The group.
    pub target_group: TargetGroupArn,
    /// Its share of what is sent; none goes to a weight of 0. Absent where no weights are given.
    pub weight: Option<u32>,
}

impl Forward {
    /// To this group, without weights.
    #[must_use]
    pub const fn to(target_group: TargetGroupArn) -> Self {
        Self { target_group, weight: None }
    }
}

impl Listener {
    /// Does its default action name this group, with whatever weight?
    #[must_use]
    pub fn names(&self, group: &TargetGroupArn) -> bool {
        self.forwards.iter().any(|forward| forward.target_group == *group)
    }
}

/// A rule of a listener, as DescribeRules tells it. The default rule does what the listener's default action says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenerRule {
    /// Its ARN.
    pub arn: String,
    /// Is it the rule for whatever no other rule matches?
    pub is_default: bool,
    /// The groups it sends to.
    pub forwards: Vec<Forward>,
}
