//! Will the next scale-out and the next deployment fit?
//!
//! Each service behind a Network Load Balancer is seen with how far it may be scaled ([`growth`]): within the bounds that
//! Application Auto Scaling was given, or else to the count it wants now. The rules then are a file each. They forecast and
//! repair nothing.

mod growth;
mod judge;
mod rules;

pub(crate) use judge::judge;

use crate::rule::Rule;

/// The rules of this group, the gravest first.
pub(crate) const RULES: &[&Rule] = &[
    &rules::target_quota_near::RULE,
    &rules::subnet_addresses_low::RULE,
    &rules::deployment_headroom::RULE,
    &rules::scaling_floor_zero::RULE,
];
