//! What registering and deregistering targets of a group share: what came of it is read back.

use std::collections::{BTreeMap, BTreeSet};

use model::call::CallError;
use model::elb::Target;
use model::id::TargetGroupArn;
use model::observation::{Gap, Lookup};
use model::repair::RepairStatus;

use super::{Execution, Steps};
use crate::environment::Environment;
use crate::outcome::Conclusion;

/// How the group should have the targets after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DesiredState {
    /// Registered.
    Registered,
    /// Not registered, or draining.
    Gone,
}

/// The targets of these steps.
pub(super) fn targets(steps: &Steps<'_>) -> Vec<Target> {
    steps.iter().filter_map(|(_, step)| step.repair.target()).collect()
}

impl<E: Environment> Execution<'_, E> {
    /// Tells what came of each step by the group's targets as they were read after the change. What AWS answered counts only where
    /// that isn't as wanted, or could not be read.
    pub(super) fn conclude(
        &mut self,
        group: &TargetGroupArn,
        steps: &Steps<'_>,
        wanted: DesiredState,
        errors: &BTreeMap<Target, CallError>,
    ) {
        let there = self.in_place(group);
        let as_wanted =
            |there: &BTreeSet<Target>, target| there.contains(&target) == (wanted == DesiredState::Registered);
        let unchanged = match wanted {
            DesiredState::Registered => "AWS took the request, but the target isn't there",
            DesiredState::Gone => "AWS took the request, but the target is still there",
        };
        for (index, step) in steps {
            let (repair, Some(target)) = (&step.repair, step.repair.target()) else { continue };
            let failed = |why: String| Conclusion::new(repair, RepairStatus::Failed, why);
            let conclusion = match (&there, errors.get(&target)) {
                (Ok(there), _) if as_wanted(there, target) => Conclusion::new(repair, RepairStatus::Done, None),
                (_, Some(error)) => Conclusion::failed(repair, error),
                (Ok(_), None) => failed(unchanged.to_owned()),
                (Err(why), None) => failed(format!("sent, but it could not be read back: {why}")),
            };
            self.done.conclusions.insert(*index, conclusion);
        }
    }

    /// The targets that are in place in the group.
    fn in_place(&self, group: &TargetGroupArn) -> Result<BTreeSet<Target>, String> {
        match Lookup::for_few(&self.known).target_health(group) {
            Ok(health) => {
                let health = health.unwrap_or_default().iter();
                Ok(health.filter(|one| one.is_in_place()).map(|one| one.target).collect())
            }
            Err(Gap::Unread(unread)) => Err(unread.to_string()),
            Err(Gap::Pending) => Err("the targets were not read".to_owned()),
        }
    }
}
