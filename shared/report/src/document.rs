//! The report as a document. Its JSON is an interface: keys are added, never changed, while `schema` stays the same.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::finding::{Fingerprint, Rank, Severity, roots_first};
use model::id::{AccountId, Region};
use model::observation::Unread;
use model::policy::{Mode, Policy};
use model::scope::Scope;
use serde::{Deserialize, Serialize};

use crate::finding_report::{Baseline, FindingReport, GoneFinding};
use crate::groups::FindingGroup;

/// The version of the document's shape.
pub const SCHEMA: u32 = 1;

/// What one pass found and did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: u32,
    /// What made it.
    #[serde(default)]
    pub tool: Tool,
    /// When reading began.
    pub generated_at: Timestamp,
    /// The account looked at.
    pub account: AccountId,
    /// The Region looked at.
    pub region: Region,
    /// Where was looked.
    pub scope: ScopeReport,
    /// What the policy and the request allowed at most.
    pub mode: Modes,
    /// How much was looked at.
    pub coverage: Coverage,
    /// What was found: worst first, then by fingerprint.
    pub findings: Vec<FindingReport>,
    /// From which severity on; absent where everything that was found is in the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity_filter: Option<SeverityFilter>,
    /// What an earlier report has and this one hasn't, where it was compared with one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<GoneFinding>,
    /// The rules that it was judged by, by their slugs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Requests sent, retries included, by IAM action.
    pub calls: BTreeMap<String, u64>,
    /// How long the pass took, in milliseconds.
    pub duration_ms: u64,
}

/// A report as it is written: with what follows from its findings, which a reader needn't work out.
#[derive(Debug, Serialize)]
pub struct ReportDocument<'a> {
    /// The report.
    #[serde(flatten)]
    report: &'a Report,
    /// The account in one sentence.
    opening: String,
    /// The findings by their causes, worst first.
    groups: Vec<FindingGroup>,
}

/// The program that made a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// `ecs-nlb-guard`.
    pub name: String,
    /// Its version; empty in a report that was made before reports said so.
    pub version: String,
}

/// Where was looked, in the words of a request. Without any key: everywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeReport {
    /// ARNs of clusters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clusters: Option<Vec<String>>,
    /// Services as `CLUSTER/SERVICE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub services: Option<Vec<String>>,
    /// ARNs of tasks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<Vec<String>>,
    /// ARNs of target groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_groups: Option<Vec<String>>,
    /// Slugs of the rules that were asked for, where not all were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<String>>,
}

/// What was left out of a report that was asked for from a severity on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeverityFilter {
    /// Findings of this severity and over are in the report.
    pub least: Severity,
    /// So many that count, of lower severity, aren't.
    pub left_out: usize,
}

/// What was allowed at most, per section of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modes {
    /// Targets.
    pub registration: Mode,
    /// Security groups of tasks.
    pub security_groups: Mode,
}

impl Modes {
    /// What a policy lets be repaired somewhere.
    #[must_use]
    pub fn of(policy: &Policy) -> Self {
        let may_repair = policy.may_repair();
        let mode = |may_repair| if may_repair { Mode::Repair } else { Mode::Observe };
        Self { registration: mode(may_repair.registration), security_groups: mode(may_repair.security_groups) }
    }
}

/// How much was looked at, and what could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Clusters.
    pub clusters: usize,
    /// Services.
    pub services: usize,
    /// Those of them that want tasks and have none.
    #[serde(default)]
    pub services_without_tasks: usize,
    /// Those of them that were asked for; absent in a report that was made before reports said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub services_in_scope: Option<usize>,
    /// Those that were asked for and can't be called fine, whatever was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services_unclear: Vec<UnclearService>,
    /// Tasks.
    pub tasks: usize,
    /// Target groups.
    pub target_groups: usize,
    /// Targets in them.
    pub targets: usize,
    /// Network interfaces.
    pub network_interfaces: usize,
    /// What could not be read: nothing is said about it.
    pub unread: Vec<Unread>,
    /// What wasn't read now; absent where everything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remembered: Option<RememberedFacts>,
}

/// A service that can't be called fine, whatever was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnclearService {
    /// `CLUSTER/SERVICE`.
    pub service: String,
    /// Why.
    pub why: Unclear,
}

/// Why a service can't be called fine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unclear {
    /// It wants tasks and has none.
    NoTasks,
    /// Something that it is judged by could not be read, or judged.
    Unread,
}

/// Facts that a sweep took from what was read before, since all was well with them. No finding rests on one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberedFacts {
    /// How many.
    pub facts: usize,
    /// When the oldest was read.
    pub oldest: Timestamp,
}

impl Report {
    /// The same report with its lists in order: findings worst first, each behind its cause, then by fingerprint; what was
    /// unread each once.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        // Two findings of one fingerprint are two looks at one fault; their words still have an order.
        self.findings.sort_by(|a, b| (&a.resources, &a.summary).cmp(&(&b.resources, &b.summary)));
        roots_first(&mut self.findings, |one| Rank {
            severity: one.severity,
            fingerprint: one.fingerprint,
            caused_by: one.caused_by,
        });
        self.coverage.unread.sort();
        self.coverage.unread.dedup();
        self
    }

    /// The report of an account and Region that couldn't be looked at: all it has is why.
    #[must_use]
    pub fn unread(account: AccountId, region: Region, generated_at: Timestamp, why: Unread, mode: Modes) -> Self {
        Self {
            schema: SCHEMA,
            tool: Tool::current(),
            generated_at,
            account,
            region,
            scope: ScopeReport::default(),
            mode,
            coverage: Coverage { unread: vec![why], ..Coverage::default() },
            findings: Vec::new(),
            severity_filter: None,
            gone: Vec::new(),
            rules: Vec::new(),
            calls: BTreeMap::new(),
            duration_ms: 0,
        }
    }

    /// The report as JSON on one line.
    ///
    /// # Errors
    /// Never: every key is a text.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&self.document())
    }

    /// The report as it is written, with what follows from its findings.
    #[must_use]
    pub fn document(&self) -> ReportDocument<'_> {
        ReportDocument { report: self, opening: self.opening(), groups: self.groups() }
    }

    /// How many findings that count there are of each severity, worst first; none of a severity is left out.
    #[must_use]
    pub fn counts(&self) -> Vec<(Severity, usize)> {
        let count = |severity| self.counted().filter(|finding| finding.severity == severity).count();
        Severity::ALL.into_iter().rev().map(|severity| (severity, count(severity))).filter(|(_, n)| *n > 0).collect()
    }
}

impl Report {
    /// Leaves out the findings below a severity, and notes how many of them count.
    pub fn filter_by_severity(&mut self, least: Severity) {
        let left_out = self.counted().filter(|finding| finding.severity < least).count();
        self.findings.retain(|finding| finding.severity >= least);
        self.severity_filter = Some(SeverityFilter { least, left_out });
    }

    /// How many findings that count were left out.
    pub(crate) fn left_out(&self) -> usize {
        self.severity_filter.map_or(0, |filter| filter.left_out)
    }

    /// Was there something to judge, could all of it be judged, and was nothing found?
    pub(crate) fn is_well(&self) -> bool {
        let Coverage { unread, services_unclear, .. } = &self.coverage;
        self.findings.is_empty()
            && self.left_out() == 0
            && unread.is_empty()
            && services_unclear.is_empty()
            && !self.coverage.is_empty()
    }

    /// The findings that count: neither accepted nor in the baseline.
    pub fn counted(&self) -> impl Iterator<Item = &FindingReport> {
        self.findings.iter().filter(|finding| finding.is_counted())
    }

    /// The same with the one of these reports that is of this account and Region. If none is, all of it is new.
    pub fn compare_with_that_of_its_place(&mut self, baselines: &[Self]) {
        let is_of_it = |other: &&Self| (&other.account, &other.region) == (&self.account, &self.region);
        match baselines.iter().find(is_of_it) {
            Some(baseline) => self.compare_with(baseline),
            None => self.findings.iter_mut().for_each(|finding| finding.baseline = Some(Baseline::New)),
        }
    }

    /// Marks each finding as new or known by the findings of an earlier report, and notes those that are gone. Of rules that
    /// this report wasn't judged by, nothing is known.
    pub fn compare_with(&mut self, baseline: &Self) {
        let known: BTreeSet<Fingerprint> = baseline.findings.iter().map(|finding| finding.fingerprint).collect();
        for finding in &mut self.findings {
            let is_known = known.contains(&finding.fingerprint);
            finding.baseline = Some(if is_known { Baseline::Known } else { Baseline::New });
        }
        let found: BTreeSet<Fingerprint> = self.findings.iter().map(|finding| finding.fingerprint).collect();
        let was_judged = |rule: &String| self.rules.is_empty() || self.rules.contains(rule);
        let gone = baseline.findings.iter().filter(|one| !found.contains(&one.fingerprint) && was_judged(&one.rule));
        self.gone = gone
            .map(|one| GoneFinding {
                fingerprint: one.fingerprint,
                rule: one.rule.clone(),
                severity: one.severity,
                summary: one.summary.clone(),
            })
            .collect();
    }
}

impl Tool {
    /// This program.
    #[must_use]
    pub fn current() -> Self {
        Self { name: "ecs-nlb-guard".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

impl Default for Tool {
    /// A program that didn't say.
    fn default() -> Self {
        Self { version: String::new(), ..Self::current() }
    }
}

impl Coverage {
    /// How much of what was looked at, as far as there was any: `(40, "task")`.
    pub fn amounts(&self) -> impl Iterator<Item = (usize, &'static str)> {
        let amounts = [
            (self.clusters, "cluster"),
            (self.services, "service"),
            (self.tasks, "task"),
            (self.target_groups, "target group"),
            (self.targets, "target"),
            (self.network_interfaces, "network interface"),
        ];
        amounts.into_iter().filter(|(amount, _)| *amount > 0)
    }

    /// Adds what another part of the same audit remembered.
    pub fn also_remembered(&mut self, more: Option<RememberedFacts>) {
        self.remembered = match (self.remembered, more) {
            (Some(one), Some(other)) => {
                Some(RememberedFacts { facts: one.facts + other.facts, oldest: one.oldest.min(other.oldest) })
            }
            (one, other) => one.or(other),
        };
    }

    /// Was there nothing to look at?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.amounts().next().is_none()
    }
}

impl From<&Scope> for ScopeReport {
    /// A scope with nothing in it has all keys with empty lists, for without any key it would read as everything.
    fn from(scope: &Scope) -> Self {
        if scope.everything {
            return Self::default();
        }
        fn list(texts: impl Iterator<Item = String>, empty: bool) -> Option<Vec<String>> {
            let texts: Vec<String> = texts.collect();
            (empty || !texts.is_empty()).then_some(texts)
        }
        let empty = scope.is_empty();
        Self {
            clusters: list(scope.clusters.iter().map(ToString::to_string), empty),
            services: list(scope.services.iter().map(ToString::to_string), empty),
            tasks: list(scope.tasks.keys().map(ToString::to_string), empty),
            target_groups: list(scope.target_groups.iter().map(ToString::to_string), empty),
            rules: None,
        }
    }
}
