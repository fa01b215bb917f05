//! The rules of this group: each is a file named by its slug.

pub(crate) mod target_foreign;
pub(crate) mod target_group_empty;
pub(crate) mod target_hijacked;
pub(crate) mod target_missing;
pub(crate) mod target_stale;
pub(crate) mod target_stuck_initial;
pub(crate) mod target_unused;
pub(crate) mod target_wrong_group;
pub(crate) mod target_wrong_port;
