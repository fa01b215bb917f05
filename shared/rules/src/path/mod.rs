//! Where does traffic stop on its way from a client to the container?
//!
//! Each balancer that services in focus are behind is seen with its groups and their services ([`served_balancer`]); what a
//! service's own settings mean for the path is judged service by service. The rules then are a file each. Security groups between a
//! balancer and its targets are judged among the rules on security groups, whether tasks are registered among those on
//! registration.

mod acl_crossings;
mod acl_entries;
mod judge;
mod network_acl;
pub(crate) mod rules;
mod served_balancer;

pub(crate) use judge::judge;

use crate::rule::Rule;

/// The rules of this group, the gravest first.
pub(crate) const RULES: &[&Rule] = &[
    &rules::target_unhealthy::RULE,
    &rules::balancer_not_serving::RULE,
    &rules::balancer_ingress_blocked::RULE,
    &rules::network_acl_blocked::RULE,
    &rules::listener_forwards_nothing::RULE,
    &rules::zone_without_targets::RULE,
    &rules::target_outside_vpc::RULE,
    &rules::no_health_check_grace::RULE,
    &rules::health_check_mismatch::RULE,
    &rules::client_ip_loopback::RULE,
    &rules::drain_too_short_for_nlb::RULE,
];
