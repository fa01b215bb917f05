//! A plan in the making: steps with the terms they were considered under.

use std::cmp::Reverse;

use model::finding::{Finding, Fingerprint};
use model::repair::Repair;

use crate::terms::RepairTerms;
use crate::verdict::GateVerdict;

/// A finding whose proposals are being considered.
#[derive(Debug)]
pub(crate) struct PlanDraft {
    pub(crate) finding: Finding,
    /// The finding's, reckoned once.
    pub(crate) suspicion: Fingerprint,
    pub(crate) steps: Vec<DraftStep>,
}

/// A proposal being considered.
#[derive(Debug)]
pub(crate) struct DraftStep {
    pub(crate) repair: Repair,
    /// What all services allow that the finding concerns.
    pub(crate) terms: RepairTerms,
    pub(crate) verdict: GateVerdict,
}

impl PlanDraft {
    /// Steps are made in their order: nothing is done after a step that isn't, so that nothing is removed whose
    /// replacement couldn't be added.
    pub(crate) fn withhold_after_the_first_withheld(&mut self) {
        let mut steps = self.steps.iter_mut().skip_while(|step| !step.verdict.is_withheld());
        let Some(first) = steps.next().map(|step| step.repair.clone()) else { return };
        for step in steps.filter(|step| !step.verdict.is_withheld()) {
            step.verdict = GateVerdict::Withheld(format!("it comes after another that is withheld: {first}"));
        }
    }

    /// The order in which findings are told: the most severe first, then by fingerprint as the report has them.
    pub(crate) fn rank(&self) -> impl Ord + use<> {
        let Finding { severity, users, summary, repairs, .. } = &self.finding;
        let proposed: Vec<_> = repairs.iter().map(|it| (it.repair.clone(), it.objection.clone())).collect();
        let fingerprint = self.finding.fingerprint();
        (Reverse(*severity), fingerprint, self.suspicion, users.clone(), summary.clone(), proposed)
    }
}
