//! What is in an account in memory.

use std::collections::BTreeMap;

use ipnet::IpNet;
use model::call::CallErrorKind;
use model::ec2::{NetworkInterface, SecurityGroup, Subnet};
use model::ecs::{Cluster, Service, ServiceRevision, Tags, Task, TaskDefinition, TaskProtection, TaskStatus};
use model::elb::{
    AccountLimits, Listener, LoadBalancer, LoadBalancerAttributes, Tagged, Target, TargetGroup, TargetGroupAttributes,
    TargetHealth,
};
use model::id::{
    ClusterArn, LoadBalancerArn, PrefixListId, ServiceRevisionArn, TargetGroupArn, TaskArn, TaskDefinitionArn,
};
use model::observation::{Answer, AwsFacts, Desired, TaskList};
use model::scaling::ScalableTarget;
use model::scope::ServiceId;

const UNPROTECTED: TaskProtection = TaskProtection { enabled: false, until: None };

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
    /// Answers to everything else.
    pub facts: AwsFacts,
    /// Calls that fail: by IAM action and a part of the resource's name.
    pub faults: Vec<(&'static str, String, CallErrorKind)>,
    /// Calls that AWS refuses for good: by IAM action and a part of the resource's name, with the error code.
    pub refusals: Vec<(&'static str, String, &'static str)>,
}

impl World {
    /// The answer about something in a cluster: without the cluster there is none.
    pub(crate) fn in_cluster<T>(&self, cluster: &ClusterArn, answer: impl FnOnce() -> Answer<T>) -> Answer<T> {
        if self.clusters.contains_key(cluster) { answer() } else { Answer::Absent }
    }

    /// What is known of a target group, if it is there.
    pub(crate) fn of_group<T>(&self, group: &TargetGroupArn, known: impl FnOnce() -> T) -> Answer<T> {
        if self.target_groups.contains_key(group) { Answer::Known(known()) } else { Answer::Absent }
    }

    /// What is known of a load balancer, if it is there.
    pub(crate) fn of_balancer<T>(&self, balancer: &LoadBalancerArn, known: impl FnOnce() -> T) -> Answer<T> {
        if self.load_balancers.contains_key(balancer) { Answer::Known(known()) } else { Answer::Absent }
    }

    pub(crate) fn listed_tasks(&self, list: &TaskList) -> Vec<TaskArn> {
        let is_stopped = |task: &Task| task.desired_status == TaskStatus::Stopped;
        let is_listed = |task: &&Task| {
            task.cluster == list.cluster
                && is_stopped(task) == (list.desired == Desired::Stopped)
                && list.service.as_ref().is_none_or(|service| task.service_name() == Some(&*service.name))
        };
        self.tasks.values().filter(is_listed).map(|task| task.arn.clone()).collect()
    }

    pub(crate) fn protection_of(&self, task: &TaskArn) -> Answer<TaskProtection> {
        let protection = || self.task_protection.get(task).copied().unwrap_or(UNPROTECTED);
        if self.tasks.contains_key(task) { Answer::Known(protection()) } else { Answer::Absent }
    }

    /// A load balancer is there if a target group says so.
    pub(crate) fn tags_of(&self, tagged: &Tagged) -> Answer<Tags> {
        let is_there = self.target_groups.values().any(|group| match tagged {
            Tagged::TargetGroup(arn) => group.arn == *arn,
            Tagged::LoadBalancer(arn) => group.load_balancers.contains(arn),
        });
        let tags = || self.tags.get(tagged.arn()).cloned().unwrap_or_default();
        if is_there { Answer::Known(tags()) } else { Answer::Absent }
    }
}

pub(crate) fn known_or_absent<T: Clone>(found: Option<&T>) -> Answer<T> {
    found.map_or(Answer::Absent, |value| Answer::Known(value.clone()))
}
