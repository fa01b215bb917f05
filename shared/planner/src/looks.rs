//! The looks to come: one for each place where something waits, later each time.
//!
//! Whether a look confirms anything is decided in [`confirm`](crate::confirm). A look is asked for here and brought about by
//! others, who wait as long as they can at a time: a message on a queue can't be delayed by more than 900 seconds, and a
//! look that comes too soon waits on without harm.

use std::collections::BTreeMap;

use model::Timestamp;
use model::finding::Fingerprint;
use model::id::TargetGroupArn;
use model::quota::LONGEST_DELAY;
use model::scope::Site;

use crate::capabilities::Waiting;
use crate::moment::{after, until};
use crate::plan::PlannedFinding;
use crate::verdict::Suspicion;

/// After so many looks that confirmed nothing, no more are asked for: the scheduled sweep looks anyway.
pub const MAX_ATTEMPTS: u32 = 5;

/// What the look-again messages of this pass carry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LookHistory {
    /// Suspicions, and when each was first seen.
    pub first: BTreeMap<Fingerprint, Timestamp>,
    /// How many looks in a row have led to this one; 0 if it isn't one.
    pub attempt: u32,
}

/// A task in grace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskInGrace {
    /// The target group it belongs in.
    pub target_group: TargetGroupArn,
    /// When it is old enough.
    pub at: Timestamp,
}

/// A look to come at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookAgain {
    /// When. Beyond what a queue can delay only where nothing is due sooner.
    pub at: Timestamp,
    /// The suspicions it may confirm, and when each was first seen.
    pub suspicions: BTreeMap<Fingerprint, Timestamp>,
    /// How many looks in a row it makes.
    pub attempt: u32,
}

/// What waits in one place.
#[derive(Debug, Default)]
struct PlaceWaiting {
    suspicions: BTreeMap<Fingerprint, Suspicion>,
    in_grace: Vec<Timestamp>,
}

/// One look for each place where something waits.
pub(crate) fn to_come(
    findings: &[PlannedFinding],
    in_grace: &[TaskInGrace],
    looks: &LookHistory,
    waiting: Waiting,
    now: Timestamp,
) -> BTreeMap<Site, LookAgain> {
    let mut pending: BTreeMap<Site, PlaceWaiting> = BTreeMap::new();
    for planned in findings {
        for step in &planned.steps {
            if let Some(suspicion) = step.suspicion {
                let place = pending.entry(step.repair.site()).or_default();
                place.suspicions.insert(planned.suspicion, suspicion);
            }
        }
    }
    let welcome = waiting != Waiting::No && looks.attempt < MAX_ATTEMPTS;
    for task in in_grace.iter().filter(|_| welcome) {
        pending.entry(Site::TargetGroup(task.target_group.clone())).or_default().in_grace.push(task.at);
    }
    pending.into_iter().map(|(site, pending)| (site, pending.look(looks.attempt, now))).collect()
}

impl PlaceWaiting {
    fn look(self, attempt: u32, now: Timestamp) -> LookAgain {
        let at = self.time(attempt, now);
        // A look is counted unless it was only too early for all that waits: such a wait ends by itself.
        let counts = !self.in_grace.is_empty() || self.suspicions.values().any(|suspicion| !suspicion.early);
        let suspicions = self.suspicions.into_iter().map(|(print, suspicion)| (print, suspicion.first_seen)).collect();
        LookAgain { at, suspicions, attempt: attempt.saturating_add(u32::from(counts)) }
    }

    /// When the most that waits is due, twice as far off at each attempt; but never so late that a suspicion has grown too
    /// old, or that a queue can't wait so long, if something is due before.
    fn time(&self, attempt: u32, now: Timestamp) -> Timestamp {
        let suspicions = self.suspicions.values();
        let longest = now.checked_add(LONGEST_DELAY).unwrap_or(Timestamp::MAX);
        let latest = suspicions.clone().map(Suspicion::latest).chain([longest]).min().unwrap_or(now);
        let due = || suspicions.clone().map(|suspicion| suspicion.due).chain(self.in_grace.iter().copied());
        let due = due().filter(|due| *due <= latest).max().or(due().min()).unwrap_or(now);
        let patient = after(now, until(now, due).saturating_mul(2_u32.saturating_pow(attempt)));
        due.max(patient.min(latest))
    }
}
