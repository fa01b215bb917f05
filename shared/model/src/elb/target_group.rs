//! A target group.

use std::net::IpAddr;

use crate::ecs::open_enum;
use crate::id::{LoadBalancerArn, LoadBalancerKind, TargetGroupArn, VpcId};
use crate::observation::Unread;

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
    /// Which of a task's addresses belongs in it; unread where its `ipAddressType` isn't understood.
    pub ip_version: Result<IpVersion, Unread>,
    /// The balancers it hangs on.
    pub load_balancers: Vec<LoadBalancerArn>,
    /// How its targets are checked.
    pub health_check: HealthCheck,
}

/// How a group's targets are checked. The default is a Network Load Balancer's own: TCP on the traffic port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthCheck {
    /// Only a function's targets may go unchecked.
    pub enabled: bool,
    /// `TCP`, `HTTP`, `HTTPS` or `TLS`. All of them are TCP to a security group; UDP targets are checked over one of them.
    pub protocol: Option<String>,
    /// The port checked; unread where it isn't understood.
    pub port: Result<HealthCheckPort, Unread>,
}

impl Default for HealthCheck {
    fn default() -> Self {
        Self { enabled: true, protocol: Some("TCP".to_owned()), port: Ok(HealthCheckPort::Traffic) }
    }
}

/// The port that health checks go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HealthCheckPort {
    /// `traffic-port`: the one each target is registered on.
    Traffic,
    /// The same for all targets.
    Fixed(u16),
}

impl HealthCheck {
    /// The port checked.
    ///
    /// # Errors
    ///
    /// Unread where it isn't understood.
    pub fn port(&self) -> Result<HealthCheckPort, &Unread> {
        self.port.as_ref().copied()
    }
}

impl TargetGroup {
    /// Does it hang on a balancer of this kind?
    #[must_use]
    pub fn is_behind(&self, kind: LoadBalancerKind) -> bool {
        self.load_balancers.iter().any(|arn| arn.kind() == kind)
    }

    /// Which of a task's addresses belongs in it.
    ///
    /// # Errors
    ///
    /// Unread where its `ipAddressType` isn't understood.
    pub fn ip_version(&self) -> Result<IpVersion, &Unread> {
        self.ip_version.as_ref().copied()
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
    /// Its name: `IPv4`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
        }
    }

    /// The version of an address.
    #[must_use]
    pub const fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::Ipv4 } else { Self::Ipv6 }
    }
}
