//! A sweep that remembers wrongly what seldom changes says what the audit says that read everything.

use std::collections::BTreeSet;

use model::finding::Fingerprint;
use pipeline::PassOutcome;

use crate::invariants::{Check, Invariant};
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "remembered", check: Check::Rest(check) };

fn check(stage: &Stage<'_>) -> Option<String> {
    let (Some(audited), Some(swept)) = (&stage.sim.audited, &stage.sim.swept) else {
        return Some("the audit or the sweep didn't end".to_owned());
    };
    if let Some((about, unread)) = swept.abstentions.difference(&audited.abstentions).next() {
        return Some(format!("the sweep doesn't judge {about:?}: {} of {}", unread.operation, unread.resource));
    }
    let (told, found) = (fingerprints(audited), fingerprints(swept));
    let differs = told.symmetric_difference(&found).next()?;
    let both = audited.findings.iter().chain(&swept.findings);
    let which = both.map(|one| &one.finding).find(|finding| finding.fingerprint() == *differs)?;
    let says = if found.contains(differs) { "finds" } else { "doesn't find" };
    Some(format!("by what it remembers the sweep {says} {}: {}", which.rule, which.summary))
}

fn fingerprints(outcome: &PassOutcome) -> BTreeSet<Fingerprint> {
    outcome.findings.iter().map(|one| one.finding.fingerprint()).collect()
}
