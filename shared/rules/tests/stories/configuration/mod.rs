//! The rules of configuration.

mod balancer_not_network;
mod drain_shorter_than_stop;
mod network_mode;
mod port_mismatch;
mod protocol_mismatch;
mod service_without_load_balancer;
mod service_without_security_groups;
mod steps;
mod target_group_not_found;
mod target_type;
mod unread;
mod zone_not_enabled;

pub(crate) use steps::sound;
