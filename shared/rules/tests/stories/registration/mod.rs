//! The registration rules.
//!
//! One file per rule has what the rule finds and what it must not find. Three files attack them all: [`questions`] asks for no
//! more than is needed, [`unread`] takes away one answer after the other, [`random`] compares every removal in thousands of
//! accounts made by chance with an oracle that knows nothing but the conditions of a removal.

mod chance;
mod drawn;
mod expected;
mod foreign;
mod group_empty;
mod hijacked;
mod members;
mod missing;
mod oracle;
mod ownership;
mod policy;
mod questions;
mod random;
mod removals;
mod stale;
mod stuck_initial;
mod unread;
mod unused;
mod wrong_group;
mod wrong_port;
