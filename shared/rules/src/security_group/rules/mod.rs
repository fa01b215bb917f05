//! The rules of this group: each is a file named by its slug.

pub(crate) mod ingress_health_check_blocked;
pub(crate) mod ingress_traffic_blocked;
pub(crate) mod ingress_world_open;
pub(crate) mod security_group_default;
pub(crate) mod security_group_drift;
pub(crate) mod security_group_forbidden;
pub(crate) mod security_group_missing;
pub(crate) mod security_group_unresolved;
