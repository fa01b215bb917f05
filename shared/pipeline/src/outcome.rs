//! What a pass saw and did.

use std::collections::{BTreeMap, BTreeSet};

use model::call::CallError;
use model::finding::Finding;
use model::observation::{Observation, Remembered, Unread};
use model::repair::{Repair, RepairStatus};
use model::scope::{Site, Unit};

/// What a pass saw and did.
#[derive(Debug, Clone)]
pub struct PassOutcome {
    /// What was read.
    pub observation: Observation,
    /// What could not be judged, because something could not be read.
    pub abstentions: BTreeSet<(Unit, Unread)>,
    /// Every finding, and what came of its repairs.
    pub findings: Vec<Concluded>,
    /// Places whose look to come could not be asked for: who wanted it must come back.
    pub unsent: BTreeMap<Site, CallError>,
    /// How often a target group was judged: what a pass costs grows with it.
    pub judged_groups: usize,
    /// The ledger could not be written. The next pass that sees the same writes it.
    pub unrecorded: Option<CallError>,
    /// What a survey read that seldom changes and wasn't remembered so, to be kept for the next one.
    pub news: Vec<Remembered>,
}

/// A finding, and what came of its repairs.
#[derive(Debug, Clone, PartialEq)]
pub struct Concluded {
    /// The finding.
    pub finding: Finding,
    /// One conclusion for each of its repairs, in their order.
    pub conclusions: Vec<Conclusion>,
}

/// What came of a repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// The repair.
    pub repair: Repair,
    /// What came of it.
    pub status: RepairStatus,
    /// AWS's error code, where AWS said no.
    pub code: Option<String>,
    /// Why it came to that.
    pub reason: Option<String>,
}

impl Conclusion {
    pub(crate) fn new(repair: &Repair, status: RepairStatus, reason: impl Into<Option<String>>) -> Self {
        Self { repair: repair.clone(), status, code: None, reason: reason.into() }
    }

    /// AWS said no for good.
    pub(crate) fn refused(repair: &Repair, code: Option<String>, reason: String) -> Self {
        Self { code, ..Self::new(repair, RepairStatus::Refused, reason) }
    }

    /// It was withheld after all.
    pub(crate) fn withheld(repair: &Repair, why: impl Into<String>) -> Self {
        Self::new(repair, RepairStatus::Withheld, why.into())
    }

    /// The call for it failed, and it isn't done.
    pub(crate) fn failed(repair: &Repair, error: &CallError) -> Self {
        use model::call::CallErrorKind::{Denied, NotFound, Permanent};
        let for_good = matches!(error.kind, Denied | NotFound | Permanent);
        let status = if for_good { RepairStatus::Refused } else { RepairStatus::Failed };
        Self { code: error.code.clone(), ..Self::new(repair, status, error.message.clone()) }
    }
}
