//! The security-group rules.

mod blocked;
mod default;
mod drift;
mod forbidden;
mod ladder;
mod missing;
mod reach;
mod steps;
mod unread;
mod unresolved;
mod world_open;

pub(crate) use steps::rule;
