//! Application Auto Scaling, in memory.

use model::call::CallError;
use model::observation::Answer;
use model::scaling::ScalableTarget;
use model::scope::ServiceId;

use super::{MemoryAccount, names};
use crate::api::{Answers, Scaling};

const OPERATION: &str = "application-autoscaling:DescribeScalableTargets";

impl Scaling for MemoryAccount {
    async fn describe_scalable_targets_all(&self) -> Result<Vec<ScalableTarget>, CallError> {
        Ok(self.call(OPERATION, "all services")?.scalable_targets.clone())
    }

    async fn describe_scalable_targets(
        &self,
        services: &[ServiceId],
    ) -> Result<Answers<ServiceId, ScalableTarget>, CallError> {
        let world = self.call(OPERATION, &names(services))?;
        let answer = |id: &ServiceId| {
            let target = world.scalable_targets.iter().find(|target| target.is_for(id));
            (id.clone(), target.map_or(Answer::Absent, |target| Answer::Known(target.clone())))
        };
        Ok(services.iter().map(answer).collect())
    }
}
