//! An account in memory: what tests and the simulator run the real program against.
//!
//! It keeps AWS's promises as the traits of [`crate::api`] state them, with AWS's own distinctions between gone and unread,
//! and can be told to fail. It plays neither ECS nor time: tasks change when the test changes them, and targets stay
//! `initial` or `draining` until it says [`MemoryAccount::settle`].

mod account;
mod world;

pub use world::World;
pub(crate) use world::known_or_absent;

use std::sync::{Mutex, MutexGuard, PoisonError};

use model::call::{CallError, CallErrorKind};
use model::elb::TargetState;
use model::id::{ClusterArn, TargetGroupArn};

use crate::calls::Calls;

/// An account in memory.
#[derive(Debug, Default)]
pub struct MemoryAccount {
    world: Mutex<World>,
    calls: Calls,
}

impl MemoryAccount {
    /// This account.
    #[must_use]
    pub fn new(world: World) -> Self {
        Self { world: Mutex::new(world), calls: Calls::default() }
    }

    /// What is in the account, to look at and to change.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The calls it got.
    #[must_use]
    pub const fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Time passes: what was being registered is healthy, what was draining is gone.
    pub fn settle(&self) {
        for targets in self.world().targets.values_mut() {
            targets.retain(|_, health| health.state != TargetState::Draining);
            for health in targets.values_mut().filter(|health| health.state == TargetState::Initial) {
                (health.state, health.reason) = (TargetState::Healthy, None);
            }
        }
    }

    fn call(&self, operation: &'static str, resource: &str) -> Result<MutexGuard<'_, World>, CallError> {
        self.calls.count(operation);
        let world = self.world();
        let fault = world.faults.iter().find(|(at, part, _)| *at == operation && resource.contains(part.as_str()));
        if let Some(kind) = fault.map(|(_, _, kind)| *kind) {
            return Err(failure(operation, resource, kind));
        }
        let refusal = world.refusals.iter().find(|(at, part, _)| *at == operation && resource.contains(part.as_str()));
        match refusal.map(|(_, _, code)| (*code).to_owned()) {
            Some(code) => Err(CallError { code: Some(code), ..failure(operation, resource, CallErrorKind::Permanent) }),
            None => Ok(world),
        }
    }

    fn in_cluster(
        &self,
        operation: &'static str,
        cluster: &ClusterArn,
        resource: &str,
    ) -> Result<MutexGuard<'_, World>, CallError> {
        let world = self.call(operation, resource)?;
        match world.clusters.contains_key(cluster) {
            true => Ok(world),
            false => Err(failure(operation, cluster.as_str(), CallErrorKind::NotFound)),
        }
    }

    fn in_group(&self, operation: &'static str, group: &TargetGroupArn) -> Result<MutexGuard<'_, World>, CallError> {
        let world = self.call(operation, group.as_str())?;
        match world.target_groups.contains_key(group) {
            true => Ok(world),
            false => Err(failure(operation, group.as_str(), CallErrorKind::NotFound)),
        }
    }
}

fn failure(operation: &'static str, resource: &str, kind: CallErrorKind) -> CallError {
    CallError { operation, resource: resource.to_owned(), kind, code: None, message: "as the test wishes".to_owned() }
}

#[cfg(test)]
mod tests {
    use model::elb::{Target, TargetHealth};
    use model::observation::Table;

    use super::*;
    use crate::api::{Account as _, Zone};

    fn target(port: u16) -> Target {
        Target { ip: [10, 0, 1, 7].into(), port }
    }

    #[tokio::test]
    async fn targets_come_and_go_as_in_aws() {
        let arn: TargetGroupArn =
            "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/0a1b".parse().unwrap();
        let group = fixtures::target_group(&arn);
        let account = MemoryAccount::new(World { target_groups: [(arn.clone(), group)].into(), ..World::default() });
        let states = async || -> Vec<TargetState> {
            let found =
                account.read::<Table<TargetGroupArn, Vec<TargetHealth>>>(std::slice::from_ref(&arn)).await.unwrap();
            let known = found.answers.iter().filter_map(|(_, answer)| answer.known()).flatten();
            known.map(|health| health.state.clone()).collect()
        };

        account.register_targets(&arn, &[target(80)], Zone::Own).await.unwrap();
        assert_eq!(states().await, [TargetState::Initial]);
        account.settle();
        account.register_targets(&arn, &[target(80)], Zone::Own).await.unwrap();
        assert_eq!(states().await, [TargetState::Healthy]);
        account.deregister_targets(&arn, &[target(80), target(81)], Zone::Own).await.unwrap();
        assert_eq!(states().await, [TargetState::Draining]);
        account.settle();
        assert_eq!(states().await, []);
    }
}
