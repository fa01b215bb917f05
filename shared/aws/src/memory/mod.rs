//! An account in memory: what tests and the simulator run the real program against.
//!
//! It keeps AWS's promises as the traits of [`crate::api`] state them, with AWS's own distinctions between gone and unread,
//! and can be told to fail. It plays neither ECS nor time: tasks change when the test changes them, and targets stay
//! `initial` or `draining` until it says [`MemoryAccount::settle`].

mod ec2;
mod ecs;
mod elb;
mod scaling;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ipnet::IpNet;
use model::call::{CallError, CallErrorKind};
use model::ec2::{NetworkInterface, SecurityGroup, Subnet};
use model::ecs::{Cluster, Service, ServiceRevision, Tags, Task, TaskDefinition, TaskProtection};
use model::elb::{
    AccountLimits, Listener, LoadBalancer, LoadBalancerAttributes, Target, TargetGroup, TargetGroupAttributes,
    TargetHealth, TargetState,
};
use model::id::{
    ClusterArn, LoadBalancerArn, PrefixListId, ServiceRevisionArn, TargetGroupArn, TaskArn, TaskDefinitionArn,
};
use model::observation::Answer;
use model::scaling::ScalableTarget;
use model::scope::ServiceId;

use crate::api::Answers;
use crate::calls::Calls;

/// An account in memory.
#[derive(Debug, Default)]
pub struct MemoryAccount {
    world: Mutex<World>,
    calls: Calls,
}

/// What is in the account.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "named after what they hold, keyed by what names it")]
pub struct World {
    pub clusters: BTreeMap<ClusterArn, Cluster>,
    pub services: BTreeMap<ServiceId, Service>,
    pub tasks: BTreeMap<TaskArn, Task>,
    /// A service's task that isn't here isn't protected.
    pub task_protection: BTreeMap<TaskArn, TaskProtection>,
    pub task_definitions: BTreeMap<TaskDefinitionArn, TaskDefinition>,
    pub service_revisions: BTreeMap<ServiceRevisionArn, ServiceRevision>,
    pub target_groups: BTreeMap<TargetGroupArn, TargetGroup>,
    pub targets: BTreeMap<TargetGroupArn, BTreeMap<Target, TargetHealth>>,
    /// Of target groups and load balancers; one that isn't here has none.
    pub tags: BTreeMap<String, Tags>,
    /// Groups and balancers that aren't here have their defaults.
    pub target_group_attributes: BTreeMap<TargetGroupArn, TargetGroupAttributes>,
    pub load_balancer_attributes: BTreeMap<LoadBalancerArn, LoadBalancerAttributes>,
    pub load_balancers: BTreeMap<LoadBalancerArn, LoadBalancer>,
    pub listeners: BTreeMap<LoadBalancerArn, Vec<Listener>>,
    pub account_limits: AccountLimits,
    pub subnets: Vec<Subnet>,
    pub interfaces: Vec<NetworkInterface>,
    pub security_groups: Vec<SecurityGroup>,
    pub prefix_lists: BTreeMap<PrefixListId, Vec<IpNet>>,
    pub scalable_targets: Vec<ScalableTarget>,
    /// Calls that fail: by IAM action and a part of the resource's name.
    pub faults: Vec<(&'static str, String, CallErrorKind)>,
    /// Calls that AWS refuses for good: by IAM action and a part of the resource's name, with the error code.
    pub refusals: Vec<(&'static str, String, &'static str)>,
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
            Some(code) => Err(CallError { code: Some(code), ..failure(operation, resource, CallErrorKind::Refused) }),
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

    fn of_balancer(
        &self,
        operation: &'static str,
        balancer: &LoadBalancerArn,
    ) -> Result<MutexGuard<'_, World>, CallError> {
        let world = self.call(operation, balancer.as_str())?;
        match world.load_balancers.contains_key(balancer) {
            true => Ok(world),
            false => Err(failure(operation, balancer.as_str(), CallErrorKind::NotFound)),
        }
    }
}

fn failure(operation: &'static str, resource: &str, kind: CallErrorKind) -> CallError {
    CallError { operation, resource: resource.to_owned(), kind, code: None, message: "as the test wishes".to_owned() }
}

fn known_or_absent<K: Ord + Clone, V: Clone>(keys: &[K], all: &BTreeMap<K, V>) -> Answers<K, V> {
    let answer = |key: &K| all.get(key).map_or(Answer::Absent, |value| Answer::Known(value.clone()));
    keys.iter().map(|key| (key.clone(), answer(key))).collect()
}

/// All resources of a call in one text, so that a fault can be put on any of them.
fn names<T: ToString>(keys: &[T]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use model::elb::{HealthCheck, IpVersion, TargetType};

    use super::*;
    use crate::api::{Elb as _, Zone};

    fn target(port: u16) -> Target {
        Target { ip: [10, 0, 1, 7].into(), port }
    }

    #[tokio::test]
    async fn targets_come_and_go_as_in_aws() {
        let arn: TargetGroupArn =
            "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/0a1b".parse().unwrap();
        let group = TargetGroup {
            arn: arn.clone(),
            target_type: TargetType::Ip,
            protocol: None,
            port: None,
            vpc: None,
            ip_version: IpVersion::Ipv4,
            load_balancers: Vec::new(),
            health_check: HealthCheck::default(),
        };
        let account = MemoryAccount::new(World { target_groups: [(arn.clone(), group)].into(), ..World::default() });
        let states = async || -> Vec<TargetState> {
            account.describe_target_health(&arn).await.unwrap().into_iter().map(|health| health.state).collect()
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
