//! A finding in the report, and what came of its repairs.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use model::finding::{Finding, Fingerprint, Grouping, Impact, Resources, Severity};
use model::fix::Fix;
use model::repair::RepairStatus;
use serde::{Deserialize, Serialize};

/// A finding, and what came of its repairs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindingReport {
    /// The rule's slug.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// The same for the same fault on the same resource every time.
    pub fingerprint: Fingerprint,
    /// The rule in one line.
    #[serde(default)]
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// What a person can do.
    pub remedy: String,
    /// How exactly, best first.
    #[serde(default)]
    pub fixes: Vec<Fix>,
    /// The finding that this one follows from: once that is mended, so is this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caused_by: Option<Fingerprint>,
    /// What the judgement rests on.
    pub evidence: BTreeMap<String, serde_json::Value>,
    /// What it means for traffic, if it means anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact: Option<Impact>,
    /// The findings of its rule that it is one entry with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grouping: Option<Grouping>,
    /// What it is about.
    pub resources: Resources,
    /// What would mend it, in the order it must be done.
    pub repairs: Vec<RepairReport>,
    /// The policy accepts it, and why. It is reported all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Accepted>,
    /// How it stands to the baseline, where the report was compared with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
}

/// A finding of an earlier report that isn't found any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoneFinding {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// The rule's slug.
    pub rule: String,
    /// How much it mattered.
    pub severity: Severity,
    /// One sentence, as it was then.
    pub summary: String,
}

/// Why a finding is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// In the words of the policy.
    pub reason: String,
    /// When that ends, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// How a finding stands to a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Baseline {
    /// The baseline doesn't have it.
    New,
    /// The baseline has it.
    Known,
}

/// A repair, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairReport {
    /// `register-target`, `deregister-target` …
    pub action: String,
    /// What came of it.
    pub status: RepairStatus,
    /// AWS's error code, where AWS said no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why it came to that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl FindingReport {
    /// A finding with what came of its repairs.
    #[must_use]
    pub fn new(finding: Finding, repairs: Vec<RepairReport>) -> Self {
        Self {
            fingerprint: finding.fingerprint(),
            rule: finding.rule,
            severity: finding.severity,
            title: finding.title,
            summary: finding.summary,
            remedy: finding.remedy,
            fixes: finding.fixes,
            caused_by: finding.caused_by,
            impact: finding.impact,
            grouping: finding.grouping,
            evidence: finding.evidence,
            resources: finding.resources,
            repairs,
            accepted: None,
            baseline: None,
        }
    }

    /// The same finding, accepted for this reason if there is one.
    #[must_use]
    pub fn accepted(self, accepted: Option<Accepted>) -> Self {
        Self { accepted, ..self }
    }

    /// Does it count? It doesn't where the policy accepts it, or the baseline has it.
    #[must_use]
    pub const fn is_counted(&self) -> bool {
        self.accepted.is_none() && !self.is_in_baseline()
    }

    /// Does the baseline have it?
    #[must_use]
    pub const fn is_in_baseline(&self) -> bool {
        matches!(self.baseline, Some(Baseline::Known))
    }
}

impl Baseline {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Known => "known",
        }
    }
}

impl fmt::Display for Accepted {
    /// `accepted until 2027-01-31T00:00:00Z: the reason`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("accepted")?;
        if let Some(until) = self.until {
            write!(f, " until {until:.0}")?;
        }
        write!(f, ": {}", crate::place::one_line(&self.reason))
    }
}

impl fmt::Display for RepairReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.action, self.status)?;
        if let Some(code) = &self.code {
            write!(f, " ({code})")?;
        }
        if let Some(reason) = &self.reason {
            write!(f, ": {reason}")?;
        }
        Ok(())
    }
}
