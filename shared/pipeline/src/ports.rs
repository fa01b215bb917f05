//! What a pass needs of the world besides AWS's facts and the ledger: a clock, a queue for looks to come, and what a survey may
//! remember.
//!
//! Functions bring the real ones, the simulator and tests bring their own. What a message looks like on its way
//! through a queue is not said here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use model::call::CallError;
use model::finding::Fingerprint;
use model::id::TaskArn;
use model::observation::{Observation, Question, Remembered, Unread};
use model::scope::{Scope, ServiceId, Site, TaskHint, Unit};
use planner::PlannedFinding;

/// Time, as a pass sees it.
pub trait Clock: Send + Sync {
    /// What time it is.
    fn now(&self) -> Timestamp;

    /// Waits.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}

/// Where looks to come are left.
pub trait LookQueue: Send + Sync {
    /// Leaves looks, each to come back once its time has come, at least once. `now` is when this is.
    ///
    /// Returns the looks that could not be left, or not wholly, with the reason. Leaving one again does no harm.
    fn send(
        &self,
        looks: Vec<DelayedLook>,
        now: Timestamp,
    ) -> impl Future<Output = Vec<(DelayedLook, CallError)>> + Send;
}

/// What surveys remember of an account.
pub trait FactStore: Sync {
    /// Whether what is remembered may answer. If not, it is only brought up to date.
    fn may_answer(&self) -> bool;

    /// What is kept as an answer to these, with the time it was read; `None` if it can't be had, and then AWS is asked.
    fn recall(&self, questions: &[Question]) -> impl Future<Output = Option<Vec<Remembered>>> + Send;

    /// The remembered facts on which an alert would be resolved or lowered. Those are read from AWS first.
    fn doubted(&self, judged: JudgedAccount<'_>) -> impl Future<Output = BTreeSet<Question>> + Send;
}

/// What a survey came to, before anything is reported.
#[derive(Debug, Clone, Copy)]
pub struct JudgedAccount<'a> {
    /// What was read, and remembered.
    pub observation: &'a Observation,
    /// What was found.
    pub findings: &'a [PlannedFinding],
    /// What could not be judged.
    pub abstentions: &'a BTreeSet<(Unit, Unread)>,
}

/// A look to come at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelayedLook {
    /// The place.
    pub site: Site,
    /// Services to look at with it.
    pub services: BTreeSet<ServiceId>,
    /// Tasks to look at with it, with what their events said.
    pub tasks: BTreeMap<TaskArn, Arc<TaskHint>>,
    /// What was suspected ([`model::finding::Finding::suspicion`]), and when it was first seen. Empty where the look is
    /// for tasks in grace.
    pub suspicions: BTreeMap<Fingerprint, Timestamp>,
    /// How many looks came before this one.
    pub attempt: u32,
    /// When to look; before that it is of no use.
    pub not_before: Timestamp,
}

impl DelayedLook {
    /// Where to look. At a target group, that is the services that led to it, or, where none did, the group itself, which
    /// means finding out for the whole account who uses it.
    #[must_use]
    pub fn scope(&self) -> Scope {
        let mut scope = Scope { services: self.services.clone(), tasks: self.tasks.clone(), ..Scope::default() };
        match &self.site {
            Site::TargetGroup(group) if self.services.is_empty() => drop(scope.target_groups.insert(group.clone())),
            Site::TargetGroup(_) => {}
            Site::Service(service) => drop(scope.services.insert(service.clone())),
            Site::Task { cluster, task } => {
                let hint = TaskHint { cluster: cluster.clone(), service: None, addresses: Vec::new(), version: 0 };
                scope.add_task(task.clone(), hint);
            }
        }
        scope
    }
}
