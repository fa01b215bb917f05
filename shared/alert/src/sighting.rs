//! From findings to what alerts are about.

use std::collections::{BTreeMap, BTreeSet};

use model::alert::{AlertKey, RepairNote, TaskCounts};
use model::finding::{Finding, Fingerprint, Severity};
use model::id::{ClusterArn, ServiceArn, TaskArn};

/// A finding, and what has become of it.
#[derive(Debug, Clone)]
pub struct SeenFinding<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// What has become of it.
    pub stage: FindingStage,
    /// Whether it can be there one moment and gone the next while all is well, as in a deployment.
    pub fleeting: bool,
    /// What came of its repairs.
    pub repairs: Vec<RepairNote>,
    /// The tasks of its service that run, and that should.
    pub tasks: Option<(u32, u32)>,
}

/// What has become of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingStage {
    /// All its repairs were done.
    Mended,
    /// A look is to come that may confirm or drop it.
    Waiting,
    /// It stands.
    Standing,
}

/// All that a pass saw of what one alert is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    /// What the alert is about.
    pub key: AlertKey,
    /// The cluster.
    pub cluster: Option<ClusterArn>,
    /// The service, if one is known.
    pub service: Option<ServiceArn>,
    /// What is wrong, in a few words.
    pub title: String,
    /// The worst of the findings.
    pub severity: Severity,
    /// How many.
    pub findings: u32,
    /// The summary of the worst.
    pub summary: String,
    /// What a person can do.
    pub remedy: String,
    /// Commands that mend the worst.
    pub commands: Vec<String>,
    /// What came of the repairs of the worst.
    pub repairs: Vec<RepairNote>,
    /// All of the findings.
    pub fingerprints: BTreeSet<Fingerprint>,
    /// The tasks that they name.
    pub affected: BTreeSet<TaskArn>,
    /// The tasks of the service that run, and that should.
    pub tasks: Option<(u32, u32)>,
    /// Those that stand and are loud enough to open it.
    pub standing: BTreeSet<Fingerprint>,
    /// Whether it takes a second look to open it.
    pub fleeting: bool,
}

impl Sighting {
    /// The tasks of the service, if they are known.
    pub(crate) fn task_counts(&self) -> Option<TaskCounts> {
        let affected = u32::try_from(self.affected.len()).unwrap_or(u32::MAX);
        self.tasks.map(|(running, desired)| TaskCounts { affected, running, desired })
    }

    /// Could it open an alert, or worsen it?
    #[must_use]
    pub fn is_loud(&self) -> bool {
        !self.standing.is_empty()
    }
}

/// Gathers findings by what they would open an alert about; those under `min_severity` keep an open one open.
#[must_use]
pub fn sightings<'a>(seen: impl IntoIterator<Item = SeenFinding<'a>>, min_severity: Severity) -> Vec<Sighting> {
    let mut all: BTreeMap<AlertKey, Sighting> = BTreeMap::new();
    for SeenFinding { finding, stage, fleeting, repairs, tasks } in seen {
        let loud = stage == FindingStage::Standing && finding.severity >= min_severity;
        let key = key(finding);
        let fresh = || Sighting {
            key: key.clone(),
            cluster: finding.resources.cluster.clone(),
            service: finding.resources.service.clone(),
            title: finding.title.clone(),
            severity: finding.severity,
            findings: 0,
            summary: finding.summary.clone(),
            remedy: finding.remedy.clone(),
            commands: finding
                .fixes
                .iter()
                .map(|fix| &fix.commands)
                .find(|all| !all.is_empty())
                .cloned()
                .unwrap_or_default(),
            repairs: repairs.clone(),
            fingerprints: BTreeSet::new(),
            affected: BTreeSet::new(),
            tasks,
            standing: BTreeSet::new(),
            fleeting,
        };
        let of = all.entry(key.clone()).or_insert_with(fresh);
        // What stands speaks before what may yet be mended.
        if (loud, finding.severity) > (of.is_loud(), of.severity) {
            let Sighting { findings, standing, fingerprints, affected, .. } = std::mem::replace(of, fresh());
            (of.findings, of.standing, of.fingerprints, of.affected) = (findings, standing, fingerprints, affected);
        }
        of.findings = of.findings.saturating_add(1);
        of.fingerprints.insert(finding.fingerprint());
        of.affected.extend(finding.resources.task.clone());
        of.standing.extend(loud.then(|| finding.suspicion()));
    }
    all.into_values().collect()
}

/// What a finding opens an alert about.
///
/// A look that comes from an event may know but one of the services that share a group; so a finding that no task led to is
/// about its group alone, and is the same to every look.
fn key(finding: &Finding) -> AlertKey {
    let of = &finding.resources;
    let is_of_group =
        of.target_group.is_some() && of.target.is_some() && (of.task.is_none() || finding.users.len() != 1);
    let service = of.service.clone().filter(|_| !is_of_group);
    let target_group = of.target_group.clone();
    let cluster = of.cluster.clone().filter(|_| service.is_none() && target_group.is_none());
    AlertKey { rule: finding.rule.clone(), cluster, service, target_group }
}
