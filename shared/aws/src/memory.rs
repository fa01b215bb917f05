//! An account in memory: what tests and the simulator run the real program against.
//!
//! It keeps AWS's promises as the traits of [`crate::api`] state them, with AWS's own distinctions between gone and unread,
//! and can be told to fail. It plays neither ECS nor time: tasks change when the test changes them, and targets stay
//! `initial` or `draining` until it says [`Memory::settle`].

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::call::{CallError, CallErrorKind};
use model::ec2::{NetworkInterface, Subnet};
use model::ecs::{Cluster, Service, ServiceRevision, Tags, Task, TaskDefinition, TaskStatus};
use model::elb::{Target, TargetGroup, TargetHealth, TargetState};
use model::id::{ClusterArn, ServiceRevisionArn, SubnetId, TargetGroupArn, TaskArn, TaskDefinitionArn, VpcId};
use model::observation::{Answer, Desired, TaskList};
use model::scope::ServiceId;

use crate::api::{Answers, Ec2, Ecs, Elb, Zone};
use crate::calls::Calls;

/// An account in memory.
#[derive(Debug, Default)]
pub struct Memory {
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
    pub task_definitions: BTreeMap<TaskDefinitionArn, TaskDefinition>,
    pub service_revisions: BTreeMap<ServiceRevisionArn, ServiceRevision>,
    pub target_groups: BTreeMap<TargetGroupArn, TargetGroup>,
    pub targets: BTreeMap<TargetGroupArn, BTreeMap<Target, TargetHealth>>,
    /// Of target groups and load balancers; one that isn't here has none.
    pub tags: BTreeMap<String, Tags>,
    pub subnets: Vec<Subnet>,
    pub interfaces: Vec<NetworkInterface>,
    /// Calls that fail: by IAM action and a part of the resource's name.
    pub faults: Vec<(&'static str, String, CallErrorKind)>,
}

impl Memory {
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
        match fault.map(|(_, _, kind)| *kind) {
            Some(kind) => Err(failure(operation, resource, kind)),
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

fn known_or_absent<K: Ord + Clone, V: Clone>(keys: &[K], all: &BTreeMap<K, V>) -> Answers<K, V> {
    let answer = |key: &K| all.get(key).map_or(Answer::Absent, |value| Answer::Known(value.clone()));
    keys.iter().map(|key| (key.clone(), answer(key))).collect()
}

/// All resources of a call in one text, so that a fault can be put on any of them.
fn names<T: ToString>(keys: &[T]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

impl Ecs for Memory {
    async fn list_clusters(&self) -> Result<Vec<ClusterArn>, CallError> {
        Ok(self.call("ecs:ListClusters", "all clusters")?.clusters.keys().cloned().collect())
    }

    async fn describe_clusters(&self, clusters: &[ClusterArn]) -> Result<Answers<ClusterArn, Cluster>, CallError> {
        Ok(known_or_absent(clusters, &self.call("ecs:DescribeClusters", &names(clusters))?.clusters))
    }

    async fn list_services(&self, cluster: &ClusterArn) -> Result<Vec<ServiceId>, CallError> {
        let world = self.in_cluster("ecs:ListServices", cluster, cluster.as_str())?;
        Ok(world.services.keys().filter(|id| id.cluster == *cluster).cloned().collect())
    }

    async fn describe_services(
        &self,
        cluster: &ClusterArn,
        services: &[ServiceId],
    ) -> Result<Answers<ServiceId, Service>, CallError> {
        Ok(known_or_absent(services, &self.in_cluster("ecs:DescribeServices", cluster, &names(services))?.services))
    }

    async fn list_tasks(&self, list: &TaskList) -> Result<Vec<TaskArn>, CallError> {
        let world = self.in_cluster("ecs:ListTasks", &list.cluster, &list.to_string())?;
        let stopped = |task: &Task| task.desired_status == TaskStatus::Stopped;
        let listed = |task: &&Task| {
            task.cluster == list.cluster
                && stopped(task) == (list.desired == Desired::Stopped)
                && list.service.as_ref().is_none_or(|service| task.service_name() == Some(&*service.name))
        };
        Ok(world.tasks.values().filter(listed).map(|task| task.arn.clone()).collect())
    }

    async fn describe_tasks(
        &self,
        cluster: &ClusterArn,
        tasks: &[TaskArn],
    ) -> Result<Answers<TaskArn, Task>, CallError> {
        Ok(known_or_absent(tasks, &self.in_cluster("ecs:DescribeTasks", cluster, &names(tasks))?.tasks))
    }

    async fn describe_task_definition(&self, arn: &TaskDefinitionArn) -> Result<TaskDefinition, CallError> {
        let operation = "ecs:DescribeTaskDefinition";
        let found = self.call(operation, arn.as_str())?.task_definitions.get(arn).cloned();
        found.ok_or_else(|| failure(operation, arn.as_str(), CallErrorKind::NotFound))
    }

    async fn describe_service_revisions(
        &self,
        revisions: &[ServiceRevisionArn],
    ) -> Result<Answers<ServiceRevisionArn, ServiceRevision>, CallError> {
        let world = self.call("ecs:DescribeServiceRevisions", &names(revisions))?;
        Ok(known_or_absent(revisions, &world.service_revisions))
    }
}

impl Elb for Memory {
    async fn describe_target_groups_all(&self) -> Result<Vec<TargetGroup>, CallError> {
        let world = self.call("elasticloadbalancing:DescribeTargetGroups", "all target groups")?;
        Ok(world.target_groups.values().cloned().collect())
    }

    async fn describe_target_groups(
        &self,
        groups: &[TargetGroupArn],
    ) -> Result<Answers<TargetGroupArn, TargetGroup>, CallError> {
        let world = self.call("elasticloadbalancing:DescribeTargetGroups", &names(groups))?;
        Ok(known_or_absent(groups, &world.target_groups))
    }

    async fn describe_target_health(&self, group: &TargetGroupArn) -> Result<Vec<TargetHealth>, CallError> {
        let world = self.in_group("elasticloadbalancing:DescribeTargetHealth", group)?;
        Ok(world.targets.get(group).map(|targets| targets.values().cloned().collect()).unwrap_or_default())
    }

    async fn describe_tags(&self, arns: &[String]) -> Result<Answers<String, Tags>, CallError> {
        let world = self.call("elasticloadbalancing:DescribeTags", &names(arns))?;
        let has = |arn: &String| {
            world.target_groups.values().any(|group| {
                group.arn.as_str() == arn || group.load_balancers.iter().any(|balancer| balancer.as_str() == arn)
            })
        };
        let answer = |arn: &String| match has(arn) {
            true => Answer::Known(world.tags.get(arn).cloned().unwrap_or_default()),
            false => Answer::Absent,
        };
        Ok(arns.iter().map(|arn| (arn.clone(), answer(arn))).collect())
    }

    async fn register_targets(&self, group: &TargetGroupArn, targets: &[Target], _: Zone) -> Result<(), CallError> {
        let mut world = self.in_group("elasticloadbalancing:RegisterTargets", group)?;
        let there = world.targets.entry(group.clone()).or_default();
        for target in targets {
            let registered = there.get(target).is_some_and(TargetHealth::is_in_place);
            if !registered {
                let reason = Some("Elb.RegistrationInProgress".to_owned());
                there.insert(*target, TargetHealth { target: *target, state: TargetState::Initial, reason });
            }
        }
        Ok(())
    }

    async fn deregister_targets(&self, group: &TargetGroupArn, targets: &[Target], _: Zone) -> Result<(), CallError> {
        let mut world = self.in_group("elasticloadbalancing:DeregisterTargets", group)?;
        let there = world.targets.entry(group.clone()).or_default();
        for target in targets {
            if let Some(health) = there.get_mut(target) {
                health.state = TargetState::Draining;
                health.reason = Some("Target.DeregistrationInProgress".to_owned());
            }
        }
        Ok(())
    }
}

impl Ec2 for Memory {
    async fn describe_subnets(&self, vpcs: &[VpcId]) -> Result<Vec<(VpcId, Vec<Subnet>)>, CallError> {
        let world = self.call("ec2:DescribeSubnets", &names(vpcs))?;
        let of = |vpc: &VpcId| world.subnets.iter().filter(|subnet| subnet.vpc == *vpc).cloned().collect();
        Ok(vpcs.iter().map(|vpc| (vpc.clone(), of(vpc))).collect())
    }

    async fn describe_network_interfaces(
        &self,
        subnets: &[SubnetId],
    ) -> Result<Vec<(SubnetId, Vec<NetworkInterface>)>, CallError> {
        let world = self.call("ec2:DescribeNetworkInterfaces", &names(subnets))?;
        let of = |id: &SubnetId| {
            world.interfaces.iter().filter(|interface| interface.subnet.as_ref() == Some(id)).cloned().collect()
        };
        Ok(subnets.iter().map(|subnet| (subnet.clone(), of(subnet))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::elb::{IpVersion, TargetType};

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
        };
        let account = Memory::new(World { target_groups: [(arn.clone(), group)].into(), ..World::default() });
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
