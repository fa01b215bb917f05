//! What was read: answers to questions, each known, absent or unread.
//!
//! Rules don't fetch and don't know what was fetched. They ask a [`Lookup`]; what it can't answer yet becomes a
//! [`Question`] for the next round of reading, and what could not be read makes the rule abstain. So nothing is read
//! that no rule asked for, everything asked in one round is fetched in the largest batches, and a failed look-up can
//! never pass for "there is none".

mod lookup;
mod question;

pub use lookup::{Gap, Lookup};
pub use question::{Desired, Question, TaskList};

use std::collections::BTreeMap;

use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ec2::{NetworkInterface, SecurityGroup, Subnet};
use crate::ecs::{Cluster, Service, ServiceRevision, Tags, Task, TaskDefinition, TaskProtection};
use crate::elb::{
    AccountLimits, Listener, LoadBalancer, LoadBalancerAttributes, TargetGroup, TargetGroupAttributes, TargetHealth,
};
use crate::id::{
    AccountId, ClusterArn, LoadBalancerArn, NetworkInterfaceId, PrefixListId, Region, SecurityGroupId,
    ServiceRevisionArn, SubnetId, TargetGroupArn, TaskArn, TaskDefinitionArn, VpcId,
};
use crate::ledger::{Limited, Ownership, Pause, Refusable, Refusal, ServiceUpdate, TaskStop, Window};
use crate::scaling::ScalableTarget;
use crate::scope::ServiceId;

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    /// Read.
    Known(T),
    /// Read, and there is none: AWS said so.
    Absent,
    /// Not read. Says nothing about what there is.
    Unread(Unread),
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unread {
    /// What was looked at.
    pub resource: String,
    /// The IAM action: `ecs:DescribeTasks`.
    pub operation: String,
    /// AWS's code and message.
    pub error: String,
    /// What kind of failure it was.
    #[serde(skip, default = "UnreadKind::passing")]
    pub kind: UnreadKind,
}

/// Why something could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnreadKind {
    /// Throttled, a timeout, a broken connection, a 5xx: it may go through later.
    Passing,
    /// A permission is missing.
    Denied,
    /// AWS's answer, or its refusal, makes no sense to this program: it won't change by asking again.
    Refused,
    /// No time was left to ask.
    OutOfTime,
    /// There is no ledger to ask. Nothing is wrong, but what rests on it is withheld.
    NoLedger,
}

impl UnreadKind {
    const fn passing() -> Self {
        Self::Passing
    }
}

/// Everything read in one pass, and what could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// When reading began: "now" for every judgement.
    pub at: Timestamp,
    /// The account looked at.
    pub account: AccountId,
    /// The Region looked at.
    pub region: Region,
    /// All clusters (ListClusters).
    pub clusters: Option<Answer<Vec<ClusterArn>>>,
    /// One cluster with its tags (DescribeClusters).
    pub cluster: BTreeMap<ClusterArn, Answer<Cluster>>,
    /// The services of a cluster (ListServices).
    pub services: BTreeMap<ClusterArn, Answer<Vec<ServiceId>>>,
    /// One service (DescribeServices).
    pub service: BTreeMap<ServiceId, Answer<Service>>,
    /// A list of tasks (ListTasks).
    pub task_lists: BTreeMap<TaskList, Answer<Vec<TaskArn>>>,
    /// One task (DescribeTasks).
    pub task: BTreeMap<TaskArn, Answer<Task>>,
    /// Whether a task is protected (GetTaskProtection).
    pub task_protection: BTreeMap<TaskArn, Answer<TaskProtection>>,
    /// One task definition (DescribeTaskDefinition).
    pub task_definition: BTreeMap<TaskDefinitionArn, Answer<TaskDefinition>>,
    /// One service revision (DescribeServiceRevisions).
    pub service_revision: BTreeMap<ServiceRevisionArn, Answer<ServiceRevision>>,
    /// All target groups (DescribeTargetGroups).
    pub target_groups: Option<Answer<Vec<TargetGroupArn>>>,
    /// One target group (DescribeTargetGroups).
    pub target_group: BTreeMap<TargetGroupArn, Answer<TargetGroup>>,
    /// The targets of a group (DescribeTargetHealth).
    pub target_health: BTreeMap<TargetGroupArn, Answer<Vec<TargetHealth>>>,
    /// Tags of a target group (DescribeTags).
    pub target_group_tags: BTreeMap<TargetGroupArn, Answer<Tags>>,
    /// Attributes of a target group (DescribeTargetGroupAttributes).
    pub target_group_attributes: BTreeMap<TargetGroupArn, Answer<TargetGroupAttributes>>,
    /// All load balancers (DescribeLoadBalancers).
    pub load_balancers: Option<Answer<Vec<LoadBalancerArn>>>,
    /// One load balancer (DescribeLoadBalancers).
    pub load_balancer: BTreeMap<LoadBalancerArn, Answer<LoadBalancer>>,
    /// The listeners of a load balancer (DescribeListeners).
    pub listeners: BTreeMap<LoadBalancerArn, Answer<Vec<Listener>>>,
    /// Attributes of a load balancer (DescribeLoadBalancerAttributes).
    pub load_balancer_attributes: BTreeMap<LoadBalancerArn, Answer<LoadBalancerAttributes>>,
    /// Tags of a load balancer (DescribeTags).
    pub load_balancer_tags: BTreeMap<LoadBalancerArn, Answer<Tags>>,
    /// The account's limits for Elastic Load Balancing (DescribeAccountLimits).
    pub account_limits: Option<Answer<AccountLimits>>,
    /// The subnets of a VPC (DescribeSubnets).
    pub subnets: BTreeMap<VpcId, Answer<Vec<Subnet>>>,
    /// The interfaces in a subnet (DescribeNetworkInterfaces).
    pub interfaces: BTreeMap<SubnetId, Answer<Vec<NetworkInterface>>>,
    /// One interface (DescribeNetworkInterfaces); what the list of its subnet tells isn't repeated here.
    pub interface: BTreeMap<NetworkInterfaceId, Answer<NetworkInterface>>,
    /// The security groups of a VPC (DescribeSecurityGroups).
    pub security_groups: BTreeMap<VpcId, Answer<Vec<SecurityGroupId>>>,
    /// One security group (DescribeSecurityGroups).
    pub security_group: BTreeMap<SecurityGroupId, Answer<SecurityGroup>>,
    /// The ranges in a prefix list (GetManagedPrefixListEntries).
    pub prefix_list: BTreeMap<PrefixListId, Answer<Vec<IpNet>>>,
    /// How far services are scaled (DescribeScalableTargets).
    pub scalable_targets: Option<Answer<Vec<ScalableTarget>>>,
    /// How far one service is scaled (DescribeScalableTargets); what the list tells isn't repeated here.
    pub scalable_target: BTreeMap<ServiceId, Answer<ScalableTarget>>,
    /// Ownership records of a group (ledger).
    pub owners: BTreeMap<TargetGroupArn, Answer<Vec<Ownership>>>,
    /// Changes counted of what is limited (ledger).
    pub windows: BTreeMap<Limited, Answer<Window>>,
    /// What AWS refused (ledger).
    pub refusals: BTreeMap<Refusable, Answer<Vec<Refusal>>>,
    /// The last update of any service (ledger).
    pub latest_update: Option<Answer<ServiceUpdate>>,
    /// The last update of a service (ledger).
    pub service_update: BTreeMap<ServiceId, Answer<ServiceUpdate>>,
    /// The last stop of one of a service's tasks (ledger).
    pub task_stop: BTreeMap<ServiceId, Answer<TaskStop>>,
    /// Whether repairs are paused (ledger).
    pub pause: Option<Answer<Pause>>,
}

impl Observation {
    /// Nothing read yet.
    #[must_use]
    pub const fn new(at: Timestamp, account: AccountId, region: Region) -> Self {
        Self {
            at,
            account,
            region,
            clusters: None,
            cluster: BTreeMap::new(),
            services: BTreeMap::new(),
            service: BTreeMap::new(),
            task_lists: BTreeMap::new(),
            task: BTreeMap::new(),
            task_protection: BTreeMap::new(),
            task_definition: BTreeMap::new(),
            service_revision: BTreeMap::new(),
            target_groups: None,
            target_group: BTreeMap::new(),
            target_health: BTreeMap::new(),
            target_group_tags: BTreeMap::new(),
            target_group_attributes: BTreeMap::new(),
            load_balancers: None,
            load_balancer: BTreeMap::new(),
            listeners: BTreeMap::new(),
            load_balancer_attributes: BTreeMap::new(),
            load_balancer_tags: BTreeMap::new(),
            account_limits: None,
            subnets: BTreeMap::new(),
            interfaces: BTreeMap::new(),
            interface: BTreeMap::new(),
            security_groups: BTreeMap::new(),
            security_group: BTreeMap::new(),
            prefix_list: BTreeMap::new(),
            scalable_targets: None,
            scalable_target: BTreeMap::new(),
            owners: BTreeMap::new(),
            windows: BTreeMap::new(),
            refusals: BTreeMap::new(),
            latest_update: None,
            service_update: BTreeMap::new(),
            task_stop: BTreeMap::new(),
            pause: None,
        }
    }

    /// Everything that could not be read, each once. The absence of a ledger isn't a failure.
    #[must_use]
    pub fn unread(&self) -> Vec<&Unread> {
        let mut all: Vec<&Unread> = Vec::new();
        all.extend(self.clusters.as_ref().and_then(Answer::unread));
        all.extend(self.target_groups.as_ref().and_then(Answer::unread));
        all.extend(self.load_balancers.as_ref().and_then(Answer::unread));
        all.extend(self.account_limits.as_ref().and_then(Answer::unread));
        all.extend(self.scalable_targets.as_ref().and_then(Answer::unread));
        all.extend(self.pause.as_ref().and_then(Answer::unread));
        fn of<K, V>(map: &BTreeMap<K, Answer<V>>) -> impl Iterator<Item = &Unread> {
            map.values().filter_map(Answer::unread)
        }
        all.extend(of(&self.cluster));
        all.extend(of(&self.services));
        all.extend(of(&self.service));
        all.extend(of(&self.task_lists));
        all.extend(of(&self.task));
        all.extend(of(&self.task_protection));
        all.extend(of(&self.task_definition));
        all.extend(of(&self.service_revision));
        all.extend(of(&self.target_group));
        all.extend(of(&self.target_health));
        all.extend(of(&self.target_group_tags));
        all.extend(of(&self.target_group_attributes));
        all.extend(of(&self.load_balancer));
        all.extend(of(&self.listeners));
        all.extend(of(&self.load_balancer_attributes));
        all.extend(of(&self.load_balancer_tags));
        all.extend(of(&self.subnets));
        all.extend(of(&self.interfaces));
        all.extend(of(&self.interface));
        all.extend(of(&self.security_groups));
        all.extend(of(&self.security_group));
        all.extend(of(&self.prefix_list));
        all.extend(of(&self.scalable_target));
        all.extend(of(&self.owners));
        all.extend(of(&self.windows));
        all.extend(of(&self.refusals));
        all.extend(self.latest_update.as_ref().and_then(Answer::unread));
        all.extend(of(&self.service_update));
        all.extend(of(&self.task_stop));
        all.retain(|unread| unread.kind != UnreadKind::NoLedger);
        all.sort();
        all.dedup();
        all
    }

    /// Forgets an answer, so that it is asked again.
    pub fn forget(&mut self, question: &Question) {
        match question {
            Question::Clusters => self.clusters = None,
            Question::Cluster(key) => drop(self.cluster.remove(key)),
            Question::Services(key) => drop(self.services.remove(key)),
            Question::Service(key) => drop(self.service.remove(key)),
            Question::Tasks(key) => drop(self.task_lists.remove(key)),
            Question::Task { task, .. } => drop(self.task.remove(task)),
            Question::TaskProtection { task, .. } => drop(self.task_protection.remove(task)),
            Question::TaskDefinition(key) => drop(self.task_definition.remove(key)),
            Question::ServiceRevision(key) => drop(self.service_revision.remove(key)),
            Question::TargetGroups => self.target_groups = None,
            Question::TargetGroup(key) => drop(self.target_group.remove(key)),
            Question::TargetHealth(key) => drop(self.target_health.remove(key)),
            Question::TargetGroupTags(key) => drop(self.target_group_tags.remove(key)),
            Question::TargetGroupAttributes(key) => drop(self.target_group_attributes.remove(key)),
            Question::LoadBalancers => self.load_balancers = None,
            Question::LoadBalancer(key) => drop(self.load_balancer.remove(key)),
            Question::Listeners(key) => drop(self.listeners.remove(key)),
            Question::LoadBalancerAttributes(key) => drop(self.load_balancer_attributes.remove(key)),
            Question::LoadBalancerTags(key) => drop(self.load_balancer_tags.remove(key)),
            Question::Subnets(key) => drop(self.subnets.remove(key)),
            Question::Interfaces(key) => drop(self.interfaces.remove(key)),
            Question::Interface { id, subnet } => {
                self.interface.remove(id);
                // The subnet's list tells of it too.
                subnet.iter().for_each(|subnet| drop(self.interfaces.remove(subnet)));
            }
            Question::SecurityGroups(key) => drop(self.security_groups.remove(key)),
            Question::SecurityGroup(key) => drop(self.security_group.remove(key)),
            Question::PrefixList(key) => drop(self.prefix_list.remove(key)),
            Question::AccountLimits => self.account_limits = None,
            Question::ScalableTargets => self.scalable_targets = None,
            Question::ScalableTarget(key) => {
                self.scalable_target.remove(key);
                // The list tells of it too.
                self.scalable_targets = None;
            }
            Question::Owners(key) => drop(self.owners.remove(key)),
            Question::Window(key) => drop(self.windows.remove(key)),
            Question::Refusals(key) => drop(self.refusals.remove(key)),
            Question::LatestUpdate => self.latest_update = None,
            Question::ServiceUpdate(key) => drop(self.service_update.remove(key)),
            Question::TaskStop(key) => drop(self.task_stop.remove(key)),
            Question::Pause => self.pause = None,
        }
    }
}

impl<T> Answer<T> {
    /// The failure, if it was one.
    #[must_use]
    pub const fn unread(&self) -> Option<&Unread> {
        match self {
            Self::Unread(unread) => Some(unread),
            _ => None,
        }
    }

    /// What was read, if anything.
    #[must_use]
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }
}
