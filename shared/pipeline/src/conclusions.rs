//! What came of every finding, over all rounds of a pass.
//!
//! A pass has one round, and one more for each repair option that AWS refused. What a later round no longer finds was
//! mended by an earlier one, and is reported all the same; so is what an earlier one did and a later one would do otherwise.

use std::collections::BTreeMap;

use model::call::CallError;
use model::finding::Fingerprint;
use model::repair::{Repair, RepairStatus};
use model::scope::Site;
use planner::{Decision, Plan, PlannedFinding, Step};

use crate::outcome::{Concluded, Conclusion};

/// Which step of which finding: their places in the plan.
pub(crate) type StepIndex = (usize, usize);

/// What came of the findings of earlier rounds.
#[derive(Debug, Default)]
pub(crate) struct Conclusions {
    findings: BTreeMap<Fingerprint, PlannedFinding>,
    conclusions: BTreeMap<(Fingerprint, Repair), Conclusion>,
}

impl Conclusions {
    /// Adds a round. Was one of several ways refused, so that another may be tried?
    pub(crate) fn add(&mut self, plan: &Plan, conclusions: BTreeMap<StepIndex, Conclusion>) -> bool {
        let mut refused = false;
        for ((at, nth), conclusion) in conclusions {
            let Some(planned) = plan.findings.get(at) else { continue };
            refused |= conclusion.status == RepairStatus::Refused
                && planned.steps.len() > nth + 1
                && is_option(&conclusion.repair);
            let suspicion = planned.suspicion;
            self.findings.entry(suspicion).or_insert_with(|| planned.clone());
            self.conclusions.insert((suspicion, conclusion.repair.clone()), conclusion);
        }
        refused
    }

    /// Every finding with what came of each of its steps, `plan` being the last round's.
    pub(crate) fn conclude(mut self, plan: Plan, unsent: &BTreeMap<Site, CallError>) -> Vec<Concluded> {
        for planned in &plan.findings {
            self.findings.remove(&planned.suspicion);
        }
        let earlier = std::mem::take(&mut self.findings).into_values();
        plan.findings.into_iter().chain(earlier).map(|planned| self.conclude_one(planned, unsent)).collect()
    }

    fn conclude_one(&self, planned: PlannedFinding, unsent: &BTreeMap<Site, CallError>) -> Concluded {
        let suspicion = planned.suspicion;
        let made = self.made_otherwise(&planned);
        // Options are alternatives, so the one that was made stands for its new plan; steps that aren't options all stay.
        let made_option =
            |step: &Step| is_option(&step.repair) && made.iter().any(|one| one.repair.option() == step.repair.option());
        let steps = planned.steps.into_iter().filter(|step| !made_option(step));
        let conclude = |step: Step| match self.conclusions.get(&(suspicion, step.repair.clone())) {
            Some(conclusion) => conclusion.clone(),
            None => undone(step, unsent),
        };
        let conclusions = steps.map(conclude).chain(made.iter().map(|one| (*one).clone())).collect();
        Concluded { conclusions, finding: planned.finding }
    }

    /// What an earlier round made of a finding that the last one plans otherwise: after a forced deployment the next would take the
    /// place of another one.
    fn made_otherwise(&self, planned: &PlannedFinding) -> Vec<&Conclusion> {
        let is_planned = |repair: &Repair| planned.steps.iter().any(|step| step.repair == *repair);
        let of_finding = self.conclusions.iter().filter(|((suspicion, _), _)| *suspicion == planned.suspicion);
        let made = of_finding.filter(|((_, repair), one)| one.status == RepairStatus::Done && !is_planned(repair));
        made.map(|(_, one)| one).collect()
    }
}

fn is_option(repair: &Repair) -> bool {
    repair.option().is_some()
}

/// What is said of a step that nothing was done about.
fn undone(step: Step, unsent: &BTreeMap<Site, CallError>) -> Conclusion {
    let repair = &step.repair;
    match (step.decision, unsent.get(&repair.site())) {
        (Decision::Planned, _) => Conclusion::new(repair, RepairStatus::Planned, None),
        (Decision::Withheld { reason }, _) => Conclusion::withheld(repair, reason),
        (Decision::Refused { code, reason }, _) => Conclusion::refused(repair, code, reason),
        (Decision::Waiting { .. }, Some(error)) => {
            Conclusion::withheld(repair, format!("its second look could not be asked for: {error}"))
        }
        (Decision::Waiting { until }, None) => {
            Conclusion::new(repair, RepairStatus::Waiting, format!("a second look from {until} must confirm it"))
        }
        (Decision::DoNow, _) => Conclusion::withheld(repair, "no time was left to do it"),
    }
}
