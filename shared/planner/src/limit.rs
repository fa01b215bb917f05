//! The limits on changes in one window.
//!
//! This is the forecast: changes are counted in the ledger, atomically, when they are made, and may be refused there still.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::Timestamp;
use model::elb::TargetHealth;
use model::ledger::Limited;
use model::observation::{Gap, Lookup};
use model::policy::Amount;
use model::repair::Repair;

use crate::decision::Decision;
use crate::moment::after;
use crate::plan::{PlannedFinding, Step};
use crate::unread::unread;

/// What the ledger is to hold changes of one kind to: what every service concerned allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepairLimit {
    /// How many may be made in one window.
    pub max: Amount,
    /// How long a window is.
    pub window: Duration,
    /// What a percentage is of, if a window opens now: the targets a group has, draining ones not counted. 0 where the
    /// limit is a count.
    pub whole: u32,
}

/// How many changes there is room for, and until when.
struct Room {
    limit: usize,
    left: usize,
    of: usize,
    ends: Timestamp,
}

/// Withholds the changes over each limit, and tells the limits of what remains to be changed.
///
/// Those that are to be made come before those that observe mode only plans, then the most severe, then by target.
pub(crate) fn bound(findings: &mut [PlannedFinding], lookup: &Lookup<'_>) -> BTreeMap<Limited, RepairLimit> {
    let mut all: BTreeMap<Limited, Vec<_>> = BTreeMap::new();
    for planned in findings {
        let severity = planned.finding.severity;
        for step in planned.steps.iter_mut().filter(|step| matches!(step.decision, Decision::DoNow | Decision::Planned))
        {
            let Some(limited) = step.repair.limited() else { continue };
            let rank =
                (step.decision == Decision::Planned, Reverse(severity), step.repair.target(), step.repair.clone());
            all.entry(limited).or_default().push((rank, step));
        }
    }
    let bounded = all.into_iter().filter_map(|(limited, mut steps)| {
        steps.sort_by(|(one, _), (other, _)| one.cmp(other));
        let limit = bound_one(&limited, steps.into_iter().map(|(_, step)| step).collect(), lookup)?;
        Some((limited, limit))
    });
    bounded.collect()
}

fn bound_one(limited: &Limited, steps: Vec<&mut Step>, lookup: &Lookup<'_>) -> Option<RepairLimit> {
    let terms = steps.iter().map(|step| (step.terms.max, step.terms.window));
    let (max, window) = terms.reduce(|one, other| (one.0.least(other.0), one.1.max(other.1)))?;
    let (limit, mut room) = match room(limited, max, window, lookup) {
        Ok(found) => found,
        Err(gap) => {
            let what = if matches!(limited, Limited::Removals(_)) { "removals" } else { "changes" };
            let reason = unread(&format!("how many {what} the limit leaves"), gap);
            steps.into_iter().for_each(|step| step.withhold(reason.clone()));
            return None;
        }
    };
    // The same change may mend several findings, and counts once.
    let mut granted: BTreeSet<Repair> = BTreeSet::new();
    let mut any = false;
    for step in steps {
        if granted.contains(&step.repair) || room.left > 0 {
            room.left -= usize::from(granted.insert(step.repair.clone()));
            any |= step.decision == Decision::DoNow;
        } else {
            step.withhold(room.exhausted(limited));
        }
    }
    any.then_some(limit)
}

fn room<'a>(
    limited: &Limited,
    max: Amount,
    window: Duration,
    lookup: &Lookup<'a>,
) -> Result<(RepairLimit, Room), Gap<'a>> {
    let (counted, whole) = (lookup.window(limited), whole(limited, lookup));
    let now = lookup.now();
    let limit = RepairLimit { max, window, whole: whole? };
    let open = counted?.filter(|counted| after(counted.opened_at, window) > now);
    let (opened_at, of, used) = open.map_or((now, limit.whole, 0), |it| (it.opened_at, it.whole, it.changes));
    let (of, used) = (usize::try_from(of).unwrap_or(usize::MAX), usize::try_from(used).unwrap_or(usize::MAX));
    let allowed = max.of(of);
    Ok((limit, Room { limit: allowed, left: allowed.saturating_sub(used), of, ends: after(opened_at, window) }))
}

fn whole<'a>(limited: &Limited, lookup: &Lookup<'a>) -> Result<u32, Gap<'a>> {
    let Limited::Removals(group) = limited else { return Ok(0) };
    let health = lookup.target_health(group)?.unwrap_or_default();
    let targets = health.iter().filter(|target| TargetHealth::is_in_place(target)).count();
    Ok(u32::try_from(targets).unwrap_or(u32::MAX))
}

impl Room {
    fn exhausted(&self, limited: &Limited) -> String {
        let Self { limit, of, ends, .. } = self;
        let reached = match limited {
            Limited::Removals(group) => {
                let name = group.name();
                format!(
                    "the limit for target group {name} is reached: {limit} removals (max_removals, of {of} targets)"
                )
            }
            Limited::InterfaceChanges => {
                format!("the limit is reached: {limit} interfaces changed (max_interface_changes)")
            }
            Limited::ServiceUpdates => format!("the limit is reached: {limit} services updated (max_updates)"),
            Limited::TaskStops(Some(service)) => {
                format!("the limit for service {service} is reached: {limit} tasks stopped (max_stops)")
            }
            Limited::TaskStops(None) => {
                format!("the limit is reached: {limit} tasks without a service stopped (max_stops)")
            }
        };
        format!("{reached} until the window ends at {ends}")
    }
}
