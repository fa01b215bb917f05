//! What judging gives: findings, and everything that is to be done besides repairing.

use std::collections::{BTreeMap, BTreeSet};

use model::Timestamp;
use model::finding::Finding;
use model::id::{ClusterArn, TargetGroupArn};
use model::ledger::OwnershipChange;
use model::observation::{Gap, Lookup, Question, Unread};
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
    /// The remembered answers that something which was found, or could not be judged, may rest on.
    pub rests_on: BTreeSet<Question>,
    /// How often something could not be judged.
    abstained: usize,
    /// The same, and findings, in units.
    said_in_units: usize,
    /// The remembered answers that were used in units.
    used_in_units: BTreeSet<Question>,
}

impl Judgement {
    /// Notes that `about` could not be judged. What merely wasn't asked yet is asked in the next round.
    pub(crate) fn abstain(&mut self, about: Unit, gap: Gap<'_>) {
        if let Gap::Unread(unread) = gap {
            self.abstentions.insert((about, unread.clone()));
            self.abstained += 1;
        }
    }

    fn said(&self) -> usize {
        self.findings.len() + self.abstained
    }

    /// Judges what rests on nothing that is found out in another unit. If anything comes of it, that rests on whatever was remembered
    /// and used for it. A unit may have others in it: what comes of one of those rests on what this one used outside of them too.
    pub(crate) fn unit<'a>(&mut self, lookup: &Lookup<'a>, judge: impl FnOnce(&mut Self)) {
        let (said, in_units, outside) = (self.said(), self.said_in_units, lookup.consulted());
        judge(self);
        let used = lookup.consulted();
        let came = self.said() - said;
        // Of units within this one too, which had counted it already.
        self.said_in_units = in_units + came;
        if came > 0 {
            self.rests_on.extend(used.iter().cloned());
        }
        self.used_in_units.extend(used);
        lookup.consult_again(outside);
    }

    /// Nothing is judged any more. What was found outside of units may rest on all that was used; what was found in one, on what was
    /// used outside of all as well.
    pub(crate) fn end_units(&mut self, lookup: &Lookup<'_>) {
        let used = lookup.consulted();
        if self.said() > self.said_in_units {
            self.rests_on.append(&mut self.used_in_units);
        }
        if self.said() > 0 {
            self.rests_on.extend(used);
        }
        self.used_in_units.clear();
    }

    /// The value, or a note why there is none.
    pub(crate) fn keep<T>(&mut self, about: impl FnOnce() -> Unit, answer: Result<T, Gap<'_>>) -> Option<T> {
        answer.map_err(|gap| self.abstain(about(), gap)).ok()
    }
}
