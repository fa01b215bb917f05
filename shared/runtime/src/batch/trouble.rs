//! What went wrong in a pass and may go right the next time.
//!
//! What is gone, and what AWS refuses for good, is not among it: the same would come of it again. Nor is what waits or is
//! withheld for a reason that was read.

use model::repair::RepairStatus;
use std::collections::{BTreeMap, BTreeSet};

use model::id::{LoadBalancerArn, TargetGroupArn};
use model::ledger::Limited;
use model::observation::{Answer, Observation, Unread, UnreadKind};
use model::scope::Unit;
use pipeline::{Conclusion, PassOutcome};

/// What went wrong, and what about; one reason each.
#[must_use]
pub fn trouble(outcome: &PassOutcome) -> BTreeMap<Unit, String> {
    let mut trouble = BTreeMap::new();
    for (unit, unread) in &outcome.abstentions {
        add(&mut trouble, unit.clone(), unread);
    }
    add_gates(&mut trouble, &outcome.observation, &repaired(outcome));
    for (site, error) in &outcome.unsent {
        let reason = || format!("the next look at {site} could not be sent: {error}");
        trouble.entry(site.unit()).or_insert_with(reason);
    }
    for Conclusion { repair, reason, .. } in conclusions(outcome).filter(|one| one.status == RepairStatus::Failed) {
        let why = reason.as_deref().unwrap_or("no reason was given");
        trouble.entry(repair.site().unit()).or_insert_with(|| format!("{repair} failed: {why}"));
    }
    trouble
}

/// What decides whether a repair may be made: the pause, holds, and what the ledger knows.
fn add_gates(trouble: &mut BTreeMap<Unit, String>, seen: &Observation, repaired: &BTreeSet<Unit>) {
    let group = |arn: &TargetGroupArn| Unit::TargetGroup(arn.clone());
    for (cluster, unread) in unread(&seen.cluster) {
        add(trouble, Unit::Cluster(cluster.clone()), unread);
    }
    for (arn, unread) in unread(&seen.target_group_tags).chain(unread(&seen.owners)) {
        add(trouble, group(arn), unread);
    }
    for (balancer, unread) in unread(&seen.load_balancer_tags) {
        groups_behind(seen, balancer).for_each(|arn| add(trouble, group(arn), unread));
    }
    for (task, unread) in unread(&seen.task_protection) {
        add(trouble, Unit::Task(task.clone()), unread);
    }
    for (limited, unread) in unread(&seen.windows) {
        match limited {
            Limited::Removals(arn) => add(trouble, group(arn), unread),
            Limited::TaskStops(Some(service)) => add(trouble, Unit::Service(service.clone()), unread),
            _ => repaired.iter().for_each(|unit| add(trouble, unit.clone(), unread)),
        }
    }
    for (service, unread) in unread(&seen.service_update).chain(unread(&seen.task_stop)) {
        add(trouble, Unit::Service(service.clone()), unread);
    }
    let of_all = [seen.pause.as_ref().and_then(Answer::unread), seen.latest_update.as_ref().and_then(Answer::unread)];
    for unread in of_all.into_iter().flatten().chain(unread(&seen.refusals).map(|(_, unread)| unread)) {
        repaired.iter().for_each(|unit| add(trouble, unit.clone(), unread));
    }
}

fn add(trouble: &mut BTreeMap<Unit, String>, unit: Unit, unread: &Unread) {
    let Unread { resource, operation, error, kind } = unread;
    match kind {
        UnreadKind::Passing | UnreadKind::Denied | UnreadKind::OutOfTime => {
            trouble.entry(unit).or_insert_with(|| format!("{operation} on {resource} failed: {error}"));
        }
        UnreadKind::Refused | UnreadKind::NoLedger => {}
    }
}

fn unread<K, V>(answers: &BTreeMap<K, Answer<V>>) -> impl Iterator<Item = (&K, &Unread)> {
    answers.iter().filter_map(|(key, answer)| Some((key, answer.unread()?)))
}

fn groups_behind<'a>(seen: &'a Observation, balancer: &LoadBalancerArn) -> impl Iterator<Item = &'a TargetGroupArn> {
    let known = seen.target_group.values().filter_map(Answer::known);
    known.filter(move |group| group.load_balancers.contains(balancer)).map(|group| &group.arn)
}

fn conclusions(outcome: &PassOutcome) -> impl Iterator<Item = &Conclusion> {
    outcome.findings.iter().flat_map(|concluded| &concluded.conclusions)
}

/// The places where something is to be repaired.
fn repaired(outcome: &PassOutcome) -> BTreeSet<Unit> {
    conclusions(outcome).map(|conclusion| conclusion.repair.site().unit()).collect()
}
