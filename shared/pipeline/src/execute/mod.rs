//! Doing what is to be done now: first add targets, then remove them, then change security groups.
//!
//! A repair is concluded by reading back, not by AWS's word that it was taken: an answer may be lost after the work was
//! done, and a request may succeed and change nothing.

mod batch;
mod options;
mod read_back;
mod register;
mod remove;
mod reserve;
mod zone;

use std::collections::{BTreeMap, BTreeSet};

use aws::Account;
use ledger::Ledger;
use model::call::CallError;
use model::elb::Target;
use model::id::TargetGroupArn;
use model::observation::{Gap, Lookup, Observation, Question, Unread};
use model::repair::Repair;
use model::scope::{Site, Unit};
use planner::{Capabilities, Decision, LookAgain, LookHistory, Plan, Step};

use crate::look::Assessment;
use crate::outcome::{Conclusion, Status};
use crate::pass::Assignment;
use crate::ports::{Clock, LookQueue};
use crate::world::World;

/// Which step of which finding: their places in the plan.
pub(crate) type StepIndex = (usize, usize);

/// What came of the steps, and what the last looks could not read.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) conclusions: BTreeMap<StepIndex, Conclusion>,
    pub(crate) abstentions: BTreeSet<(Unit, Unread)>,
    /// What the last looks found instead waits for a second look of its own.
    pub(crate) looks: BTreeMap<Site, LookAgain>,
    /// Something that came of them could not be written into the ledger.
    pub(crate) unrecorded: Option<CallError>,
}

/// Why a change isn't made after all.
#[derive(Debug)]
enum Obstacle {
    /// For a reason that was read: it is withheld.
    Known(String),
    /// The ledger didn't answer, and may the next time.
    Passing(String),
}

impl Obstacle {
    fn conclude(&self, repair: &Repair) -> Conclusion {
        match self {
            Self::Known(why) => Conclusion::withheld(repair, why.clone()),
            Self::Passing(why) => Conclusion::new(repair, Status::Failed, why.clone()),
        }
    }
}

impl From<&str> for Obstacle {
    fn from(why: &str) -> Self {
        Self::Known(why.to_owned())
    }
}

/// Does every step that is to be done now, and tells what came of each.
pub(crate) async fn execute<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    assignment: &Assignment<'_>,
    seen: &Assessment,
    looks: &LookHistory,
    capabilities: Capabilities,
) -> Done {
    let mut done = Done::default();
    for (group, steps) in to_do(&seen.plan, false) {
        register::register(world, assignment, seen, looks, capabilities, &group, &steps, &mut done).await;
    }
    for (group, steps) in to_do(&seen.plan, true) {
        remove::remove(world, assignment, seen, looks, capabilities, &group, &steps, &mut done).await;
    }
    options::change(world, assignment, seen, looks, capabilities, &mut done).await;
    done
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
    fn stopped(&mut self, steps: &[(StepIndex, &Step)], obstacle: &Obstacle) {
        self.conclusions.extend(steps.iter().map(|(index, step)| (*index, obstacle.conclude(&step.repair))));
    }

    /// The last look no longer found what these steps are for.
    fn changed(&mut self, steps: &[(StepIndex, &Step)], before: &Assessment, last: &Assessment) {
        if !steps.is_empty() {
            self.stopped(steps, &why_changed(before, last));
            self.look_again(steps, last);
        }
    }

    /// What the last look found in the places of these steps waits for a second look: no event may tell of it, as of a stale
    /// address that has gone to another service's task meanwhile.
    fn look_again(&mut self, steps: &[(StepIndex, &Step)], last: &Assessment) {
        let looks = &last.plan.looks;
        let sites = steps.iter().map(|(_, step)| step.repair.site());
        self.looks.extend(
            sites.filter_map(|site| looks.get_key_value(&site)).map(|(site, look)| (site.clone(), look.clone())),
        );
    }
}

/// Why a last look no longer found what the one before did: it is no longer so, or something could not be read this time.
fn why_changed(before: &Assessment, last: &Assessment) -> Obstacle {
    let known: BTreeSet<_> = before.observation.unread().into_iter().map(asked).collect();
    match last.observation.unread().into_iter().find(|unread| !known.contains(&asked(unread))) {
        Some(Unread { resource, operation, error, .. }) => {
            Obstacle::Passing(format!("a last look right before failed: {operation} on {resource}: {error}"))
        }
        None => "a last look right before no longer found the same".into(),
    }
}

/// What was asked, however the answer failed.
fn asked(unread: &Unread) -> (&str, &str) {
    (&unread.operation, &unread.resource)
}

/// What the last look makes of a step, if it finds the same fault still.
fn again<'a>(before: &Assessment, now: &'a Assessment, (index, step): &(StepIndex, &Step)) -> Option<&'a Step> {
    let suspicion = before.plan.findings.get(index.0)?.finding.suspicion();
    let mut same = now.plan.findings.iter().filter(|planned| planned.finding.suspicion() == suspicion);
    same.find_map(|planned| planned.steps.iter().find(|again| again.repair == step.repair))
}

/// Does the last look want the same change, for the same reason? Its count is in the ledger already, so that the forecast of
/// the limit doesn't matter here.
fn stands(before: &Assessment, now: &Assessment, step: &(StepIndex, &Step)) -> bool {
    again(before, now, step).is_some_and(|again| again.decision == Decision::DoNow)
}

/// The group's targets, read afresh.
async fn read_targets<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    assignment: &Assignment<'_>,
    group: &TargetGroupArn,
) -> Observation {
    let mut now = Observation::new(world.clock.now(), assignment.account.clone(), assignment.region.clone());
    world.answer(&BTreeSet::from([Question::TargetHealth(group.clone())]), &mut now).await;
    now
}

/// The targets that are in place in the group.
fn in_place(observation: &Observation, group: &TargetGroupArn) -> Result<BTreeSet<Target>, String> {
    match Lookup::new(observation).target_health(group) {
        Ok(health) => {
            let health = health.unwrap_or_default().iter();
            Ok(health.filter(|one| one.is_in_place()).map(|one| one.target).collect())
        }
        Err(Gap::Unread(unread)) => Err(format!("{}: {}", unread.operation, unread.error)),
        Err(Gap::Pending) => Err("the targets were not read".to_owned()),
    }
}
