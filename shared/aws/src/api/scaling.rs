//! What is asked of Application Auto Scaling.

use model::scaling::ScalableTarget;
use model::scope::ServiceId;

use super::{Answers, Reply};

/// Application Auto Scaling, as far as it scales the number of a service's tasks.
pub trait Scaling {
    /// How far every service is scaled that is.
    fn describe_scalable_targets_all(&self) -> impl Reply<Vec<ScalableTarget>>;

    /// How far some services are scaled; at most [`SCALABLE_TARGETS`](crate::batch::SCALABLE_TARGETS).
    fn describe_scalable_targets(&self, services: &[ServiceId]) -> impl Reply<Answers<ServiceId, ScalableTarget>>;
}
