//! What EC2 has: network interfaces, subnets, security groups, route tables, endpoint services.

mod endpoint_service;
mod interface;
mod route_table;
mod security_group;
mod subnet;

pub use endpoint_service::*;
pub use interface::*;
pub use route_table::*;
pub use security_group::*;
pub use subnet::*;
