//! Takes each proposal through the gates, in the order the crate's documentation gives.

use model::Timestamp;
use model::finding::Finding;
use model::observation::Lookup;
use model::policy::{Mode, Policy};
use model::repair::Proposal;

use crate::capabilities::Capabilities;
use crate::confirm::confirm;
use crate::looks::{self, LookHistory, TaskInGrace};
use crate::plan::{Plan, PlannedFinding, Step};
use crate::terms::RepairTerms;
use crate::unread::unread;
use crate::verdict::GateVerdict;
use crate::{hold, limit, repair_options, restraint};

/// What becomes of the findings' proposals.
///
/// `looks` are the suspicions that look-again messages of this pass carry, `in_grace` the tasks that are in grace.
/// While the lookup has open questions the plan is not the last word: have them answered and plan again.
#[must_use]
pub fn plan(
    lookup: &Lookup<'_>,
    findings: Vec<Finding>,
    in_grace: &[TaskInGrace],
    policy: &Policy,
    looks: &LookHistory,
    capabilities: Capabilities,
) -> Plan {
    let gates = Gates { lookup, policy, looks, capabilities };
    let mut findings: Vec<PlannedFinding> = findings.into_iter().map(|finding| gates.consider(finding)).collect();
    findings.sort_by_cached_key(PlannedFinding::rank);
    let limits = limit::bound(&mut findings, lookup);
    let looks = looks::to_come(&findings, in_grace, looks, capabilities.waiting, lookup.now());
    Plan { findings, looks, limits }
}

struct Gates<'a> {
    lookup: &'a Lookup<'a>,
    policy: &'a Policy,
    looks: &'a LookHistory,
    capabilities: Capabilities,
}

impl Gates<'_> {
    fn consider(&self, finding: Finding) -> PlannedFinding {
        let suspicion = finding.suspicion();
        let first = self.looks.first.get(&suspicion).copied();
        let steps = finding.repairs.iter().map(|proposal| self.step(&finding, proposal, first)).collect();
        let mut planned = PlannedFinding { finding, suspicion, steps };
        if repair_options::has_options(&planned) {
            repair_options::choose(&mut planned);
        } else {
            planned.withhold_after_the_first_withheld();
        }
        planned
    }

    /// `first` is when the finding was first suspected, if it was before.
    fn step(&self, finding: &Finding, proposal: &Proposal, first: Option<Timestamp>) -> Step {
        let terms = RepairTerms::of(self.policy, self.lookup, finding, &proposal.repair);
        let verdict = self.verdict(finding, proposal, first, &terms).unwrap_or_else(GateVerdict::Withheld);
        Step::new(proposal.repair.clone(), terms, verdict)
    }

    /// All gates but the limit, which is for all changes of a kind together. The error is why it is withheld.
    fn verdict(
        &self,
        finding: &Finding,
        proposal: &Proposal,
        first: Option<Timestamp>,
        terms: &RepairTerms,
    ) -> Result<GateVerdict, String> {
        let repair = &proposal.repair;
        if let Some(objection) = &proposal.objection {
            return Ok(GateVerdict::Closed(objection.clone()));
        }
        if let Some(reason) = repair_options::not_allowed(repair, terms) {
            return Ok(GateVerdict::Closed(reason));
        }
        // Asked together, so that they are read together.
        let (refused, restrained) =
            (repair_options::refused(self.lookup, repair), restraint::check(self.lookup, repair));
        if let Some(refused) = refused? {
            return Ok(refused);
        }
        let (paused, held) = (self.paused(), hold::check(self.lookup, finding, repair));
        paused.and(held)?;
        self.capabilities.suffice(repair)?;
        if let Some(restrained) = restrained? {
            return Ok(restrained);
        }
        if terms.mode == Mode::Observe {
            return Ok(GateVerdict::Planned);
        }
        Ok(confirm(first, self.lookup.now(), self.looks, self.capabilities.waiting, terms))
    }

    fn paused(&self) -> Result<(), String> {
        match self.lookup.pause() {
            Ok(None) => Ok(()),
            Ok(Some(pause)) => {
                let why = pause.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
                Err(format!("repairs are paused since {} by {}{why}", pause.since, pause.by))
            }
            Err(gap) => Err(unread("whether repairs are paused", gap)),
        }
    }
}
