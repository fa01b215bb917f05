//! Is the service put together so that a Network Load Balancer can serve it at all?
//!
//! A service in focus is seen with the groups it names and what its tasks there are made from ([`subject`]): the service's own
//! settings, or those of each task set. The rules then are a file each. What is being deleted isn't judged, and nothing here
//! is ever repaired: it is somebody's configuration.

mod balancer_not_network;
mod drain_shorter_than_stop;
mod judge;
mod network_mode;
mod port_mismatch;
mod protocol_mismatch;
mod service_without_load_balancer;
mod service_without_security_groups;
mod subject;
mod target_group_not_found;
mod target_type;
mod zone_not_enabled;

pub(crate) use judge::judge;
pub(crate) use service_without_load_balancer::{Outsiders, RULE as WITHOUT_LOAD_BALANCER};
pub(crate) use subject::Subject;

use crate::rule::Rule;

/// The rules of this group: the six points that make an NLB-served awsvpc service work at all, then the others, the gravest
/// first.
pub(crate) const RULES: &[&Rule] = &[
    &balancer_not_network::RULE,
    &port_mismatch::RULE,
    &network_mode::RULE,
    &service_without_load_balancer::RULE,
    &target_type::RULE,
    &service_without_security_groups::RULE,
    &target_group_not_found::RULE,
    &protocol_mismatch::RULE,
    &zone_not_enabled::RULE,
    &drain_shorter_than_stop::RULE,
];
