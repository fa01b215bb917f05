//! Does every task interface wear the right security groups, and do they let traffic in?
//!
//! The interfaces of the tasks under judgement are seen with the groups they really have ([`wearers`]), party by party: a
//! service with its tasks, or a task of no service. How the policy names groups is resolved in each VPC ([`mod@resolve`]), never
//! guessed. What an interface or a service is to have instead is worked out in [`change`], and the ways to get there,
//! gentlest first, in [`ladder`]. Whether traffic reaches them is worked out from the rules of both sides: who sends
//! ([`balancer`]), whether it passes ([`passage`] and [`way`], over the arithmetic of [`reach`]), and which rule would open it
//! ([`door`]). The rules then are a file each.

mod balancer;
mod blocked;
mod change;
mod default;
mod door;
mod drift;
mod forbidden;
mod health_check_blocked;
mod judge;
mod ladder;
mod missing;
mod passage;
mod reach;
mod resolve;
mod serves;
mod stop;
mod traffic_blocked;
mod unresolved;
mod way;
mod wearers;
mod world_open;

pub(crate) use judge::judge;
pub(crate) use wearers::{Party, Wearer};

use crate::rule::Rule;

/// The rules of this group, the gravest first.
pub(crate) const RULES: &[&Rule] = &[
    &missing::RULE,
    &forbidden::RULE,
    &traffic_blocked::RULE,
    &health_check_blocked::RULE,
    &unresolved::RULE,
    &default::RULE,
    &drift::RULE,
    &world_open::RULE,
];
