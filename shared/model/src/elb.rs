//! What Elastic Load Balancing has: target groups, targets and their health.

use std::cmp::Ordering;
use std::fmt;
use std::net::IpAddr;

use crate::ecs::open_enum;
use crate::id::{LoadBalancerArn, LoadBalancerKind, TargetGroupArn, VpcId};

/// A target group, as DescribeTargetGroups tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: TargetGroupArn,
    /// What its targets are.
    pub target_type: TargetType,
    /// `TCP`, `UDP`, `TLS`, `TCP_UDP`, `QUIC`, `TCP_QUIC`, `HTTP` …
    pub protocol: Option<String>,
    /// Its default port, which a target's own port overrides.
    pub port: Option<u16>,
    /// Its VPC.
    pub vpc: Option<VpcId>,
    /// Which of a task's addresses belongs in it.
    pub ip_version: IpVersion,
    /// The balancers it hangs on.
    pub load_balancers: Vec<LoadBalancerArn>,
}

impl TargetGroup {
    /// Does it hang on a balancer of this kind?
    #[must_use]
    pub fn is_behind(&self, kind: LoadBalancerKind) -> bool {
        self.load_balancers.iter().any(|arn| arn.kind() == kind)
    }

    /// Do targets need a QUIC server id, which can't be invented?
    #[must_use]
    pub fn is_quic(&self) -> bool {
        matches!(self.protocol.as_deref(), Some("QUIC" | "TCP_QUIC"))
    }
}

open_enum! {
    /// What the targets of a group are.
    TargetType {
        /// EC2 instances.
        Instance = "instance",
        /// Addresses; what awsvpc tasks need.
        Ip = "ip",
        /// A Lambda function.
        Lambda = "lambda",
        /// An Application Load Balancer.
        Alb = "alb",
    }
}

/// A target group's `ipAddressType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IpVersion {
    /// `ipv4`
    Ipv4,
    /// `ipv6`
    Ipv6,
}

impl IpVersion {
    /// The version of an address.
    #[must_use]
    pub const fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::Ipv4 } else { Self::Ipv6 }
    }
}

/// An address and a port in one target group.
#[derive(Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Target {
    /// The address, parsed: two spellings of one IPv6 address are one target.
    pub ip: IpAddr,
    /// The port.
    pub port: u16,
}

impl PartialOrd for Target {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Target {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.ip, self.port).cmp(&(other.ip, other.port))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&std::net::SocketAddr::new(self.ip, self.port), f)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What DescribeTargetHealth says of one target. A target that isn't an address is not kept: it can't be a task's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetHealth {
    /// The target.
    pub target: Target,
    /// Its state.
    pub state: TargetState,
    /// Why, as a code: `Target.NotInUse`, `Elb.RegistrationInProgress` …
    pub reason: Option<String>,
}

open_enum! {
    /// A target's state.
    TargetState {
        /// Being registered, or its first health checks are running.
        Initial = "initial",
        /// Serving.
        Healthy = "healthy",
        /// Failing its health check.
        Unhealthy = "unhealthy",
        /// Ambiguous: not registered, or registered and not served. See [`TargetHealth::is_registered`].
        Unused = "unused",
        /// Being deregistered.
        Draining = "draining",
        /// Health checks are off.
        Unavailable = "unavailable",
        /// Failing, and being taken out of service.
        UnhealthyDraining = "unhealthy.draining",
    }
}

impl TargetHealth {
    /// Is it in the group at all? `unused` with `Target.NotRegistered` is absence.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        !(self.state == TargetState::Unused && self.reason.as_deref() == Some("Target.NotRegistered"))
    }

    /// Is it being deregistered? A draining target is neither removed again nor registered over.
    /// `unhealthy.draining` is another thing: a registered target whose connections are being moved off.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.state == TargetState::Draining
    }

    /// Registered, and not on its way out.
    #[must_use]
    pub fn is_in_place(&self) -> bool {
        self.is_registered() && !self.is_draining()
    }
}
