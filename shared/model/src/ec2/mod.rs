//! What EC2 has: network interfaces, subnets, security groups, prefix lists.

mod interface;
mod security_group;
mod subnet;

pub use interface::{InterfaceType, NetworkInterface};
pub use security_group::{GroupReference, Peer, PortRange, Protocol, SecurityGroup, SecurityGroupRule};
pub use subnet::Subnet;
