//! Doing what is to be done now: first add targets, then remove them, then change security groups.
//!
//! Right before a change what it rests on is read once more and judged again: the target group alone where targets are changed, so
//! that what a pass costs grows with its repairs. A repair is concluded by reading back, not by AWS's word that it was taken: an
//! answer may be lost after the work was done, and a request may succeed and change nothing.

mod batch;
mod deadline;
mod group;
mod last_look;
mod options;
mod read_back;
mod register;
mod remove;
mod reserve;
mod stop;
mod zone;

use std::collections::{BTreeMap, BTreeSet};

use model::call::CallError;
use model::id::{TargetGroupArn, TaskArn};
use model::observation::{Observation, Unread};
use model::repair::{Repair, RepairStatus};
use model::scope::{Site, Unit};
use planner::{Capabilities, Decision, LookAgain, LookHistory, Plan, Step};
use rules::TaskIndex;

use crate::assignment::Assignment;
use crate::conclusions::StepIndex;
use crate::environment::Environment;
use crate::look::Assessment;
use crate::outcome::Conclusion;

pub(crate) use deadline::is_near as deadline_is_near;

/// What came of the steps, and what the last looks could not read.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) conclusions: BTreeMap<StepIndex, Conclusion>,
    pub(crate) abstentions: BTreeSet<(Unit, Unread)>,
    /// What the last looks found instead waits for a second look of its own.
    pub(crate) looks: BTreeMap<Site, LookAgain>,
    /// How often the last looks judged a target group.
    pub(crate) judged_groups: usize,
    /// Something that came of them could not be written into the ledger.
    pub(crate) unrecorded: Option<CallError>,
}

/// Why a change isn't made after all.
#[derive(Debug)]
enum Obstacle {
    /// For a reason that was read: it is withheld.
    Known(String),
    /// Something didn't answer, or there was no time, and may be the next time.
    Transient(String),
}

impl Obstacle {
    fn conclude(&self, repair: &Repair) -> Conclusion {
        match self {
            Self::Known(why) => Conclusion::withheld(repair, why.clone()),
            Self::Transient(why) => Conclusion::new(repair, RepairStatus::Failed, why.clone()),
        }
    }
}

impl From<&str> for Obstacle {
    fn from(why: &str) -> Self {
        Self::Known(why.to_owned())
    }
}

/// Steps with their places in the plan.
type Steps<'a> = [(StepIndex, &'a Step)];

/// The making of what a look decided.
struct Execution<'a, E> {
    environment: &'a E,
    assignment: &'a Assignment<'a>,
    /// The look that decided it.
    seen: &'a Assessment,
    looks: &'a LookHistory,
    capabilities: Capabilities,
    index: TaskIndex<'a>,
    /// What that look knew, with what was read again since.
    known: Observation,
    /// The tasks that were read again in vain.
    unread_tasks: BTreeSet<TaskArn>,
    done: Done,
}

/// Does every step that is to be done now, and tells what came of each.
pub(crate) async fn execute<E: Environment>(
    environment: &E,
    assignment: &Assignment<'_>,
    seen: &Assessment,
    looks: &LookHistory,
    capabilities: Capabilities,
) -> Done {
    if seen.plan.steps().all(|step| step.decision != Decision::DoNow) {
        return Done::default();
    }
    let mut execution = Execution {
        environment,
        assignment,
        seen,
        looks,
        capabilities,
        index: TaskIndex::of(&seen.observation, &assignment.scope),
        known: seen.observation.clone(),
        unread_tasks: BTreeSet::new(),
        done: Done::default(),
    };
    for (group, steps) in to_do(&seen.plan, false) {
        if execution.has_time_for(&steps) {
            execution.register(&group, &steps).await;
        }
    }
    for (group, steps) in to_do(&seen.plan, true) {
        if execution.has_time_for(&steps) {
            execution.remove(&group, &steps).await;
        }
    }
    execution.change_security_groups().await;
    execution.done
}

/// The additions, or the removals, of each group.
fn to_do(plan: &Plan, removals: bool) -> BTreeMap<TargetGroupArn, Vec<(StepIndex, &Step)>> {
    let mut groups: BTreeMap<TargetGroupArn, Vec<_>> = BTreeMap::new();
    for (at, planned) in plan.findings.iter().enumerate() {
        for (nth, step) in planned.steps.iter().enumerate() {
            let wanted = step.decision == Decision::DoNow && step.repair.is_removal() == removals;
            if let Some(group) = step.repair.target_group().filter(|_| wanted) {
                groups.entry(group.clone()).or_default().push(((at, nth), step));
            }
        }
    }
    groups
}

impl Done {
    fn stopped(&mut self, steps: &Steps<'_>, obstacle: &Obstacle) {
        self.conclusions.extend(steps.iter().map(|(index, step)| (*index, obstacle.conclude(&step.repair))));
    }

    /// What the last look found in the places of these steps waits for a second look: no event may tell of it, as of a stale
    /// address that has gone to another service's task meanwhile.
    fn look_again(&mut self, steps: &Steps<'_>, last: &Plan) {
        let sites = steps.iter().map(|(_, step)| step.repair.site());
        let looks = sites.filter_map(|site| last.looks.get_key_value(&site));
        self.looks.extend(looks.map(|(site, look)| (site.clone(), look.clone())));
    }
}
