//! One pass over a scope.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::SignedDuration;
use ledger::Ledger as _;
use model::Timestamp;
use model::call::CallError;
use model::id::TargetGroupArn;
use model::observation::{Answer, Lookup};
use model::scope::{ServiceId, Site, TaskHint};
use planner::{Capabilities, LookAgain, Plan, Waiting};

use crate::assignment::Assignment;
use crate::conclusions::Conclusions;
use crate::environment::Environment;
use crate::execute::{deadline_is_near, execute};
use crate::look::{Assessment, judge, look};
use crate::outcome::PassOutcome;
use crate::ports::{Clock as _, DelayedLook, LookQueue};

/// What is left of the time when a wait for a second look must be over: it has to be looked at, done and read back.
const TIME_TO_ACT: SignedDuration = SignedDuration::from_secs(10);

/// How many repair options there are: in one pass each is refused once.
const OPTIONS: usize = 3;

/// Looks at the scope, does what is to be done now, and asks for the looks that are to come.
///
/// Never fails as a whole: what could not be read, done or sent is in the outcome.
pub async fn pass<E: Environment>(environment: &E, assignment: &Assignment<'_>) -> PassOutcome {
    let waiting = if environment.queue().is_some() { Waiting::Queue } else { Waiting::InProcess };
    let capabilities = Capabilities { ledger: environment.ledger().is_some(), waiting };
    let mut looks = assignment.looks.clone();
    let mut seen = look(environment, assignment, &looks, capabilities).await;
    let mut judged_groups = seen.judgement.judged_groups;
    // In process, one wait is all there is.
    let later = match waiting {
        Waiting::InProcess => Capabilities { waiting: Waiting::No, ..capabilities },
        _ => capabilities,
    };
    if waiting == Waiting::InProcess {
        if let Some(wait) = worth_waiting(environment.clock().now(), assignment, &seen.plan) {
            looks.first = seen.plan.looks.values().flat_map(|look| look.suspicions.clone()).collect();
            environment.clock().sleep(wait).await;
            seen = look(environment, assignment, &looks, later).await;
            judged_groups += seen.judgement.judged_groups;
        } else {
            seen.plan = judge(&Lookup::new(&seen.observation), assignment, &looks, later).plan;
        }
    }
    let mut unrecorded = record(environment, &seen).await;
    let mut conclusions = Conclusions::default();
    let mut abstentions = BTreeSet::new();
    for option in 1.. {
        let done = execute(environment, assignment, &seen, &looks, later).await;
        unrecorded = unrecorded.or(done.unrecorded);
        judged_groups += done.judged_groups;
        abstentions.extend(done.abstentions);
        let refused = conclusions.add(&seen.plan, done.conclusions);
        seen.plan.looks.extend(done.looks);
        if !refused || option == OPTIONS || deadline_is_near(assignment, environment.clock()) {
            break;
        }
        // What was refused is remembered now, and the next option open.
        seen = look(environment, assignment, &looks, later).await;
        judged_groups += seen.judgement.judged_groups;
    }
    let unsent = send_looks(environment.queue(), assignment, &seen, environment.clock().now()).await;
    let findings = conclusions.conclude(seen.plan, &unsent);
    abstentions.extend(seen.judgement.abstentions);
    PassOutcome {
        observation: seen.observation,
        abstentions,
        findings,
        unsent,
        judged_groups,
        unrecorded,
        news: Vec::new(),
    }
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

async fn record<E: Environment>(environment: &E, seen: &Assessment) -> Option<CallError> {
    let changes = &seen.judgement.ownership;
    let ledger = environment.ledger().filter(|_| !changes.is_empty())?;
    ledger.record(changes).await.err()
}

/// Leaves the plan's looks in the queue, if there is one. Returns those that could not be left.
pub(crate) async fn send_looks<Q: LookQueue>(
    queue: Option<&Q>,
    assignment: &Assignment<'_>,
    seen: &Assessment,
    now: Timestamp,
) -> BTreeMap<Site, CallError> {
    let Some(queue) = queue.filter(|_| !seen.plan.looks.is_empty()) else { return BTreeMap::new() };
    let looks = seen.plan.looks.iter().map(|(site, again)| look_at(assignment, seen, site, again)).collect();
    let unsent = queue.send(looks, now).await;
    unsent.into_iter().map(|(look, error)| (look.site, error)).collect()
}

/// The look goes to the services that led to the group, and carries what the events said of tasks that are gone: that is
/// evidence which AWS forgets.
fn look_at(assignment: &Assignment<'_>, seen: &Assessment, site: &Site, again: &LookAgain) -> DelayedLook {
    let services = match site {
        Site::TargetGroup(group) => naming(group, seen).cloned().collect(),
        Site::Service(_) | Site::Task { .. } => BTreeSet::new(),
    };
    let of_services = |hint: &TaskHint| hint.service.as_ref().is_some_and(|service| services.contains(service));
    let is_gone = |task| match seen.observation.aws.task.get(task) {
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

/// The services that lead to the group again: one that uses it by an older revision alone doesn't.
fn naming<'a>(group: &TargetGroupArn, seen: &'a Assessment) -> impl Iterator<Item = &'a ServiceId> {
    let names = move |id: &&ServiceId| {
        let service = seen.observation.aws.service.get(*id).and_then(Answer::known);
        service.is_some_and(|service| service.named_target_groups().any(|named| named == group))
    };
    seen.judgement.users.get(group).into_iter().flatten().filter(names)
}
