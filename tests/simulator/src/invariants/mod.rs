//! What must always hold, judged by what really was. None of it asks the rules.

mod audit;
mod budget;
mod draining;
mod foreign_targets;
mod groups;
mod held;
mod limit;
mod live_owner;
mod message;
mod observe;
mod owner;
mod proof;
mod recorded;
mod registered;
mod remembered;
mod rest;
mod restrained;
mod right;
mod shift;
mod stops;
mod two_looks;
mod unserved;
mod with_groups;

use pipeline::PassOutcome;

use crate::record::{Change, GroupRepair, Reads};
use crate::world::{Actor, Stage};

/// Something that must always hold.
pub(crate) struct Invariant {
    pub(crate) name: &'static str,
    pub(crate) check: Check,
}

/// When it is checked. What comes back is what is wrong.
pub(crate) enum Check {
    /// Right before a function changes something.
    Change(fn(&Stage<'_>, &Change) -> Option<String>),
    /// Right before a function changes security groups or stops a task.
    GroupRepair(fn(&Stage<'_>, &GroupRepair) -> Option<String>),
    /// When a pass is over, with what its function read and changed.
    Pass(fn(&Stage<'_>, Actor, &Reads, &PassOutcome) -> Option<String>),
    /// When every message is handled, before any sweep.
    Quiet(fn(&Stage<'_>) -> Option<String>),
    /// When there is nothing left to do.
    Rest(fn(&Stage<'_>) -> Option<String>),
}

/// All of them.
pub(crate) const INVARIANTS: [Invariant; 23] = [
    owner::INVARIANT,
    live_owner::INVARIANT,
    proof::INVARIANT,
    foreign_targets::INVARIANT,
    registered::INVARIANT,
    draining::INVARIANT,
    held::INVARIANT,
    observe::INVARIANT,
    two_looks::INVARIANT,
    limit::INVARIANT,
    groups::INVARIANT,
    stops::INVARIANT,
    unserved::INVARIANT,
    restrained::INVARIANT,
    budget::INVARIANT,
    recorded::INVARIANT,
    message::INVARIANT,
    rest::INVARIANT,
    right::INVARIANT,
    shift::INVARIANT,
    with_groups::INVARIANT,
    audit::INVARIANT,
    remembered::INVARIANT,
];

/// The names of all of them.
#[must_use]
pub fn names() -> Vec<&'static str> {
    INVARIANTS.iter().map(|one| one.name).collect()
}

/// An invariant that didn't hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub invariant: &'static str,
    /// What is wrong.
    pub what: String,
}

/// Right before a function changes something.
pub(crate) fn on_change(stage: &mut Stage<'_>, change: &Change) {
    check(stage, |check, stage| match check {
        Check::Change(check) => check(stage, change),
        _ => None,
    });
}

/// Right before a function changes security groups or stops a task.
pub(crate) fn on_group_repair(stage: &mut Stage<'_>, repair: &GroupRepair) {
    check(stage, |check, stage| match check {
        Check::GroupRepair(check) => check(stage, repair),
        _ => None,
    });
}

/// When a pass is over.
pub(crate) fn on_pass(stage: &mut Stage<'_>, actor: Actor, reads: &Reads, outcome: &PassOutcome) {
    rest::note(stage, outcome);
    check(stage, |check, stage| match check {
        Check::Pass(check) => check(stage, actor, reads, outcome),
        _ => None,
    });
}

/// When every message is handled, before any sweep.
pub(crate) fn on_quiet(stage: &mut Stage<'_>) {
    check(stage, |check, stage| match check {
        Check::Quiet(check) => check(stage),
        _ => None,
    });
}

/// When there is nothing left to do.
pub(crate) fn at_rest(stage: &mut Stage<'_>) {
    check(stage, |check, stage| match check {
        Check::Rest(check) => check(stage),
        _ => None,
    });
}

fn check(stage: &mut Stage<'_>, run: impl Fn(&Check, &Stage<'_>) -> Option<String>) {
    for Invariant { name, check } in &INVARIANTS {
        if stage.sim.without.contains(name) {
            continue;
        }
        if let Some(what) = run(check, stage) {
            stage.sim.tell(|| format!("*** {name}: {what}"));
            stage.sim.violations.push(Violation { invariant: name, what });
        }
    }
}
