//! Where to look. Never what is true.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ClusterArn, ServiceArn, TargetGroupArn, TaskArn};

/// A service by cluster and name: what both forms of its ARN, a task's `group` and the API agree on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ServiceId {
    /// Its cluster.
    pub cluster: ClusterArn,
    /// Its name.
    pub name: Arc<str>,
}

impl ServiceId {
    /// The service `name` in `cluster`.
    #[must_use]
    pub fn new(cluster: &ClusterArn, name: &str) -> Self {
        Self { cluster: cluster.clone(), name: name.into() }
    }

    /// The service an ARN names, unless the ARN is of the old form, which doesn't say in which cluster it is.
    #[must_use]
    pub fn of(arn: &ServiceArn) -> Option<Self> {
        Some(Self::new(&arn.cluster()?, arn.name()))
    }
}

impl std::fmt::Display for ServiceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.cluster.name(), self.name)
    }
}

/// What an event says of a task. A hint where to look, and evidence of the address a stopped task had; never a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskHint {
    /// Its cluster.
    pub cluster: ClusterArn,
    /// The service its `group` names.
    pub service: Option<ServiceId>,
    /// The addresses its attachments had.
    pub addresses: Vec<IpAddr>,
    /// Orders the events of one task.
    pub version: i64,
}

/// Where to look: the union of all its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Every service and every target group of the account and Region.
    pub everything: bool,
    /// Every service of these clusters.
    pub clusters: BTreeSet<ClusterArn>,
    /// These services, with all their tasks.
    pub services: BTreeSet<ServiceId>,
    /// These tasks, and the target groups of their services. Hints are shared: a batch's messages and its pass have the same.
    pub tasks: BTreeMap<TaskArn, Arc<TaskHint>>,
    /// These target groups, with every service that uses them.
    pub target_groups: BTreeSet<TargetGroupArn>,
    /// Set where this is a part of a sweep, all parts of which together look at everything.
    pub part_of_sweep: Option<SweepPart>,
}

/// A part of a sweep that isn't one cluster: of what it may say that it isn't there any more, when it doesn't see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SweepPart {
    /// All that belongs to the scope's services.
    Services,
    /// Whatever no other part looks at.
    Rest(OtherParts),
}

/// What the other parts of a sweep look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherParts {
    /// When that was known.
    pub at: Timestamp,
    /// Clusters that a part looks at as a whole.
    pub clusters: BTreeSet<ClusterArn>,
    /// The services of all other clusters.
    pub services: BTreeSet<ServiceId>,
    /// Target groups that some service names.
    pub target_groups: BTreeSet<TargetGroupArn>,
}

impl Scope {
    /// Nothing to look at?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.everything
            && self.clusters.is_empty()
            && self.services.is_empty()
            && self.tasks.is_empty()
            && self.target_groups.is_empty()
    }

    /// Adds a task, keeping the newest hint of several, with the addresses that any of them has.
    pub fn add_task(&mut self, task: TaskArn, hint: impl Into<Arc<TaskHint>>) {
        let hint = hint.into();
        let kept = self.tasks.entry(task).or_insert_with(|| Arc::clone(&hint));
        let (mut newer, older) = if hint.version > kept.version { (hint, &*kept) } else { (Arc::clone(kept), &hint) };
        let lost: Vec<IpAddr> = older.addresses.iter().filter(|it| !newer.addresses.contains(it)).copied().collect();
        if !lost.is_empty() {
            Arc::make_mut(&mut newer).addresses.extend(lost);
        }
        *kept = newer;
    }

    /// Adds another scope to this one.
    pub fn merge(&mut self, other: Self) {
        self.everything |= other.everything;
        self.clusters.extend(other.clusters);
        self.services.extend(other.services);
        self.target_groups.extend(other.target_groups);
        for (task, hint) in other.tasks {
            self.add_task(task, hint);
        }
    }
}

/// What a judgement is about, so that what could not be read can be traced back to who asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// A task.
    Task(TaskArn),
    /// A service.
    Service(ServiceId),
    /// A target group.
    TargetGroup(TargetGroupArn),
    /// A cluster.
    Cluster(ClusterArn),
    /// The account.
    Everything,
}

/// Where a repair is made, and a look to come goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Site {
    /// A target group.
    TargetGroup(TargetGroupArn),
    /// A service, with all its tasks.
    Service(ServiceId),
    /// A task that belongs to no service.
    Task {
        /// The cluster it is in.
        cluster: ClusterArn,
        /// The task.
        task: TaskArn,
    },
}

impl Site {
    /// What is judged there.
    #[must_use]
    pub fn unit(&self) -> Unit {
        match self.clone() {
            Self::TargetGroup(group) => Unit::TargetGroup(group),
            Self::Service(service) => Unit::Service(service),
            Self::Task { task, .. } => Unit::Task(task),
        }
    }
}

impl std::fmt::Display for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TargetGroup(group) => f.write_str(group.name()),
            Self::Service(service) => service.fmt(f),
            Self::Task { task, .. } => write!(f, "task {}", task.id()),
        }
    }
}
