//! A revision of a task definition: network mode, containers, ports.

use serde::{Deserialize, Serialize};

use super::open_enum;
use crate::ec2::PortRange;
use crate::id::TaskDefinitionArn;

/// A task definition, as DescribeTaskDefinition tells it. Revisions never change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskDefinition {
    /// Its ARN, with the revision.
    pub arn: TaskDefinitionArn,
    /// How its tasks are put on the network.
    pub network_mode: NetworkMode,
    /// Its containers.
    pub containers: Vec<Container>,
}

open_enum! {
    /// Docker network modes ECS knows; absent counts as `bridge`.
    NetworkMode {
        /// An interface of its own for every task.
        Awsvpc = "awsvpc",
        /// Docker's bridge.
        Bridge = "bridge",
        /// The host's interface.
        Host = "host",
        /// No network.
        None = "none",
    }
}

/// A container of a task definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Container {
    /// Its name, which a service's load balancer entry refers to.
    pub name: String,
    /// Its mappings of one port each.
    pub ports: Vec<PortMapping>,
    /// Its mappings of many ports each.
    pub port_ranges: Vec<PortRangeMapping>,
    /// `stopTimeout`: so long it has between SIGTERM and SIGKILL, in seconds; 30 where absent.
    pub stop_timeout_seconds: Option<u32>,
    /// Names of load balancers in its environment, command and entry point: what it is a client of.
    pub balancer_names: Vec<String>,
}

/// A mapping of one port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortMapping {
    /// The port the container listens on.
    pub container_port: u16,
    /// Must be absent or equal in awsvpc mode.
    pub host_port: Option<u16>,
    /// `tcp` or `udp`.
    pub protocol: String,
    /// `appProtocol`: `http`, `http2` or `grpc`.
    pub app_protocol: Option<String>,
}

/// A mapping of many ports (`containerPortRange`). In awsvpc mode each is its own host port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortRangeMapping {
    /// The ports the container listens on.
    pub ports: PortRange,
    /// `tcp` or `udp`.
    pub protocol: String,
}

impl Container {
    /// The protocols it maps this port for: `tcp`, `udp`.
    pub fn protocols_of(&self, port: u16) -> impl Iterator<Item = &str> {
        let single = self.ports.iter().filter(move |one| one.container_port == port).map(|one| one.protocol.as_str());
        single
            .chain(self.port_ranges.iter().filter(move |one| one.ports.contains(port)).map(|one| one.protocol.as_str()))
    }

    /// Does it map this port, alone or in a range?
    #[must_use]
    pub fn maps_port(&self, port: u16) -> bool {
        self.ports.iter().any(|mapping| mapping.container_port == port)
            || self.port_ranges.iter().any(|range| range.ports.contains(port))
    }
}

impl TaskDefinition {
    /// Does any container map this port?
    #[must_use]
    pub fn maps_port(&self, port: u16) -> bool {
        self.containers.iter().any(|container| container.maps_port(port))
    }
}
