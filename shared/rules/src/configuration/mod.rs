//! Is the service put together so that a Network Load Balancer can serve it at all?
//!
//! A service in focus is seen with the groups it names and what its tasks there are made from ([`subject`]): the service's own
//! settings, or those of each task set. The rules then are a file each. What is being deleted isn't judged, and nothing here
//! is ever repaired: it is somebody's configuration.

mod judge;
mod rules;
mod subject;

pub(crate) use judge::judge;
pub(crate) use rules::service_without_load_balancer::{RULE as WITHOUT_LOAD_BALANCER, UndeclaredTargets};
pub(crate) use rules::zone_not_enabled::crosses_zones;
pub(crate) use subject::{LoadBalancerEntry, NamedGroup, Subject};

use crate::rule::Rule;

/// The rules of this group: the six points that make an NLB-served awsvpc service work at all, then the others, the gravest
/// first.
pub(crate) const RULES: &[&Rule] = &[
    &rules::balancer_not_network::RULE,
    &rules::port_mismatch::RULE,
    &rules::network_mode_not_awsvpc::RULE,
    &rules::service_without_load_balancer::RULE,
    &rules::target_type_not_ip::RULE,
    &rules::service_without_security_groups::RULE,
    &rules::target_group_not_found::RULE,
    &rules::protocol_mismatch::RULE,
    &rules::zone_not_enabled::RULE,
];
