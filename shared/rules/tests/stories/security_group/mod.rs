//! The security-group rules.

mod blocked;
mod ingress_world_open;
mod nodes;
mod reach;
mod repair_options;
mod security_group_default;
mod security_group_drift;
mod security_group_forbidden;
mod security_group_missing;
mod security_group_unresolved;
mod steps;
mod unread;

pub(crate) use reach::scene;
pub(crate) use steps::{rule, with_groups};
