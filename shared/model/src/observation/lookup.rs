//! How a rule asks.

use std::cell::RefCell;
use std::collections::BTreeSet;

use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{All, Answer, Observation, Question, TaskList, Unread, UnreadKind};
use crate::ec2::{NetworkInterface, SecurityGroup};
use crate::ecs::{ClusterList, Tags, Task};
use crate::id::{ClusterArn, LoadBalancerArn, NetworkInterfaceId, SubnetId, TargetGroupArn, TaskArn, VpcId};
use crate::ledger::{Refusable, Refusal};
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
    /// What was answered from what is remembered since it was last asked for.
    consulted: RefCell<BTreeSet<Question>>,
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

impl<'a> From<&'a Unread> for Gap<'a> {
    fn from(unread: &'a Unread) -> Self {
        Self::Unread(unread)
    }
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
        let lists = observation.aws.interfaces.iter();
        let all_tasks = &observation.aws.task;
        let mut tasks = FxHashMap::with_capacity_and_hasher(all_tasks.len(), Default::default());
        tasks.extend(all_tasks.iter());
        Self {
            tasks: Some(tasks),
            listed: Some(lists.filter_map(|(subnet, list)| Some((subnet, index(list)?))).collect()),
            ..Self::for_few(observation)
        }
    }

    /// The same for a judgement of few things, which doesn't go through everything that was read.
    #[must_use]
    pub fn for_few(observation: &'a Observation) -> Self {
        Self { observation, open: RefCell::default(), consulted: RefCell::default(), tasks: None, listed: None }
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

    /// Without a ledger there is nothing to know from it.
    pub(super) fn ask<T>(
        &self,
        answer: Option<&'a Answer<T>>,
        question: impl FnOnce() -> Question,
    ) -> Result<Option<&'a T>, Gap<'a>> {
        match answer {
            Some(Answer::Known(value)) => Ok(Some(value)),
            Some(Answer::Absent | Answer::Unread(Unread { kind: UnreadKind::NoLedger, .. })) => Ok(None),
            Some(Answer::Unread(unread)) => Err(Gap::Unread(unread)),
            None => {
                self.open.borrow_mut().insert(question());
                Err(Gap::Pending)
            }
        }
    }

    pub(super) fn list<T>(
        &self,
        answer: Option<&'a Answer<Vec<T>>>,
        question: impl FnOnce() -> Question,
    ) -> Result<&'a [T], Gap<'a>> {
        Ok(self.ask(answer, question)?.map_or(&[], Vec::as_slice))
    }

    /// The clusters that can be looked at, and why another can't if there is one.
    pub fn cluster_list(&self) -> Result<&'a ClusterList, Gap<'a>> {
        const NONE: &ClusterList = &ClusterList { clusters: Vec::new(), odd: None };
        Ok(self.ask(self.observation.aws.clusters.get(&All), || Question::Clusters)?.unwrap_or(NONE))
    }

    /// All clusters. Where one of them can't be looked at nobody knows what is in all of them.
    pub fn clusters(&self) -> Result<&'a [ClusterArn], Gap<'a>> {
        let list = self.cluster_list()?;
        list.odd.as_ref().map_or(Ok(&list.clusters), |odd| Err(Gap::Unread(odd)))
    }

    /// The same of a fact that may be remembered: if it is, note is taken that it was used.
    pub(super) fn ask_steady<T>(
        &self,
        answer: Option<&'a Answer<T>>,
        question: impl Fn() -> Question,
    ) -> Result<Option<&'a T>, Gap<'a>> {
        if !self.observation.remembered.is_empty() {
            let question = question();
            if self.observation.remembered.contains_key(&question) {
                self.consulted.borrow_mut().insert(question);
            }
        }
        self.ask(answer, question)
    }

    /// What was answered from what is remembered since this was last called.
    #[must_use]
    pub fn consulted(&self) -> BTreeSet<Question> {
        self.consulted.take()
    }

    /// Takes note of what was used before.
    pub fn consult_again(&self, used: BTreeSet<Question>) {
        self.consulted.borrow_mut().extend(used);
    }

    /// A list of tasks.
    pub fn tasks(&self, list: &TaskList) -> Result<&'a [TaskArn], Gap<'a>> {
        let facts = &self.observation.aws;
        match (facts.tasks.get(list), facts.stopped_in_one.get(&list.cluster)) {
            (None, Some(Answer::Unread(unread))) if list.is_stopped_of_service() => Err(Gap::Unread(unread)),
            (None, Some(Answer::Absent)) if list.is_stopped_of_service() => Ok(&[]),
            (answer, _) => self.list(answer, || Question::Tasks(list.clone())),
        }
    }

    /// The list of the whole cluster that has what is in this one, where it was read in its place. `serviceName` only "limits the
    /// results to tasks that belong to that service" (ListTasks in the Amazon ECS API reference); whose a task is, its description says
    /// either way.
    #[must_use]
    pub fn listed_by_cluster(&self, list: &TaskList) -> Option<TaskList> {
        let facts = &self.observation.aws;
        let was_read = list.is_stopped_of_service() && facts.stopped_in_one.known(&list.cluster) == Some(&true);
        (was_read && !facts.tasks.contains_key(list)).then(|| list.of_cluster())
    }

    /// A task; `None` if there is none.
    pub fn task(&self, cluster: &ClusterArn, arn: &TaskArn) -> Result<Option<&'a Task>, Gap<'a>> {
        let answer = match &self.tasks {
            Some(tasks) => tasks.get(arn).copied(),
            None => self.observation.aws.task.get(arn),
        };
        self.ask(answer, || Question::Task { cluster: cluster.clone(), task: arn.clone() })
    }

    /// Tags of a target group.
    pub fn target_group_tags(&self, arn: &TargetGroupArn) -> Result<Option<&'a Tags>, Gap<'a>> {
        self.tags(&arn.clone().into())
    }

    /// Tags of a load balancer.
    pub fn load_balancer_tags(&self, arn: &LoadBalancerArn) -> Result<Option<&'a Tags>, Gap<'a>> {
        self.tags(&arn.clone().into())
    }

    /// An interface; `None` if it is gone. Its subnet, if it is known, may save calls.
    pub fn interface(
        &self,
        id: &NetworkInterfaceId,
        subnet: Option<&SubnetId>,
    ) -> Result<Option<&'a NetworkInterface>, Gap<'a>> {
        match (self.observation.aws.interface.get(id), subnet.and_then(|subnet| self.listed(subnet, id))) {
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
        match self.observation.aws.interfaces.get(subnet)? {
            Answer::Known(list) => Some(Ok(list.iter().find(|one| one.id == *id))),
            Answer::Unread(unread) => Some(Err(unread)),
            Answer::Absent => None,
        }
    }

    /// The security groups of a VPC.
    pub fn security_groups(&self, vpc: &VpcId) -> Result<Vec<&'a SecurityGroup>, Gap<'a>> {
        let ids = self.list(self.observation.aws.security_groups.get(vpc), || Question::SecurityGroups(vpc.clone()))?;
        let groups: Vec<_> = ids.iter().map(|id| self.security_group(id)).collect();
        Ok(groups.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// How far a service is scaled; `None` if it isn't. Where many are looked at, ask for all of them first.
    pub fn scalable_target(&self, service: &ServiceId) -> Result<Option<&'a ScalableTarget>, Gap<'a>> {
        let facts = &self.observation.aws;
        match facts.scalable_targets.get(&All) {
            Some(Answer::Known(all)) => Ok(all.iter().find(|target| target.is_for(service))),
            Some(Answer::Unread(unread)) => Err(Gap::Unread(unread)),
            _ => self.ask(facts.scalable_target.get(service), || Question::ScalableTarget(service.clone())),
        }
    }

    /// What AWS refused, as far as it still counts; nothing without a ledger.
    pub fn refusals(&self, of: &Refusable) -> Result<Vec<&'a Refusal>, Gap<'a>> {
        let all = self.list(self.observation.ledger.refusals.get(of), || Question::Refusals(of.clone()))?;
        Ok(all.iter().filter(|refusal| refusal.counts(self.now())).collect())
    }
}
