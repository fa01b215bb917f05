//! What judging gives: findings, and everything that is to be done besides repairing.

use std::collections::{BTreeMap, BTreeSet};

use model::Timestamp;
use model::finding::Finding;
use model::id::{ClusterArn, TargetGroupArn};
use model::ledger::OwnershipChange;
use model::observation::{Gap, Unread};
use model::scope::{ServiceId, Unit};

/// The outcome of judging an observation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judgement {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What could not be judged, because something could not be read.
    pub abstentions: BTreeSet<(Unit, Unread)>,
    /// Groups to be looked at again then: a task is in grace, a target is being registered, or the interface
    /// of a task that stopped isn't deleted yet.
    pub in_grace: BTreeSet<(TargetGroupArn, Timestamp)>,
    /// The target groups judged, with the services under judgement that use them.
    pub users: BTreeMap<TargetGroupArn, BTreeSet<ServiceId>>,
    /// How many target groups were judged: what judging costs grows with it.
    pub judged_groups: usize,
    /// The clusters whose tasks were listed in one, not service by service.
    pub listed: BTreeSet<ClusterArn>,
    /// What the ledger is to remember or to end.
    pub ownership: Vec<OwnershipChange>,
}

impl Judgement {
    /// Notes that `about` could not be judged. What merely wasn't asked yet is asked in the next round.
    pub(crate) fn abstain(&mut self, about: Unit, gap: Gap<'_>) {
        if let Gap::Unread(unread) = gap {
            self.abstentions.insert((about, unread.clone()));
        }
    }

    /// The value, or a note why there is none.
    pub(crate) fn keep<T>(&mut self, about: impl FnOnce() -> Unit, answer: Result<T, Gap<'_>>) -> Option<T> {
        answer.map_err(|gap| self.abstain(about(), gap)).ok()
    }
}
