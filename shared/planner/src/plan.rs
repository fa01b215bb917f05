//! A plan: every finding with what becomes of its repairs, and the looks to come.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use model::finding::{Finding, Fingerprint};
use model::ledger::Limited;
use model::repair::Repair;
use model::scope::Site;

use crate::decision::Decision;
use crate::limit::RepairLimit;
use crate::looks::LookAgain;
use crate::terms::RepairTerms;
use crate::verdict::{GateVerdict, Suspicion};

/// What is to be done, what is to be looked at again, and what isn't done and why. It prints as sentences.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// Every finding, the most severe first, then by fingerprint.
    pub findings: Vec<PlannedFinding>,
    /// A look for each place where something waits.
    pub looks: BTreeMap<Site, LookAgain>,
    /// The limits of what is to be changed now.
    pub limits: BTreeMap<Limited, RepairLimit>,
}

/// A finding, and what becomes of its repairs.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedFinding {
    /// The finding.
    pub finding: Finding,
    /// Its [suspicion](Finding::suspicion), reckoned once.
    pub suspicion: Fingerprint,
    /// One step for each proposal of it, in its order.
    pub steps: Vec<Step>,
}

/// A repair, and what becomes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The repair.
    pub repair: Repair,
    /// What becomes of it.
    pub decision: Decision,
    /// What all services allow that the finding concerns.
    pub(crate) terms: RepairTerms,
    /// The first look that stands, while it waits for a second one.
    pub(crate) suspicion: Option<Suspicion>,
    /// Of several repair options, may the next be tried in its place?
    pub(crate) is_closed: bool,
}

impl Plan {
    /// Every step of every finding.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.findings.iter().flat_map(|planned| &planned.steps)
    }

    /// Is there nothing to do now, and nothing to come back for? Findings may remain.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        self.looks.is_empty() && self.steps().all(|step| step.decision != Decision::DoNow)
    }
}

impl PlannedFinding {
    /// Steps are made in their order: nothing is done after a step that isn't, so that nothing is removed whose
    /// replacement couldn't be added.
    pub(crate) fn withhold_after_the_first_withheld(&mut self) {
        let mut steps = self.steps.iter_mut().skip_while(|step| !step.decision.is_withheld());
        let Some(first) = steps.next().map(|step| step.repair.clone()) else { return };
        for step in steps.filter(|step| !step.decision.is_withheld()) {
            step.withhold(format!("it comes after another that is withheld: {first}"));
        }
    }

    /// The order in which findings are reported: the most severe first, then by fingerprint as the report has them.
    pub(crate) fn rank(&self) -> impl Ord + use<> {
        let Finding { severity, users, summary, repairs, .. } = &self.finding;
        let proposed: Vec<_> = repairs.iter().map(|it| (it.repair.clone(), it.objection.clone())).collect();
        let fingerprint = self.finding.fingerprint();
        (Reverse(*severity), fingerprint, self.suspicion, users.clone(), summary.clone(), proposed)
    }
}

impl Step {
    pub(crate) fn new(repair: Repair, terms: RepairTerms, verdict: GateVerdict) -> Self {
        let suspicion = if let GateVerdict::Waiting(suspicion) = &verdict { Some(*suspicion) } else { None };
        let is_closed = matches!(verdict, GateVerdict::Closed(_) | GateVerdict::Refused { .. });
        let decision = match verdict {
            GateVerdict::DoNow => Decision::DoNow,
            GateVerdict::Planned => Decision::Planned,
            GateVerdict::Waiting(suspicion) => Decision::Waiting { until: suspicion.due },
            GateVerdict::Withheld(reason) | GateVerdict::Closed(reason) => Decision::Withheld { reason },
            GateVerdict::Refused { code, reason } => Decision::Refused { code, reason },
        };
        Self { repair, decision, terms, suspicion, is_closed }
    }

    /// It isn't made after all. Nothing waits for it any more.
    pub(crate) fn withhold(&mut self, reason: String) {
        self.decision = Decision::Withheld { reason };
        self.suspicion = None;
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.findings.is_empty() && self.looks.is_empty() {
            return f.write_str("nothing to do\n");
        }
        self.findings.iter().try_for_each(|planned| planned.fmt(f))?;
        self.looks.iter().try_for_each(|(site, look)| writeln!(f, "look at {site} again {look}"))
    }
}

impl fmt::Display for PlannedFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { rule, severity, summary, .. } = &self.finding;
        writeln!(f, "{severity} {rule}: {summary}")?;
        self.steps.iter().try_for_each(|step| writeln!(f, "  {step}"))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.repair, self.decision)
    }
}

impl fmt::Display for LookAgain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, suspicions, attempt } = self;
        match suspicions.len() {
            0 => write!(f, "at {at} (look {attempt}), when its tasks are old enough"),
            1 => write!(f, "at {at} (look {attempt}), to confirm 1 suspicion"),
            many => write!(f, "at {at} (look {attempt}), to confirm {many} suspicions"),
        }
    }
}
