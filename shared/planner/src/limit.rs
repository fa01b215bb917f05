//! The limit on removals of one target group in one window.
//!
//! This is the forecast: removals are counted in the ledger, atomically, when they are made, and may be refused there still.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::Timestamp;
use model::elb::{Target, TargetHealth};
use model::id::TargetGroupArn;
use model::observation::{Gap, Lookup, Unread};
use model::policy::Amount;

use crate::decide::NOT_READ_YET;
use crate::draft::{Draft, DraftStep, Verdict};
use crate::moment::after;

/// What the ledger is to hold the removals of a target group to: what every service concerned allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemovalLimit {
    /// How many of the group's targets may be removed in one window.
    pub max: Amount,
    /// How long a window is.
    pub window: Duration,
    /// How many targets the group has now, draining ones not counted: what a percentage is of, if a window opens now.
    pub targets: u32,
}

/// How many removals there is room for, and until when.
struct Room {
    limit: usize,
    left: usize,
    of: usize,
    ends: Timestamp,
}

/// Withholds the removals over each group's limit, and tells the limits of groups in which removals remain to be made.
///
/// Those that are to be made come before those that observe mode only plans, then the most severe, then by target.
pub(crate) fn bound(drafts: &mut [Draft], lookup: &Lookup<'_>) -> BTreeMap<TargetGroupArn, RemovalLimit> {
    let mut groups: BTreeMap<TargetGroupArn, Vec<_>> = BTreeMap::new();
    for draft in drafts {
        let severity = draft.finding.severity;
        for step in draft.steps.iter_mut().filter(|step| wants_room(step)) {
            let rank = (step.verdict == Verdict::Planned, Reverse(severity), step.repair.target());
            groups.entry(step.repair.target_group().clone()).or_default().push((rank, step));
        }
    }
    let bounded = groups.into_iter().filter_map(|(group, mut steps)| {
        steps.sort_by_key(|(rank, _)| *rank);
        let limit = bound_group(&group, steps.into_iter().map(|(_, step)| step).collect(), lookup)?;
        Some((group, limit))
    });
    bounded.collect()
}

fn wants_room(step: &DraftStep) -> bool {
    step.repair.is_removal() && matches!(step.verdict, Verdict::DoNow | Verdict::Planned)
}

fn bound_group(group: &TargetGroupArn, steps: Vec<&mut DraftStep>, lookup: &Lookup<'_>) -> Option<RemovalLimit> {
    let terms = steps.iter().map(|step| (step.terms.max_removals, step.terms.window));
    let (max, window) = terms.reduce(|one, other| (one.0.least(other.0), one.1.max(other.1)))?;
    let (limit, mut room) = match room(group, max, window, lookup) {
        Ok(found) => found,
        Err(gap) => {
            let reason = because(gap);
            steps.into_iter().for_each(|step| step.verdict = Verdict::Withheld(reason.clone()));
            return None;
        }
    };
    let mut granted: BTreeSet<Target> = BTreeSet::new();
    let mut any = false;
    for step in steps {
        let target = step.repair.target();
        if granted.contains(&target) || room.left > 0 {
            room.left -= usize::from(granted.insert(target));
            any |= step.verdict == Verdict::DoNow;
        } else {
            step.verdict = Verdict::Withheld(room.exhausted(group));
        }
    }
    any.then_some(limit)
}

fn room<'a>(
    group: &TargetGroupArn,
    max: Amount,
    window: Duration,
    lookup: &Lookup<'a>,
) -> Result<(RemovalLimit, Room), Gap<'a>> {
    let (counted, health) = (lookup.removals(group), lookup.target_health(group));
    let now = lookup.now();
    let targets = health?.unwrap_or_default().iter().filter(|target| TargetHealth::is_in_place(target)).count();
    let limit = RemovalLimit { max, window, targets: u32::try_from(targets).unwrap_or(u32::MAX) };
    let open = counted?.filter(|counted| after(counted.opened_at, window) > now);
    let (opened_at, of, used) = open.map_or((now, limit.targets, 0), |it| (it.opened_at, it.targets, it.removals));
    let (of, used) = (usize::try_from(of).unwrap_or(usize::MAX), usize::try_from(used).unwrap_or(usize::MAX));
    let allowed = max.of(of);
    Ok((limit, Room { limit: allowed, left: allowed.saturating_sub(used), of, ends: after(opened_at, window) }))
}

impl Room {
    fn exhausted(&self, group: &TargetGroupArn) -> String {
        let Self { limit, of, ends, .. } = self;
        let name = group.name();
        format!(
            "the limit for target group {name} is reached: {limit} removals (max_removals, of {of} targets) until the \
             window ends at {ends}"
        )
    }
}

fn because(gap: Gap<'_>) -> String {
    match gap {
        Gap::Pending => NOT_READ_YET.to_owned(),
        Gap::Unread(Unread { operation, error, .. }) => {
            format!("how many removals the limit leaves could not be read: {operation}: {error}")
        }
    }
}
