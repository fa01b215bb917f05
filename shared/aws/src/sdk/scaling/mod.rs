//! Application Auto Scaling.

mod describe_scalable_targets;
#[cfg(test)]
mod tests;

use model::call::CallError;
use model::scaling::ScalableTarget;
use model::scope::ServiceId;

use super::Clients;
use crate::api::{Answers, Scaling};

impl Scaling for Clients {
    async fn describe_scalable_targets_all(&self) -> Result<Vec<ScalableTarget>, CallError> {
        describe_scalable_targets::all(self).await
    }

    async fn describe_scalable_targets(
        &self,
        services: &[ServiceId],
    ) -> Result<Answers<ServiceId, ScalableTarget>, CallError> {
        describe_scalable_targets::some(self, services).await
    }
}
