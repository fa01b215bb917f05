//! Does every task interface have the right security groups, and do they let traffic in?
//!
//! The interfaces of the tasks under judgement are seen with the groups they really have ([`checked_interfaces`]), those of a service
//! together, and each task of no service by itself. How the policy names groups is resolved in each VPC ([`mod@resolve`]), never
//! guessed. What an interface or a service is to have instead is worked out in [`change`], and the ways to get there,
//! gentlest first, in [`repair_options`]. Whether traffic reaches them is worked out from the rules of both sides: who sends
//! ([`balancer`]), whether it passes ([`reachability`] and [`path`], over the arithmetic of [`reach`]), and which rule would open it
//! ([`suggested_rule`]). The rules then are a file each.

mod balancer;
mod blocked;
mod change;
mod checked_interfaces;
mod deploy;
mod describe;
mod judge;
mod narrowed;
mod own_group;
mod path;
mod reach;
mod reachability;
mod remedy;
mod repair_options;
mod resolve;
mod rules;
mod serves;
mod stop;
mod suggested_rule;

pub(crate) use balancer::{Groups, Purpose, Sender, fill, has_endpoint_service};
pub(crate) use checked_interfaces::{CheckedInterface, ServiceTasks};
pub(crate) use judge::judge;
pub(crate) use reach::flow::transports;
pub(crate) use reach::range::everywhere;
pub(crate) use reach::{Admitted, Flow, Spread};
pub(crate) use reachability::{Reachability, reachabilities};
pub(crate) use suggested_rule::letting;

use crate::rule::Rule;

/// The rules of this group, the gravest first.
pub(crate) const RULES: &[&Rule] = &[
    &rules::security_group_missing::RULE,
    &rules::security_group_forbidden::RULE,
    &rules::ingress_traffic_blocked::RULE,
    &rules::ingress_health_check_blocked::RULE,
    &rules::security_group_unresolved::RULE,
    &rules::security_group_default::RULE,
    &rules::security_group_drift::RULE,
    &rules::ingress_world_open::RULE,
];
