//! What is set on balancers and target groups beside what describes them, and the account's limits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What DescribeTargetGroupAttributes tells, as far as rules want it. An attribute that was never set may be absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetGroupAttributes {
    /// `preserve_client_ip.enabled`: targets see the clients' addresses. What holds where it is absent depends on the
    /// protocol, see "Client IP preservation" in the guide to Network Load Balancers.
    pub preserve_client_ip: Option<bool>,
    /// `deregistration_delay.timeout_seconds`; 300 where absent.
    pub deregistration_delay_seconds: Option<u32>,
    /// `load_balancing.cross_zone.enabled`.
    pub cross_zone: CrossZone,
    /// `target_group_health.dns_failover.minimum_healthy_targets.…`
    pub dns_failover: MinimumHealthyTargets,
}

/// From how many healthy targets on a zone counts as healthy. Below, AWS takes the balancer's address in it out of DNS.
/// See "Target group health" in the guide to Network Load Balancers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinimumHealthyTargets {
    /// `count`: at least so many; `None` where it is off. 1 where it was never set.
    pub count: Option<u32>,
    /// `percentage`: at least so many of a hundred; `None` where it is off, as it is where it was never set.
    pub percentage: Option<u32>,
}

impl Default for MinimumHealthyTargets {
    fn default() -> Self {
        Self { count: Some(1), percentage: None }
    }
}

impl MinimumHealthyTargets {
    /// Does a zone with so many healthy targets of all that are registered there count as healthy?
    #[must_use]
    pub fn is_met_by(&self, healthy: usize, registered: usize) -> bool {
        let percentage = self.percentage.and_then(|least| usize::try_from(least).ok());
        self.count.and_then(|least| usize::try_from(least).ok()).is_none_or(|least| healthy >= least)
            && percentage.is_none_or(|least| healthy.saturating_mul(100) >= registered.saturating_mul(least))
    }
}

/// Whether targets get traffic from other zones than their own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrossZone {
    /// They do.
    On,
    /// They don't.
    Off,
    /// As the balancer says.
    #[default]
    OfBalancer,
}

/// What DescribeLoadBalancerAttributes tells, as far as rules want it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadBalancerAttributes {
    /// `load_balancing.cross_zone.enabled`; off where absent from a Network Load Balancer.
    pub cross_zone: Option<bool>,
}

/// The account's limits for Elastic Load Balancing in this Region, as DescribeAccountLimits tells them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountLimits(pub BTreeMap<String, u64>);

impl AccountLimits {
    /// The limit of this name: `targets-per-network-load-balancer` …
    #[must_use]
    pub fn get(&self, name: &str) -> Option<u64> {
        self.0.get(name).copied()
    }
}
