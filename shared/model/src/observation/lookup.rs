//! How a rule asks.

use std::cell::RefCell;
use std::collections::BTreeSet;

use ipnet::IpNet;
use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Answer, Observation, Question, TaskList, Unread, UnreadKind};
use crate::ec2::{NetworkInterface, SecurityGroup, Subnet};
use crate::ecs::{Cluster, Service, ServiceRevision, Tags, Task, TaskDefinition, TaskProtection};
use crate::elb::{
    AccountLimits, Listener, LoadBalancer, LoadBalancerAttributes, TargetGroup, TargetGroupAttributes, TargetHealth,
};
use crate::id::{
    ClusterArn, LoadBalancerArn, NetworkInterfaceId, PrefixListId, SecurityGroupId, ServiceRevisionArn, SubnetId,
    TargetGroupArn, TaskArn, TaskDefinitionArn, VpcId,
};
use crate::ledger::{Limited, Ownership, Pause, Refusable, Refusal, ServiceUpdate, TaskStop, Window};
use crate::scaling::ScalableTarget;
use crate::scope::ServiceId;

/// An observation with a notebook for the questions it couldn't answer yet.
///
/// Ask for everything a judgement needs before giving up on the first gap, so that all of it is read in one round:
/// collect the answers, then use `?`.
#[derive(Debug)]
pub struct Lookup<'a> {
    observation: &'a Observation,
    /// By hash, for the same is asked several times; it is put in order once.
    open: RefCell<FxHashSet<Question>>,
    /// The tasks by hash: of very many, each is asked for several times. Absent where only few are asked for.
    tasks: Option<FxHashMap<&'a TaskArn, &'a Answer<Task>>>,
    /// The interfaces in the lists of their subnets: each task asks for its own. Absent likewise.
    listed: Option<Listed<'a>>,
}

/// The interfaces in the list of each subnet, or why the list isn't there.
type Listed<'a> = FxHashMap<&'a SubnetId, Result<FxHashMap<&'a NetworkInterfaceId, &'a NetworkInterface>, &'a Unread>>;

/// Why a question has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap<'a> {
    /// It wasn't asked yet; the next round will.
    Pending,
    /// It was, and could not be read. Whoever needs it abstains.
    Unread(&'a Unread),
}

impl<'a> Lookup<'a> {
    /// Asks this observation.
    #[must_use]
    pub fn new(observation: &'a Observation) -> Self {
        let index = |list: &'a Answer<Vec<NetworkInterface>>| match list {
            Answer::Known(list) => Some(Ok(list.iter().map(|one| (&one.id, one)).collect())),
            Answer::Unread(unread) => Some(Err(unread)),
            Answer::Absent => None,
        };
        let lists = observation.interfaces.iter();
        Self {
            tasks: Some(observation.task.iter().collect()),
            listed: Some(lists.filter_map(|(subnet, list)| Some((subnet, index(list)?))).collect()),
            ..Self::for_few(observation)
        }
    }

    /// The same for a judgement of few things, which doesn't go through everything that was read.
    #[must_use]
    pub fn for_few(observation: &'a Observation) -> Self {
        Self { observation, open: RefCell::default(), tasks: None, listed: None }
    }

    /// The observation asked.
    #[must_use]
    pub const fn observation(&self) -> &'a Observation {
        self.observation
    }

    /// When reading began.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.observation.at
    }

    /// What was asked and not answered yet.
    #[must_use]
    pub fn into_questions(self) -> BTreeSet<Question> {
        self.open.into_inner().into_iter().collect()
    }

    fn ask<T>(
        &self,
        answer: Option<&'a Answer<T>>,
        question: impl FnOnce() -> Question,
    ) -> Result<Option<&'a T>, Gap<'a>> {
        match answer {
            Some(Answer::Known(value)) => Ok(Some(value)),
            Some(Answer::Absent) => Ok(None),
            Some(Answer::Unread(unread)) => Err(Gap::Unread(unread)),
            None => {
                self.open.borrow_mut().insert(question());
                Err(Gap::Pending)
            }
        }
    }

    fn list<T>(
        &self,
        answer: Option<&'a Answer<Vec<T>>>,
        question: impl FnOnce() -> Question,
    ) -> Result<&'a [T], Gap<'a>> {
        Ok(self.ask(answer, question)?.map_or(&[], Vec::as_slice))
    }

    /// All clusters.
    pub fn clusters(&self) -> Result<&'a [ClusterArn], Gap<'a>> {
        self.list(self.observation.clusters.as_ref(), || Question::Clusters)
    }

    /// A cluster.
    pub fn cluster(&self, arn: &ClusterArn) -> Result<Option<&'a Cluster>, Gap<'a>> {
        self.ask(self.observation.cluster.get(arn), || Question::Cluster(arn.clone()))
    }

    /// The services of a cluster.
    pub fn services(&self, cluster: &ClusterArn) -> Result<&'a [ServiceId], Gap<'a>> {
        self.list(self.observation.services.get(cluster), || Question::Services(cluster.clone()))
    }

    /// A service.
    pub fn service(&self, id: &ServiceId) -> Result<Option<&'a Service>, Gap<'a>> {
        self.ask(self.observation.service.get(id), || Question::Service(id.clone()))
    }

    /// A list of tasks.
    pub fn tasks(&self, list: &TaskList) -> Result<&'a [TaskArn], Gap<'a>> {
        self.list(self.observation.task_lists.get(list), || Question::Tasks(list.clone()))
    }

    /// A task.
    pub fn task(&self, cluster: &ClusterArn, arn: &TaskArn) -> Result<Option<&'a Task>, Gap<'a>> {
        let answer = match &self.tasks {
            Some(tasks) => tasks.get(arn).copied(),
            None => self.observation.task.get(arn),
        };
        self.ask(answer, || Question::Task { cluster: cluster.clone(), task: arn.clone() })
    }

    /// Whether a task is protected from being stopped; `None` if it is gone.
    pub fn task_protection(&self, cluster: &ClusterArn, task: &TaskArn) -> Result<Option<&'a TaskProtection>, Gap<'a>> {
        self.ask(self.observation.task_protection.get(task), || Question::TaskProtection {
            cluster: cluster.clone(),
            task: task.clone(),
        })
    }

    /// A task definition.
    pub fn task_definition(&self, arn: &TaskDefinitionArn) -> Result<Option<&'a TaskDefinition>, Gap<'a>> {
        self.ask(self.observation.task_definition.get(arn), || Question::TaskDefinition(arn.clone()))
    }

    /// A service revision.
    pub fn service_revision(&self, arn: &ServiceRevisionArn) -> Result<Option<&'a ServiceRevision>, Gap<'a>> {
        self.ask(self.observation.service_revision.get(arn), || Question::ServiceRevision(arn.clone()))
    }

    /// All target groups.
    pub fn target_groups(&self) -> Result<&'a [TargetGroupArn], Gap<'a>> {
        self.list(self.observation.target_groups.as_ref(), || Question::TargetGroups)
    }

    /// A target group.
    pub fn target_group(&self, arn: &TargetGroupArn) -> Result<Option<&'a TargetGroup>, Gap<'a>> {
        self.ask(self.observation.target_group.get(arn), || Question::TargetGroup(arn.clone()))
    }

    /// The targets of a group; `None` if the group is gone.
    pub fn target_health(&self, arn: &TargetGroupArn) -> Result<Option<&'a [TargetHealth]>, Gap<'a>> {
        let health = self.ask(self.observation.target_health.get(arn), || Question::TargetHealth(arn.clone()))?;
        Ok(health.map(Vec::as_slice))
    }

    /// Tags of a target group.
    pub fn target_group_tags(&self, arn: &TargetGroupArn) -> Result<Option<&'a Tags>, Gap<'a>> {
        self.ask(self.observation.target_group_tags.get(arn), || Question::TargetGroupTags(arn.clone()))
    }

    /// Attributes of a target group; `None` if the group is gone.
    pub fn target_group_attributes(&self, arn: &TargetGroupArn) -> Result<Option<&'a TargetGroupAttributes>, Gap<'a>> {
        self.ask(self.observation.target_group_attributes.get(arn), || Question::TargetGroupAttributes(arn.clone()))
    }

    /// All load balancers.
    pub fn load_balancers(&self) -> Result<&'a [LoadBalancerArn], Gap<'a>> {
        self.list(self.observation.load_balancers.as_ref(), || Question::LoadBalancers)
    }

    /// A load balancer.
    pub fn load_balancer(&self, arn: &LoadBalancerArn) -> Result<Option<&'a LoadBalancer>, Gap<'a>> {
        self.ask(self.observation.load_balancer.get(arn), || Question::LoadBalancer(arn.clone()))
    }

    /// The listeners of a load balancer; `None` if the balancer is gone.
    pub fn listeners(&self, arn: &LoadBalancerArn) -> Result<Option<&'a [Listener]>, Gap<'a>> {
        let listeners = self.ask(self.observation.listeners.get(arn), || Question::Listeners(arn.clone()))?;
        Ok(listeners.map(Vec::as_slice))
    }

    /// Attributes of a load balancer; `None` if the balancer is gone.
    pub fn load_balancer_attributes(
        &self,
        arn: &LoadBalancerArn,
    ) -> Result<Option<&'a LoadBalancerAttributes>, Gap<'a>> {
        self.ask(self.observation.load_balancer_attributes.get(arn), || Question::LoadBalancerAttributes(arn.clone()))
    }

    /// The account's limits for Elastic Load Balancing.
    pub fn account_limits(&self) -> Result<Option<&'a AccountLimits>, Gap<'a>> {
        self.ask(self.observation.account_limits.as_ref(), || Question::AccountLimits)
    }

    /// Tags of a load balancer.
    pub fn load_balancer_tags(&self, arn: &LoadBalancerArn) -> Result<Option<&'a Tags>, Gap<'a>> {
        self.ask(self.observation.load_balancer_tags.get(arn), || Question::LoadBalancerTags(arn.clone()))
    }

    /// The subnets of a VPC.
    pub fn subnets(&self, vpc: &VpcId) -> Result<&'a [Subnet], Gap<'a>> {
        self.list(self.observation.subnets.get(vpc), || Question::Subnets(vpc.clone()))
    }

    /// The interfaces in a subnet.
    pub fn interfaces(&self, subnet: &SubnetId) -> Result<&'a [NetworkInterface], Gap<'a>> {
        self.list(self.observation.interfaces.get(subnet), || Question::Interfaces(subnet.clone()))
    }

    /// An interface; `None` if it is gone. Its subnet, if it is known, may save calls.
    pub fn interface(
        &self,
        id: &NetworkInterfaceId,
        subnet: Option<&SubnetId>,
    ) -> Result<Option<&'a NetworkInterface>, Gap<'a>> {
        match (self.observation.interface.get(id), subnet.and_then(|subnet| self.listed(subnet, id))) {
            (None, Some(listed)) => listed.map_err(Gap::Unread),
            (answer, _) => self.ask(answer, || Question::Interface { id: id.clone(), subnet: subnet.cloned() }),
        }
    }

    /// What the list of its subnet says of an interface, if that was read.
    fn listed(
        &self,
        subnet: &SubnetId,
        id: &NetworkInterfaceId,
    ) -> Option<Result<Option<&'a NetworkInterface>, &'a Unread>> {
        if let Some(listed) = &self.listed {
            return Some(listed.get(subnet)?.as_ref().map(|list| list.get(id).copied()).map_err(|unread| *unread));
        }
        match self.observation.interfaces.get(subnet)? {
            Answer::Known(list) => Some(Ok(list.iter().find(|one| one.id == *id))),
            Answer::Unread(unread) => Some(Err(unread)),
            Answer::Absent => None,
        }
    }

    /// The security groups of a VPC.
    pub fn security_groups(&self, vpc: &VpcId) -> Result<Vec<&'a SecurityGroup>, Gap<'a>> {
        let ids = self.list(self.observation.security_groups.get(vpc), || Question::SecurityGroups(vpc.clone()))?;
        let groups: Vec<_> = ids.iter().map(|id| self.security_group(id)).collect();
        Ok(groups.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// A security group.
    pub fn security_group(&self, id: &SecurityGroupId) -> Result<Option<&'a SecurityGroup>, Gap<'a>> {
        self.ask(self.observation.security_group.get(id), || Question::SecurityGroup(id.clone()))
    }

    /// The ranges in a prefix list; `None` if it is gone.
    pub fn prefix_list(&self, id: &PrefixListId) -> Result<Option<&'a [IpNet]>, Gap<'a>> {
        let entries = self.ask(self.observation.prefix_list.get(id), || Question::PrefixList(id.clone()))?;
        Ok(entries.map(Vec::as_slice))
    }

    /// How far the account's services are scaled.
    pub fn scalable_targets(&self) -> Result<&'a [ScalableTarget], Gap<'a>> {
        self.list(self.observation.scalable_targets.as_ref(), || Question::ScalableTargets)
    }

    /// How far a service is scaled; `None` if it isn't. Where many are looked at, ask for all of them first.
    pub fn scalable_target(&self, service: &ServiceId) -> Result<Option<&'a ScalableTarget>, Gap<'a>> {
        match &self.observation.scalable_targets {
            Some(Answer::Known(all)) => Ok(all.iter().find(|target| target.is_for(service))),
            Some(Answer::Unread(unread)) => Err(Gap::Unread(unread)),
            _ => self.ask(self.observation.scalable_target.get(service), || Question::ScalableTarget(service.clone())),
        }
    }

    /// Ownership records of a group; `None` without a ledger.
    pub fn owners(&self, group: &TargetGroupArn) -> Result<Option<&'a [Ownership]>, Gap<'a>> {
        let answer = self.ask(self.observation.owners.get(group), || Question::Owners(group.clone()));
        Ok(optional(answer)?.map(Vec::as_slice))
    }

    /// The last window opened for what is limited, if one was.
    pub fn window(&self, limited: &Limited) -> Result<Option<&'a Window>, Gap<'a>> {
        optional(self.ask(self.observation.windows.get(limited), || Question::Window(limited.clone())))
    }

    /// What AWS refused, as far as it still counts; nothing without a ledger.
    pub fn refusals(&self, refusable: &Refusable) -> Result<Vec<&'a Refusal>, Gap<'a>> {
        let answer = self.ask(self.observation.refusals.get(refusable), || Question::Refusals(refusable.clone()));
        let all = optional(answer)?.map_or(&[][..], Vec::as_slice);
        Ok(all.iter().filter(|refusal| refusal.counts(self.now())).collect())
    }

    /// The last update of any service of the account.
    pub fn latest_update(&self) -> Result<Option<&'a ServiceUpdate>, Gap<'a>> {
        optional(self.ask(self.observation.latest_update.as_ref(), || Question::LatestUpdate))
    }

    /// The last update of a service.
    pub fn service_update(&self, service: &ServiceId) -> Result<Option<&'a ServiceUpdate>, Gap<'a>> {
        optional(self.ask(self.observation.service_update.get(service), || Question::ServiceUpdate(service.clone())))
    }

    /// The last stop of one of a service's tasks.
    pub fn task_stop(&self, service: &ServiceId) -> Result<Option<&'a TaskStop>, Gap<'a>> {
        optional(self.ask(self.observation.task_stop.get(service), || Question::TaskStop(service.clone())))
    }

    /// The pause, if repairs are paused.
    pub fn pause(&self) -> Result<Option<&'a Pause>, Gap<'a>> {
        optional(self.ask(self.observation.pause.as_ref(), || Question::Pause))
    }
}

/// Without a ledger there is nothing to know from it.
const fn optional<'a, T>(answer: Result<Option<&'a T>, Gap<'a>>) -> Result<Option<&'a T>, Gap<'a>> {
    match answer {
        Err(Gap::Unread(Unread { kind: UnreadKind::NoLedger, .. })) => Ok(None),
        other => other,
    }
}
