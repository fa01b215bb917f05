//! How many things one request may name, from the API references of ECS, Elastic Load Balancing, EC2 and Application Auto
//! Scaling.

/// DescribeClusters.
pub const CLUSTERS: usize = 100;

/// DescribeServices.
pub const SERVICES: usize = 10;

/// DescribeTasks.
pub const TASKS: usize = 100;

/// GetTaskProtection.
pub const TASK_PROTECTION: usize = 100;

/// DescribeServiceRevisions.
pub const SERVICE_REVISIONS: usize = 20;

/// DescribeTargetGroups. AWS publishes no maximum of ARNs; a page holds 400.
pub const TARGET_GROUPS: usize = 100;

/// DescribeLoadBalancers.
pub const LOAD_BALANCERS: usize = 20;

/// DescribeTags.
pub const TAGS: usize = 20;

/// RegisterTargets, DeregisterTargets. AWS publishes no maximum; larger requests are rejected now and then.
pub const TARGETS: usize = 200;

/// Values of one filter, in every Describe call of EC2.
pub const FILTER_VALUES: usize = 200;

/// DescribeScalableTargets.
pub const SCALABLE_TARGETS: usize = 50;
