//! The rules on the way of traffic, one file each.

mod balancer_ingress_blocked;
mod balancer_not_serving;
mod client_ip_loopback;
mod drain_too_short_for_nlb;
mod health_check_mismatch;
mod listener_forwards_nothing;
mod network_acl_blocked;
mod no_health_check_grace;
mod root_cause;
mod target_outside_vpc;
mod target_unhealthy;
mod zone_without_targets;

pub(crate) use network_acl_blocked::acl;
pub(crate) use target_outside_vpc::{between, peering};
