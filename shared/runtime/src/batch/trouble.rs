//! What went wrong in a pass and may go right the next time.
//!
//! What is gone, and what AWS refuses for good, is not among it: the same would come of it again. Nor is what waits or is
//! withheld for a reason that was read.

use model::repair::RepairStatus;
use std::collections::{BTreeMap, BTreeSet};

use model::elb::Tagged;
use model::id::{LoadBalancerArn, TargetGroupArn};
use model::ledger::Limited;
use model::observation::{Observation, Unread, UnreadKind};
use model::scope::Unit;
use pipeline::{Conclusion, PassOutcome};

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What, for the log.
    pub reason: String,
    /// It is a permission that is missing, and nothing else.
    pub denied: bool,
}

/// What went wrong, and what about; one reason each, and where there are several rather one that may pass.
#[must_use]
pub fn trouble(outcome: &PassOutcome) -> BTreeMap<Unit, Trouble> {
    let mut trouble = BTreeMap::new();
    for (unit, unread) in &outcome.abstentions {
        add(&mut trouble, unit.clone(), unread);
    }
    add_gates(&mut trouble, &outcome.observation, &repaired(outcome));
    for (site, error) in &outcome.unsent {
        insert(&mut trouble, site.unit(), false, || format!("the next look at {site} could not be sent: {error}"));
    }
    for Conclusion { repair, reason, .. } in conclusions(outcome).filter(|one| one.status == RepairStatus::Failed) {
        let why = reason.as_deref().unwrap_or("no reason was given");
        insert(&mut trouble, repair.site().unit(), false, || format!("{repair} failed: {why}"));
    }
    trouble
}

/// What decides whether a repair may be made: the pause, holds, and what the ledger knows.
fn add_gates(trouble: &mut BTreeMap<Unit, Trouble>, seen: &Observation, repaired: &BTreeSet<Unit>) {
    let group = |arn: &TargetGroupArn| Unit::TargetGroup(arn.clone());
    for (cluster, unread) in seen.aws.cluster.all_unread() {
        add(trouble, Unit::Cluster(cluster.clone()), unread);
    }
    for (tagged, unread) in seen.aws.tags.all_unread() {
        match tagged {
            Tagged::TargetGroup(arn) => add(trouble, group(arn), unread),
            Tagged::LoadBalancer(balancer) => {
                groups_behind(seen, balancer).for_each(|arn| add(trouble, group(arn), unread));
            }
        }
    }
    for (arn, unread) in seen.ledger.owners.all_unread() {
        add(trouble, group(arn), unread);
    }
    for (task, unread) in seen.aws.task_protection.all_unread() {
        add(trouble, Unit::Task(task.clone()), unread);
    }
    for (limited, unread) in seen.ledger.window.all_unread() {
        match limited {
            Limited::Removals(arn) => add(trouble, group(arn), unread),
            Limited::TaskStops(Some(service)) => add(trouble, Unit::Service(service.clone()), unread),
            _ => repaired.iter().for_each(|unit| add(trouble, unit.clone(), unread)),
        }
    }
    for (service, unread) in seen.ledger.service_update.all_unread().chain(seen.ledger.task_stop.all_unread()) {
        add(trouble, Unit::Service(service.clone()), unread);
    }
    let of_all = seen.ledger.pause.all_unread().chain(seen.ledger.latest_update.all_unread()).map(|(_, unread)| unread);
    for unread in of_all.chain(seen.ledger.refusals.all_unread().map(|(_, unread)| unread)) {
        repaired.iter().for_each(|unit| add(trouble, unit.clone(), unread));
    }
}

fn add(trouble: &mut BTreeMap<Unit, Trouble>, unit: Unit, unread: &Unread) {
    if unread.kind.may_pass() {
        insert(trouble, unit, unread.kind == UnreadKind::Denied, || unread.to_string());
    }
}

fn insert(trouble: &mut BTreeMap<Unit, Trouble>, unit: Unit, denied: bool, reason: impl FnOnce() -> String) {
    if trouble.get(&unit).is_none_or(|known| known.denied && !denied) {
        trouble.insert(unit, Trouble { reason: reason(), denied });
    }
}

fn groups_behind<'a>(seen: &'a Observation, balancer: &LoadBalancerArn) -> impl Iterator<Item = &'a TargetGroupArn> {
    let known = seen.aws.target_group.all_known().map(|(_, group)| group);
    known.filter(move |group| group.load_balancers.contains(balancer)).map(|group| &group.arn)
}

fn conclusions(outcome: &PassOutcome) -> impl Iterator<Item = &Conclusion> {
    outcome.findings.iter().flat_map(|concluded| &concluded.conclusions)
}

/// The places where something is to be repaired.
fn repaired(outcome: &PassOutcome) -> BTreeSet<Unit> {
    conclusions(outcome).map(|conclusion| conclusion.repair.site().unit()).collect()
}
