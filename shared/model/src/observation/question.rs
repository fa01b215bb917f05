//! What a rule may want to know.

use std::fmt;

use crate::id::{
    ClusterArn, LoadBalancerArn, NetworkInterfaceId, PrefixListId, SecurityGroupId, ServiceRevisionArn, SubnetId,
    TargetGroupArn, TaskArn, TaskDefinitionArn, VpcId,
};
use crate::ledger::{Limited, Refusable};
use crate::scope::ServiceId;

/// One thing that can be read. Many of a kind are fetched in one call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// Which clusters are there?
    Clusters,
    /// What is this cluster, and how is it tagged?
    Cluster(ClusterArn),
    /// Which services does this cluster have?
    Services(ClusterArn),
    /// What is this service?
    Service(ServiceId),
    /// Which tasks are in this list?
    Tasks(TaskList),
    /// What is this task?
    Task {
        /// The cluster it is in.
        cluster: ClusterArn,
        /// The task.
        task: TaskArn,
    },
    /// Is this task protected from being stopped?
    TaskProtection {
        /// The cluster it is in.
        cluster: ClusterArn,
        /// The task.
        task: TaskArn,
    },
    /// What does this task definition say?
    TaskDefinition(TaskDefinitionArn),
    /// What does this service revision say?
    ServiceRevision(ServiceRevisionArn),
    /// Which target groups are there?
    TargetGroups,
    /// What is this target group?
    TargetGroup(TargetGroupArn),
    /// Which targets does it have, in which state?
    TargetHealth(TargetGroupArn),
    /// How is it tagged?
    TargetGroupTags(TargetGroupArn),
    /// What is set on it beside what describes it?
    TargetGroupAttributes(TargetGroupArn),
    /// Which load balancers are there?
    LoadBalancers,
    /// What is this load balancer?
    LoadBalancer(LoadBalancerArn),
    /// What does it listen on, and where does it send that?
    Listeners(LoadBalancerArn),
    /// What is set on it beside what describes it?
    LoadBalancerAttributes(LoadBalancerArn),
    /// How is this load balancer tagged?
    LoadBalancerTags(LoadBalancerArn),
    /// How many balancers, groups and targets may this account have?
    AccountLimits,
    /// Which subnets does this VPC have?
    Subnets(VpcId),
    /// Which interfaces are in this subnet? No filter finds an address inside a delegated prefix, so all are listed.
    Interfaces(SubnetId),
    /// What is this interface?
    Interface {
        /// The interface.
        id: NetworkInterfaceId,
        /// Its subnet, if it is known: very many interfaces of few subnets take fewer calls by subnet.
        subnet: Option<SubnetId>,
    },
    /// Which security groups does this VPC have?
    SecurityGroups(VpcId),
    /// What is this security group? For groups whose VPC isn't known.
    SecurityGroup(SecurityGroupId),
    /// Which ranges are in this prefix list?
    PrefixList(PrefixListId),
    /// How far are the services of this account scaled?
    ScalableTargets,
    /// How far is this service scaled?
    ScalableTarget(ServiceId),
    /// Who owned the targets of this group?
    Owners(TargetGroupArn),
    /// How many changes were counted of this?
    Window(Limited),
    /// What did AWS refuse?
    Refusals(Refusable),
    /// Which service was given other security groups last?
    LatestUpdate,
    /// When was this service given other security groups, and which?
    ServiceUpdate(ServiceId),
    /// Which task of this service was stopped last for its security groups?
    TaskStop(ServiceId),
    /// Are repairs paused?
    Pause,
}

/// A list of tasks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskList {
    /// Of this cluster …
    pub cluster: ClusterArn,
    /// … and, if given, of this service only …
    pub service: Option<ServiceId>,
    /// … that ECS wants to be in this state.
    pub desired: Desired,
}

/// The desired status that a list of tasks is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Desired {
    /// Meant to run.
    Running,
    /// Meant to stop: on their way out, or stopped within the last hour or so.
    Stopped,
}

impl Desired {
    /// The word for it in ListTasks.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Stopped => "STOPPED",
        }
    }
}

impl fmt::Display for TaskList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.service {
            Some(service) => write!(f, "{} tasks of {service}", self.desired.as_str()),
            None => write!(f, "{} tasks of {}", self.desired.as_str(), self.cluster.name()),
        }
    }
}
