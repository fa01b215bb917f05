//! Is every task registered in the target groups it belongs in, and nothing else there that was a task's?
//!
//! Each target group under judgement is seen as a whole ([`group`]): where the live tasks belong ([`expected`]), who has
//! the address of every other target ([`owner`]) and whether it was once a task's ([`proof`]). The rules then are a file
//! each, and only put that into words and repairs.

mod disputed;
mod expected;
pub(crate) mod failing_tasks;
pub(crate) mod group;
mod judge;
mod members;
mod other_vpc;
pub(crate) mod owner;
mod ownership;
mod proof;
mod rules;
pub(crate) mod task_index;
mod tasks;
mod uses;

pub(crate) use judge::{judge, judge_again};
pub(crate) use uses::{Use, certain_users, users as account_users, uses};

use crate::rule::Rule;

/// The rules of this group, the gravest first.
pub(crate) const RULES: &[&Rule] = &[
    &rules::target_group_empty::RULE,
    &rules::target_hijacked::RULE,
    &rules::target_missing::RULE,
    &rules::target_stale::RULE,
    &rules::target_wrong_port::RULE,
    &rules::target_unused::RULE,
    &rules::target_wrong_group::RULE,
    &rules::target_stuck_initial::RULE,
    &rules::target_foreign::RULE,
];
