//! What Elastic Load Balancing has: load balancers and listeners, target groups, targets and their health.

mod attributes;
mod load_balancer;
mod tagged;
mod target;
mod target_group;

pub use attributes::{AccountLimits, CrossZone, LoadBalancerAttributes, MinimumHealthyTargets, TargetGroupAttributes};
pub use load_balancer::{BalancerState, BalancerZone, Forward, Listener, ListenerRule, LoadBalancer, Scheme};
pub use tagged::Tagged;
pub use target::{Target, TargetHealth, TargetState};
pub use target_group::{HealthCheck, HealthCheckPort, IpVersion, TargetGroup, TargetType};
