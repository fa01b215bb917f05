//! What is asked of Elastic Load Balancing.

use model::ecs::Tags;
use model::elb::{Target, TargetGroup, TargetHealth};
use model::id::TargetGroupArn;

use super::{Answers, Reply};

/// Where a target's address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

    /// Tags of target groups and load balancers, by ARN; at most [`TAGS`](crate::batch::TAGS).
    fn describe_tags(&self, arns: &[String]) -> impl Reply<Answers<String, Tags>>;

    /// Registers targets, each by address and port; at most [`TARGETS`](crate::batch::TARGETS). One that is registered
    /// already stays as it is.
    fn register_targets(&self, group: &TargetGroupArn, targets: &[Target], zone: Zone) -> impl Reply<()>;

    /// Deregisters targets, each by address and port; at most [`TARGETS`](crate::batch::TARGETS). One that is absent
    /// already is no error. Success says only that AWS took the request: read back what became of it.
    fn deregister_targets(&self, group: &TargetGroupArn, targets: &[Target], zone: Zone) -> impl Reply<()>;
}
