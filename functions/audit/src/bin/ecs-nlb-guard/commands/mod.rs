//! What the program can do, a file for each command.

pub(crate) mod audit;
pub(crate) mod diff;
pub(crate) mod pause;
pub(crate) mod permissions;
pub(crate) mod plan;
pub(crate) mod policy;
pub(crate) mod rules;
pub(crate) mod status;
pub(crate) mod test_alert;
pub(crate) mod watch;
