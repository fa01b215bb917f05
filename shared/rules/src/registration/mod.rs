//! Is every task registered in the target groups it belongs in, and nothing else there that was a task's?
//!
//! Each target group under judgement is seen as a whole ([`group`]): where the live tasks belong ([`expected`]), who has
//! the address of every other target ([`owner`]) and whether it was once a task's ([`proof`]). The rules then are a file
//! each, and only put that into words and repairs.

mod expected;
mod foreign;
pub(crate) mod group;
mod group_empty;
mod hijacked;
mod judge;
mod members;
mod missing;
pub(crate) mod owner;
mod ownership;
mod proof;
mod stale;
mod stuck_initial;
mod suspect;
mod tasks;
mod unused;
mod uses;
mod wrong_group;
mod wrong_port;

pub(crate) use judge::judge;
pub(crate) use uses::certain_users;

use crate::rule::Rule;

/// The rules of this group, the gravest first.
pub(crate) const RULES: &[&Rule] = &[
    &group_empty::RULE,
    &hijacked::RULE,
    &missing::RULE,
    &stale::RULE,
    &wrong_port::RULE,
    &unused::RULE,
    &wrong_group::RULE,
    &stuck_initial::RULE,
    &foreign::RULE,
];
