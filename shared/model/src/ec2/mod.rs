//! What EC2 has: network interfaces, subnets, security groups, prefix lists.

mod endpoint_service;
mod interface;
mod security_group;
mod subnet;

pub use endpoint_service::*;
pub use interface::*;
pub use security_group::*;
pub use subnet::*;
