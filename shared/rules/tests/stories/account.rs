//! An account that answers questions.

use std::collections::{BTreeMap, BTreeSet};

use model::ec2::{InterfaceType, NetworkInterface, Subnet};
use model::ecs::{
    Cluster, ClusterList, Service, ServiceRevision, ServiceStatus, Tags, Task, TaskDefinition, TaskStatus,
};
use model::elb::{TargetGroup, TargetHealth};
use model::id::{ClusterArn, ServiceRevisionArn, SubnetId, TargetGroupArn, TaskArn, TaskDefinitionArn};
use model::ledger::Ownership;
use model::observation::{All, Answer, Desired, Observation, Question, TaskList, Unread, UnreadKind};
use model::scope::ServiceId;

use crate::names;
use crate::network::Network;
use crate::render::label;

/// What there is, and which questions fail.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    pub(crate) clusters: BTreeSet<ClusterArn>,
    pub(crate) services: BTreeMap<ServiceId, Service>,
    /// Services that want another number of tasks than they have.
    pub(crate) wanted: BTreeMap<ServiceId, u32>,
    pub(crate) tasks: BTreeMap<TaskArn, Task>,
    /// Tasks that AWS no longer tells.
    pub(crate) forgotten: BTreeSet<TaskArn>,
    pub(crate) definitions: BTreeMap<TaskDefinitionArn, TaskDefinition>,
    pub(crate) revisions: BTreeMap<ServiceRevisionArn, ServiceRevision>,
    pub(crate) groups: BTreeMap<TargetGroupArn, TargetGroup>,
    pub(crate) health: BTreeMap<TargetGroupArn, Vec<TargetHealth>>,
    pub(crate) subnets: Vec<Subnet>,
    /// Interfaces beside those of live tasks.
    pub(crate) other_interfaces: Vec<NetworkInterface>,
    pub(crate) network: Network,
    pub(crate) records: BTreeMap<TargetGroupArn, Vec<Ownership>>,
    pub(crate) has_no_ledger: bool,
    /// There is a cluster beside these whose name makes no sense.
    pub(crate) has_odd_cluster: bool,
    pub(crate) unread: BTreeSet<Question>,
}

impl Account {
    /// Nothing read of it yet.
    pub(crate) fn unseen() -> Observation {
        Observation::new(names::now(), names::account(), "eu-central-1".parse().expect("a Region"))
    }

    /// Everything that can be asked of it, answered.
    pub(crate) fn seen(&self) -> Observation {
        let mut observation = Self::unseen();
        self.questions().iter().for_each(|question| self.answer(question, &mut observation));
        observation
    }

    /// Every interface: those of live tasks, and the others.
    pub(crate) fn interfaces(&self) -> Vec<NetworkInterface> {
        let live = self.tasks.values().filter(|task| task.is_live());
        let of_tasks = live.flat_map(|task| task.interfaces.iter().map(move |one| (task, one)));
        let of_tasks = of_tasks.filter_map(|(task, one)| {
            let subnet = self.subnets.iter().find(|subnet| Some(&subnet.id) == one.subnet.as_ref());
            Some(NetworkInterface {
                id: one.network_interface.clone()?,
                vpc: subnet.map_or_else(|| names::vpc("main"), |subnet| subnet.vpc.clone()),
                subnet: one.subnet.clone(),
                description: format!("arn:aws:ecs:eu-central-1:111122223333:attachment/{}", one.attachment),
                interface_type: InterfaceType::Interface,
                addresses: one.addresses.clone(),
                prefixes: vec![],
                security_groups: self.network.actual_of(self, task, one),
                tags: Tags::new(),
            })
        });
        let all = of_tasks.chain(self.other_interfaces.iter().cloned());
        all.filter(|one| !self.network.vanished.contains(&one.id)).collect()
    }

    /// Fills in what this account answers.
    pub(crate) fn answer(&self, question: &Question, seen: &mut Observation) {
        match question {
            Question::Clusters => {
                let odd = self.has_odd_cluster.then(|| failure(question, UnreadKind::Permanent));
                let list = ClusterList { clusters: self.clusters.iter().cloned().collect(), odd };
                seen.aws.clusters.insert(All, self.or_unread(question, Some(list)));
            }
            Question::Cluster(arn) => {
                let cluster = Cluster { arn: arn.clone(), status: "ACTIVE".to_owned(), tasks: 0, tags: Tags::new() };
                let cluster = self.clusters.contains(arn).then_some(cluster);
                seen.aws.cluster.insert(arn.clone(), self.or_unread(question, cluster));
            }
            Question::Services(arn) => {
                // A deleted service can be described for a while, but isn't listed.
                let listed = self
                    .services
                    .iter()
                    .filter(|(id, service)| id.cluster == *arn && service.status != ServiceStatus::Inactive);
                let ids = listed.map(|(id, _)| id.clone()).collect();
                let ids = self.clusters.contains(arn).then_some(ids);
                seen.aws.services.insert(arn.clone(), self.or_unread(question, ids));
            }
            Question::Service(id) => {
                let service = self.services.get(id).map(|service| self.counted(id, service));
                seen.aws.service.insert(id.clone(), self.or_unread(question, service));
            }
            Question::Tasks(list) => {
                let tasks = self.known_tasks().filter(|task| is_in(task, list)).map(|task| task.arn.clone()).collect();
                seen.aws.tasks.insert(list.clone(), self.or_unread(question, Some(tasks)));
            }
            Question::Task { task: arn, cluster } => {
                let task = self.known_tasks().find(|task| task.arn == *arn && task.cluster == *cluster).cloned();
                seen.aws.task.insert(arn.clone(), self.or_unread(question, task));
            }
            Question::TaskDefinition(arn) => {
                let definition = self.definitions.get(arn).cloned();
                seen.aws.task_definition.insert(arn.clone(), self.or_unread(question, definition));
            }
            Question::ServiceRevision(arn) => {
                let revision = self.revisions.get(arn).cloned();
                seen.aws.service_revision.insert(arn.clone(), self.or_unread(question, revision));
            }
            Question::TargetGroups => {
                seen.aws
                    .target_groups
                    .insert(All, self.or_unread(question, Some(self.groups.keys().cloned().collect())));
                // The list describes its groups too.
                if !self.unread.contains(question) {
                    let groups = self.groups.keys().cloned().map(Question::TargetGroup);
                    groups.for_each(|question| self.answer(&question, seen));
                }
            }
            Question::TargetGroup(arn) => {
                let group = self.groups.get(arn).cloned();
                seen.aws.target_group.insert(arn.clone(), self.or_unread(question, group));
            }
            Question::TargetHealth(arn) => {
                let health = self.groups.get(arn).map(|_| self.health.get(arn).cloned().unwrap_or_default());
                seen.aws.target_health.insert(arn.clone(), self.or_unread(question, health));
            }
            Question::Subnets(vpc) => {
                let subnets = self.subnets.iter().filter(|subnet| subnet.vpc == *vpc).cloned().collect();
                seen.aws.subnets.insert(vpc.clone(), self.or_unread(question, Some(subnets)));
            }
            Question::Interfaces(subnet) => {
                let interfaces = self.interfaces_in(subnet);
                seen.aws.interfaces.insert(subnet.clone(), self.or_unread(question, Some(interfaces)));
            }
            Question::Owners(arn) => {
                let records = self.records.get(arn).cloned().unwrap_or_default();
                let records = if self.has_no_ledger {
                    Answer::Unread(failure(question, UnreadKind::NoLedger))
                } else {
                    self.or_unread(question, Some(records))
                };
                seen.ledger.owners.insert(arn.clone(), records);
            }
            _ => self.network.answer(self, question, seen),
        }
    }

    fn questions(&self) -> BTreeSet<Question> {
        let mut all = BTreeSet::from([Question::Clusters, Question::TargetGroups]);
        let lists = |cluster: &ClusterArn, service: Option<&ServiceId>| {
            [Desired::Running, Desired::Stopped].map(|desired| {
                Question::Tasks(TaskList { cluster: cluster.clone(), service: service.cloned(), desired })
            })
        };
        for arn in &self.clusters {
            all.extend([Question::Cluster(arn.clone()), Question::Services(arn.clone())]);
            all.extend(lists(arn, None));
        }
        for id in self.services.keys() {
            all.insert(Question::Service(id.clone()));
            all.extend(lists(&id.cluster, Some(id)));
        }
        let task = |task: &Task| Question::Task { cluster: task.cluster.clone(), task: task.arn.clone() };
        all.extend(self.tasks.values().map(task));
        all.extend(self.definitions.keys().cloned().map(Question::TaskDefinition));
        all.extend(self.revisions.keys().cloned().map(Question::ServiceRevision));
        for arn in self.groups.keys() {
            all.extend([Question::TargetGroup, Question::TargetHealth, Question::Owners].map(|ask| ask(arn.clone())));
        }
        for subnet in &self.subnets {
            all.extend([Question::Subnets(subnet.vpc.clone()), Question::Interfaces(subnet.id.clone())]);
        }
        all.extend(self.network.questions(self));
        all
    }

    pub(crate) fn or_unread<T>(&self, question: &Question, answer: Option<T>) -> Answer<T> {
        if self.unread.contains(question) {
            return Answer::Unread(failure(question, UnreadKind::Transient));
        }
        answer.map_or(Answer::Absent, Answer::Known)
    }

    fn known_tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values().filter(|task| !self.forgotten.contains(&task.arn))
    }

    fn counted(&self, id: &ServiceId, service: &Service) -> Service {
        let count = |is: &dyn Fn(&Task) -> bool| {
            let of_service =
                self.tasks.values().filter(|task| is_of(task, id) && task.desired_status == TaskStatus::Running);
            u32::try_from(of_service.filter(|task| is(task)).count()).expect("a few")
        };
        let running = count(&|task| task.last_status == TaskStatus::Running);
        let pending = count(&|task| task.last_status != TaskStatus::Running);
        let wanted = self.wanted.get(id).copied().unwrap_or(running + pending);
        Service { desired_count: wanted, running_count: running, pending_count: pending, ..service.clone() }
    }

    fn interfaces_in(&self, subnet: &SubnetId) -> Vec<NetworkInterface> {
        self.interfaces().into_iter().filter(|one| one.subnet.as_ref() == Some(subnet)).collect()
    }
}

/// Is it a task of this service?
pub(crate) fn is_of(task: &Task, id: &ServiceId) -> bool {
    task.cluster == id.cluster && task.service_name() == Some(&*id.name)
}

fn is_in(task: &Task, list: &TaskList) -> bool {
    let desired = match list.desired {
        Desired::Running => task.desired_status == TaskStatus::Running,
        Desired::Stopped => task.desired_status != TaskStatus::Running,
    };
    desired && task.cluster == list.cluster && list.service.as_ref().is_none_or(|id| is_of(task, id))
}

fn failure(question: &Question, kind: UnreadKind) -> Unread {
    Unread {
        resource: label(question),
        operation: "aws:Read".to_owned(),
        error: "timed out".to_owned(),
        kind,
        code: None,
    }
}
