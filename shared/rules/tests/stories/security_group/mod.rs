//! The security-group rules.

mod default;
mod drift;
mod steps;
mod unread;
mod unresolved;

pub(crate) use steps::rule;
