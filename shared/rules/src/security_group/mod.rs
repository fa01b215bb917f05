//! Does every task interface wear the right security groups, and do they let traffic in?
//!
//! The interfaces of the tasks under judgement are seen with the groups they really have ([`wearers`]), party by party: a
//! service with its tasks, or a task of no service. How the policy names groups is resolved in each VPC ([`mod@resolve`]), never
//! guessed. The rules then are a file each.

mod default;
mod drift;
mod judge;
mod resolve;
mod unresolved;
mod wearers;

pub(crate) use judge::judge;
pub(crate) use wearers::{Party, Wearer};

use crate::rule::Rule;

/// The rules of this group, the gravest first.
pub(crate) const RULES: &[&Rule] = &[&unresolved::RULE, &default::RULE, &drift::RULE];
