//! What EC2 has: network interfaces, subnets, security groups, prefix lists.

mod interface;
mod security_group;
mod subnet;

pub use interface::*;
pub use security_group::*;
pub use subnet::*;
