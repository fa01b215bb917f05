//! How many things one request may name, where that isn't one fact's business; see
//! [`AwsFact::AT_MOST`](crate::api::AwsFact::AT_MOST).

/// RegisterTargets, DeregisterTargets. AWS publishes no maximum; larger requests are rejected now and then.
pub const TARGETS: usize = 200;

/// Values of one filter, in every Describe call of EC2.
pub const FILTER_VALUES: usize = 200;
