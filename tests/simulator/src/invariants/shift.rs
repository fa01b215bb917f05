//! A group that no listener sends to, because a native deployment goes on or its other group serves, is no fault.

use pipeline::PassOutcome;

use crate::invariants::{Check, Invariant};
use crate::record::Reads;
use crate::world::{Actor, Stage};

pub(super) const INVARIANT: Invariant = Invariant { name: "shift", check: Check::Pass(check) };

fn check(stage: &Stage<'_>, _: Actor, reads: &Reads, outcome: &PassOutcome) -> Option<String> {
    outcome.findings.iter().map(|concluded| &concluded.finding).find_map(|finding| {
        let group = finding.resources.target_group.as_ref().filter(|_| finding.rule == "target-unused")?;
        // Where traffic was shifted while the pass read, it may have seen one thing before and another after.
        let off = stage.sim.record.off.get(group).filter(|since| **since < reads.began)?;
        Some(format!("{} is off every listener since {off}, as a shift has it, but: {}", group.name(), finding.summary))
    })
}
