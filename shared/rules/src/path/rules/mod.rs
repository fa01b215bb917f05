//! The rules of this group: each is a file named by its slug.

pub(crate) mod balancer_ingress_blocked;
pub(crate) mod balancer_not_serving;
pub(crate) mod client_ip_loopback;
pub(crate) mod drain_too_short_for_nlb;
pub(crate) mod health_check_mismatch;
pub(crate) mod listener_forwards_nothing;
pub(crate) mod network_acl_blocked;
pub(crate) mod no_health_check_grace;
pub(crate) mod target_outside_vpc;
pub(crate) mod target_unhealthy;
pub(crate) mod zone_without_targets;
