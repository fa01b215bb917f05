//! The registration rules.
//!
//! One file per rule has what the rule finds and what it must not find. Three files attack them all: [`questions`] asks for no
//! more than is needed, [`unread`] takes away one answer after the other, [`random`] compares every removal in thousands of
//! accounts made by chance with an oracle that knows nothing but the conditions of a removal.

mod chance;
mod drawn;
mod expected;
mod members;
mod oracle;
mod ownership;
mod policy;
mod questions;
mod random;
pub(crate) mod removals;
mod target_foreign;
mod target_group_empty;
mod target_hijacked;
mod target_missing;
mod target_stale;
mod target_stuck_initial;
mod target_unused;
mod target_wrong_group;
mod target_wrong_port;
mod unread;
