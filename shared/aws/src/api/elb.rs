//! What is asked of Elastic Load Balancing.

use model::ecs::Tags;
use model::elb::{
    AccountLimits, Listener, LoadBalancer, LoadBalancerAttributes, Target, TargetGroup, TargetGroupAttributes,
    TargetHealth,
};
use model::id::{LoadBalancerArn, TargetGroupArn};

use super::{Answers, Reply};

/// Where a target's address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Zone {
    /// In a subnet of the group's VPC; Elastic Load Balancing finds the zone by itself.
    Own,
    /// Outside the VPC: Elastic Load Balancing wants to be told `all` with each such target.
    All,
}

/// Elastic Load Balancing.
pub trait Elb {
    /// All target groups.
    fn describe_target_groups_all(&self) -> impl Reply<Vec<TargetGroup>>;

    /// Target groups; at most [`TARGET_GROUPS`](crate::batch::TARGET_GROUPS).
    fn describe_target_groups(&self, groups: &[TargetGroupArn]) -> impl Reply<Answers<TargetGroupArn, TargetGroup>>;

    /// The targets of one group that are addresses: others can't be a task's.
    fn describe_target_health(&self, group: &TargetGroupArn) -> impl Reply<Vec<TargetHealth>>;

    /// Attributes of one target group.
    fn describe_target_group_attributes(&self, group: &TargetGroupArn) -> impl Reply<TargetGroupAttributes>;

    /// All load balancers.
    fn describe_load_balancers_all(&self) -> impl Reply<Vec<LoadBalancer>>;

    /// Load balancers; at most [`LOAD_BALANCERS`](crate::batch::LOAD_BALANCERS).
    fn describe_load_balancers(
        &self,
        balancers: &[LoadBalancerArn],
    ) -> impl Reply<Answers<LoadBalancerArn, LoadBalancer>>;

    /// The listeners of one load balancer.
    fn describe_listeners(&self, balancer: &LoadBalancerArn) -> impl Reply<Vec<Listener>>;

    /// Attributes of one load balancer.
    fn describe_load_balancer_attributes(&self, balancer: &LoadBalancerArn) -> impl Reply<LoadBalancerAttributes>;

    /// The account's limits.
    fn describe_account_limits(&self) -> impl Reply<AccountLimits>;

    /// Tags of target groups and load balancers, by ARN; at most [`TAGS`](crate::batch::TAGS).
    fn describe_tags(&self, arns: &[String]) -> impl Reply<Answers<String, Tags>>;

    /// Registers targets, each by address and port; at most [`TARGETS`](crate::batch::TARGETS). One that is registered
    /// already stays as it is.
    fn register_targets(&self, group: &TargetGroupArn, targets: &[Target], zone: Zone) -> impl Reply<()>;

    /// Deregisters targets, each by address and port; at most [`TARGETS`](crate::batch::TARGETS). One that is absent
    /// already is no error. Success says only that AWS took the request: read back what became of it.
    fn deregister_targets(&self, group: &TargetGroupArn, targets: &[Target], zone: Zone) -> impl Reply<()>;
}
