//! What must hold of the changes that passes made, by comparing the account before and after.

use aws::memory::World;
use jiff::SignedDuration;
use model::Timestamp;
use model::id::TaskArn;
use model::policy::RepairOption;
use model::repair::{Repair, RepairStatus};
use model::scope::Site;
use pipeline::PassOutcome;

use crate::account::{SERVICES, is_right, service, serving};

/// The policy's limits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) max_stops: u32,
    pub(crate) max_updates: u32,
    pub(crate) window: SignedDuration,
}

/// What passes did so far.
#[derive(Debug, Default)]
pub(crate) struct Deeds {
    pub(crate) stops: Vec<(Timestamp, usize, TaskArn)>,
    pub(crate) updates: Vec<(Timestamp, usize)>,
    /// Services whose groups something put back after they were updated.
    pub(crate) put_back: Vec<usize>,
}

impl Deeds {
    /// Adds what changed between two moments in which nobody but passes did anything.
    pub(crate) fn add(&mut self, before: &World, after: &World, now: Timestamp, limits: Limits) -> Result<(), String> {
        for nth in 0..SERVICES.len() {
            self.add_stops(before, after, nth, now, limits)?;
        }
        let forced = |nth: &usize| {
            let (was, is) = (&before.services[&service(*nth)], &after.services[&service(*nth)]);
            was.network == is.network && was.primary_deployment() != is.primary_deployment()
        };
        let given = |nth: &usize| before.services[&service(*nth)].network != after.services[&service(*nth)].network;
        let updated: Vec<usize> = (0..SERVICES.len()).filter(|nth| given(nth) || forced(nth)).collect();
        for nth in updated.iter().filter(|nth| forced(nth)) {
            let network = before.services[&service(*nth)].network.as_ref();
            if !network.is_some_and(|network| is_right(&network.security_groups)) {
                return Err(format!("{} was deployed anew, and declares the wrong groups", SERVICES[*nth]));
            }
            if self.updates.iter().any(|(_, earlier)| earlier == nth) {
                return Err(format!("{} was deployed a second time for the same groups", SERVICES[*nth]));
            }
        }
        for nth in &updated {
            if self.put_back.contains(nth) {
                return Err(format!("{} was updated though something had put its groups back", SERVICES[*nth]));
            }
            if !before.services[&service(*nth)].is_steady() {
                return Err(format!("{} was updated while it wasn't steady", SERVICES[*nth]));
            }
        }
        let rolling = self.updates.last().filter(|(_, nth)| !before.services[&service(*nth)].is_steady());
        if updated.len() > 1 || (!updated.is_empty() && rolling.is_some()) {
            return Err(format!("a second service was updated while one was rolling: {updated:?} after {rolling:?}"));
        }
        self.updates.extend(updated.into_iter().map(|nth| (now, nth)));
        within(self.updates.iter().map(|(at, _)| *at), limits.max_updates, limits.window, "updates")
    }

    /// Whatever was done since there were so many updates and stops, a report says that it was.
    pub(crate) fn are_reported(&self, updates: usize, stops: usize, outcomes: &[PassOutcome]) -> Result<(), String> {
        let findings = outcomes.iter().flat_map(|outcome| &outcome.findings);
        let conclusions = findings.flat_map(|finding| &finding.conclusions);
        let done: Vec<&Repair> =
            conclusions.filter(|one| one.status == RepairStatus::Done).map(|one| &one.repair).collect();
        let is_update_of = |repair: &&Repair, nth: usize| {
            repair.option() == Some(RepairOption::UpdateService) && repair.site() == Site::Service(service(nth))
        };
        for (_, nth) in &self.updates[updates..] {
            if !done.iter().any(|repair| is_update_of(repair, *nth)) {
                return Err(format!("no report says that {} was updated", SERVICES[*nth]));
            }
        }
        for (_, _, task) in &self.stops[stops..] {
            if !done.iter().any(|repair| repair.option() == Some(RepairOption::StopTask) && repair.task() == Some(task))
            {
                return Err(format!("no report says that task {} was stopped", task.id()));
            }
        }
        Ok(())
    }

    fn add_stops(
        &mut self,
        before: &World,
        after: &World,
        nth: usize,
        now: Timestamp,
        limits: Limits,
    ) -> Result<(), String> {
        let left: Vec<&TaskArn> = serving(after, nth).into_iter().map(|task| &task.arn).collect();
        let stopped: Vec<TaskArn> =
            serving(before, nth).into_iter().map(|task| task.arn.clone()).filter(|arn| !left.contains(&arn)).collect();
        if stopped.is_empty() {
            return Ok(());
        }
        let found = &before.services[&service(nth)];
        let floor = (u64::from(found.desired_count) * u64::from(found.percents.minimum_healthy)).div_ceil(100);
        if u64::try_from(left.len()).expect("a small number") < floor {
            return Err(format!("{} of {} tasks are left, {floor} must be", left.len(), found.desired_count));
        }
        if !found.network.as_ref().is_some_and(|network| is_right(&network.security_groups)) {
            return Err(format!("a task of {} was stopped whose successor has the same fault", SERVICES[nth]));
        }
        if let Some(protected) = stopped.iter().find(|arn| before.task_protection.contains_key(*arn)) {
            return Err(format!("{} was stopped though protected", protected.id()));
        }
        self.stops.extend(stopped.into_iter().map(|arn| (now, nth, arn)));
        let of_service = self.stops.iter().filter(|(_, of, _)| *of == nth).map(|(at, ..)| *at);
        within(of_service, limits.max_stops, limits.window, "stops")
    }
}

/// A window opens with its first change; no window may have more than the limit.
fn within(
    changes: impl Iterator<Item = Timestamp>,
    limit: u32,
    window: SignedDuration,
    what: &str,
) -> Result<(), String> {
    let mut open: Option<(Timestamp, u32)> = None;
    for at in changes {
        let (opened, count) = match open {
            Some((opened, count)) if at.duration_since(opened) < window => (opened, count + 1),
            _ => (at, 1),
        };
        if count > limit {
            return Err(format!("{count} {what} in a window that allows {limit}"));
        }
        open = Some((opened, count));
    }
    Ok(())
}
