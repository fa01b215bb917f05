//! One pass over a scope.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws::Account;
use jiff::SignedDuration;
use ledger::Ledger;
use model::Timestamp;
use model::id::{AccountId, Region};
use model::observation::{Answer, Lookup, Observation};
use model::policy::Policy;
use model::scope::{Scope, Site, TaskHint};
use planner::{Capabilities, LookAgain, LookHistory, Plan, Waiting};

use crate::conclusions::Conclusions;
use crate::execute::execute;
use crate::look::{self, look, think};
use crate::outcome::PassOutcome;
use crate::ports::{Clock, DelayedLook, LookQueue};
use crate::world::World;

/// What is left of the time when a wait for a second look must be over: it has to be looked at, done and read back.
const TIME_TO_ACT: SignedDuration = SignedDuration::from_secs(10);

/// How many rungs the ladder has: in one pass each is refused once.
const OPTIONS: usize = 3;

/// What a pass is to look at, and what it may do.
#[derive(Debug, Clone)]
pub struct Assignment<'a> {
    /// The account the function works in.
    pub account: AccountId,
    /// The Region it works in.
    pub region: Region,
    /// Where to look.
    pub scope: Scope,
    /// What may be done.
    pub policy: &'a Policy,
    /// The rules to judge by.
    pub rules: BTreeSet<&'a str>,
    /// What look-again messages carried.
    pub looks: LookHistory,
    /// When the function is cut off; absent where nothing cuts it off.
    pub deadline: Option<Timestamp>,
}

/// Looks at the scope, does what is to be done now, and asks for the looks that are to come.
///
/// Never fails as a whole: what could not be read, done or sent is in the outcome.
pub async fn pass<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    assignment: &Assignment<'_>,
) -> PassOutcome {
    let waiting = if world.queue.is_some() { Waiting::Queue } else { Waiting::InProcess };
    let capabilities = Capabilities { ledger: world.ledger.is_some(), waiting };
    let mut looks = assignment.looks.clone();
    let mut seen = look(world, assignment, fresh(world.clock, assignment), &looks, capabilities).await;
    if waiting == Waiting::InProcess {
        let without = Capabilities { waiting: Waiting::No, ..capabilities };
        if let Some(wait) = worth_waiting(world.clock.now(), assignment, &seen.plan) {
            looks.first = seen.plan.looks.values().flat_map(|look| look.suspicions.clone()).collect();
            world.clock.sleep(wait).await;
            seen = look(world, assignment, fresh(world.clock, assignment), &looks, without).await;
        } else {
            seen.plan = think(&Lookup::new(&seen.observation), assignment, &looks, without).1;
        }
    }
    let mut unrecorded = record(world, &seen).await;
    let mut conclusions = Conclusions::default();
    let mut abstentions = BTreeSet::new();
    // In process, one wait is all there is.
    let later = if waiting == Waiting::InProcess {
        Capabilities { waiting: Waiting::No, ..capabilities }
    } else {
        capabilities
    };
    for option in 1.. {
        let done = execute(world, assignment, &seen, &looks, later).await;
        unrecorded = unrecorded.or(done.unrecorded);
        abstentions.extend(done.abstentions);
        let refused = conclusions.add(&seen.plan, done.conclusions);
        seen.plan.looks.extend(done.looks);
        if !refused || option == OPTIONS {
            break;
        }
        // What was refused is remembered now, and the next rung open.
        seen = look(world, assignment, fresh(world.clock, assignment), &looks, later).await;
    }
    let unsent = send_looks(world, assignment, &seen).await;
    let findings = conclusions.conclude(seen.plan, &unsent);
    abstentions.extend(seen.judgement.abstentions);
    PassOutcome { observation: seen.observation, abstentions, findings, unsent, unrecorded }
}

pub(crate) fn fresh(clock: &impl Clock, assignment: &Assignment<'_>) -> Observation {
    Observation::new(clock.now(), assignment.account.clone(), assignment.region.clone())
}

/// How long to wait in process for everything that waits, if there is time for it and a repair may come of it.
fn worth_waiting(now: Timestamp, assignment: &Assignment<'_>, plan: &Plan) -> Option<Duration> {
    let last = plan.looks.values().map(|look| look.at).max()?;
    let confirms = plan.looks.values().any(|look| !look.suspicions.is_empty());
    if !confirms && !assignment.policy.may_repair().registration {
        return None;
    }
    let in_time = |deadline: Timestamp| last.checked_add(TIME_TO_ACT).is_ok_and(|end| end <= deadline);
    let wait = Duration::try_from(last.duration_since(now).max(SignedDuration::ZERO)).ok()?;
    assignment.deadline.is_none_or(in_time).then_some(wait)
}

async fn record<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    seen: &look::Assessment,
) -> Option<model::call::CallError> {
    let changes = &seen.judgement.ownership;
    let ledger = world.ledger.filter(|_| !changes.is_empty())?;
    ledger.record(changes).await.err()
}

pub(crate) async fn send_looks<A: Account, L: Ledger, Q: LookQueue, C: Clock>(
    world: World<'_, A, L, Q, C>,
    assignment: &Assignment<'_>,
    seen: &look::Assessment,
) -> BTreeMap<Site, model::call::CallError> {
    let Some(queue) = world.queue.filter(|_| !seen.plan.looks.is_empty()) else { return BTreeMap::new() };
    let looks = seen.plan.looks.iter().map(|(site, again)| look_at(assignment, seen, site, again)).collect();
    let unsent = queue.send(looks, world.clock.now()).await;
    unsent.into_iter().map(|(look, error)| (look.site, error)).collect()
}

/// The look goes to the services that led to the group, and carries what the events said of tasks that are gone: that is
/// evidence which AWS forgets.
fn look_at(assignment: &Assignment<'_>, seen: &look::Assessment, site: &Site, again: &LookAgain) -> DelayedLook {
    let services = match site {
        Site::TargetGroup(group) => seen.judgement.users.get(group).cloned().unwrap_or_default(),
        Site::Service(_) | Site::Task { .. } => BTreeSet::new(),
    };
    let of_services = |hint: &TaskHint| hint.service.as_ref().is_some_and(|service| services.contains(service));
    let is_gone = |task| match seen.observation.task.get(task) {
        Some(Answer::Known(task)) => !task.is_live(),
        _ => true,
    };
    let tasks = assignment.scope.tasks.iter().filter(|(task, hint)| of_services(hint) && is_gone(task));
    DelayedLook {
        site: site.clone(),
        tasks: tasks.map(|(task, hint)| (task.clone(), hint.clone())).collect(),
        services,
        suspicions: again.suspicions.clone(),
        attempt: again.attempt,
        not_before: again.at,
    }
}
