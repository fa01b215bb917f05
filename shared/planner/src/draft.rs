//! A plan in the making: steps with the terms they were considered under.

use std::cmp::Reverse;

use model::finding::{Finding, Fingerprint};
use model::repair::Repair;

use crate::confirm::Suspicion;
use crate::decision::Decision;
use crate::plan::{PlannedFinding, Step};
use crate::terms::RepairTerms;

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

/// How a proposal stands so far. The limits may still withhold the first two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GateVerdict {
    DoNow,
    Planned,
    Waiting(Suspicion),
    Withheld(String),
    /// Out of the question here, whatever else: of several ways, the next may be tried.
    Closed(String),
    /// So is what AWS has refused.
    Refused {
        code: Option<String>,
        reason: String,
    },
}

impl PlanDraft {
    /// Steps are made in their order: nothing is done after a step that isn't, so that nothing is removed whose
    /// replacement couldn't be added.
    pub(crate) fn withhold_after_the_first_withheld(&mut self) {
        let mut steps = self.steps.iter_mut().skip_while(|step| !step.is_withheld());
        let Some(first) = steps.next().map(|step| step.repair.clone()) else { return };
        for step in steps.filter(|step| !step.is_withheld()) {
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

impl DraftStep {
    fn is_withheld(&self) -> bool {
        matches!(self.verdict, GateVerdict::Withheld(_) | GateVerdict::Closed(_) | GateVerdict::Refused { .. })
    }
}

impl From<PlanDraft> for PlannedFinding {
    fn from(draft: PlanDraft) -> Self {
        let steps = draft.steps.into_iter().map(Step::from).collect();
        Self { finding: draft.finding, suspicion: draft.suspicion, steps }
    }
}

impl From<DraftStep> for Step {
    fn from(step: DraftStep) -> Self {
        let decision = match step.verdict {
            GateVerdict::DoNow => Decision::DoNow,
            GateVerdict::Planned => Decision::Planned,
            GateVerdict::Waiting(suspicion) => Decision::Waiting { until: suspicion.due },
            GateVerdict::Withheld(reason) | GateVerdict::Closed(reason) => Decision::Withheld { reason },
            GateVerdict::Refused { code, reason } => Decision::Refused { code, reason },
        };
        Self { repair: step.repair, decision }
    }
}
