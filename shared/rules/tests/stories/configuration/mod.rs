//! The rules of configuration.

mod balancer_not_network;
mod network_mode_not_awsvpc;
mod port_mismatch;
mod protocol_mismatch;
mod service_without_load_balancer;
mod service_without_security_groups;
mod steps;
mod target_group_not_found;
mod target_type_not_ip;
mod unread;
mod zone_not_enabled;

pub(crate) use steps::{mapping, sound};
