//! The rules of this group: each is a file named by its slug.

pub(crate) mod deployment_headroom;
pub(crate) mod scaling_floor_zero;
pub(crate) mod subnet_addresses_low;
pub(crate) mod target_quota_near;
