//! The rules of this group: each is a file named by its slug.

pub(crate) mod balancer_not_network;
pub(crate) mod network_mode_not_awsvpc;
pub(crate) mod port_mismatch;
pub(crate) mod protocol_mismatch;
pub(crate) mod service_without_load_balancer;
pub(crate) mod service_without_security_groups;
pub(crate) mod target_group_not_found;
pub(crate) mod target_type_not_ip;
pub(crate) mod zone_not_enabled;
