//! The account in one sentence.

use std::collections::{BTreeMap, BTreeSet};

use model::observation::UnreadKind;

use crate::document::Report;
use crate::finding_report::FindingReport;
use crate::place::{counted, one_line, place, unknown};

/// As many services are named.
const NAMED: usize = 3;

/// What is wrong where, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Services, or target groups of none, that lose traffic, or whose clients reach something else.
    pub losing: Vec<String>,
    /// Services with findings that cost no traffic.
    pub others: usize,
    /// Services without a finding.
    pub fine: usize,
    /// Services that were looked at.
    pub services: usize,
    /// Tasks that get no traffic.
    pub tasks: usize,
}

impl Report {
    /// How the services stand, by the findings that count.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let mut places: BTreeMap<String, Place> = BTreeMap::new();
        for finding in self.counted() {
            places.entry(place(&finding.resources)).or_default().add(finding);
        }
        let of_services = places.values().filter(|one| one.is_service).count();
        let mut losing: Vec<(usize, String)> =
            places.iter().filter(|(_, one)| one.loses).map(|(name, one)| (one.tasks(), name.clone())).collect();
        losing.sort_by(|(many, name), (other, after)| other.cmp(many).then_with(|| name.cmp(after)));
        let others = places.values().filter(|one| one.is_service && !one.loses).count();
        Standing {
            others,
            fine: self.coverage.services.saturating_sub(of_services),
            services: self.coverage.services,
            tasks: places.values().map(Place::tasks).sum(),
            losing: losing.into_iter().map(|(_, name)| name).collect(),
        }
    }

    /// The account in one sentence: `3 services lose traffic: prod/a, prod/b and prod/c; 20 of 23 are fine.`
    #[must_use]
    pub fn opening(&self) -> String {
        let Standing { losing, others, fine, services, .. } = self.standing();
        let (unread, idle) = (self.coverage.unread.len(), self.coverage.services_without_tasks);
        let found = self.counted().count();
        let mut parts = Vec::new();
        match (losing.len(), found, unread, self.coverage.is_empty()) {
            (0, 0, 0, true) => return "There was nothing to judge.".to_owned(),
            (0, 0, 0, false) if !self.findings.is_empty() => {
                parts.push("No finding counts: each is accepted or in the baseline".to_owned());
            }
            (0, 0, 0, false) if idle > 0 => {
                let have = if idle == 1 { "has" } else { "have" };
                parts.push(format!("Nothing found, but {} {have} none of the tasks wanted", counted(idle, "service")));
            }
            (0, 0, 0, false) => parts.push("All is well".to_owned()),
            (0, 0, ..) => parts.push("Nothing found in what could be read".to_owned()),
            (0, ..) => parts.push(format!("No service loses traffic, but there {}", are(found, "finding"))),
            (many, ..) => {
                let lose = if many == 1 { "loses" } else { "lose" };
                parts.push(format!("{} {lose} traffic: {}", counted(many, "service"), named(&losing)));
            }
        }
        if found > 0 {
            parts.extend((others > 0 && !losing.is_empty()).then(|| {
                let have = if others == 1 { "has" } else { "have" };
                format!("{others} more {have} findings")
            }));
            parts.extend((services > 0).then(|| match (fine, services) {
                (0, 1) => "the only service has findings".to_owned(),
                (0, _) => format!("all {services} services have findings"),
                (1, _) => format!("1 of {services} is fine"),
                _ => format!("{fine} of {services} are fine"),
            }));
        }
        parts.extend(unknown(&self.coverage.unread));
        format!("{}.", parts.join("; "))
    }

    /// What to do next, in one sentence.
    pub(crate) fn next_step(&self) -> String {
        let first = self.counted().find(|finding| finding.impact.is_some()).or_else(|| self.counted().next());
        match (first, self.coverage.unread.is_empty()) {
            (Some(first), _) => {
                format!("Next: mend {} first, then run the audit again.", one_line(&place(&first.resources)))
            }
            (None, false) if self.coverage.unread.iter().any(|unread| unread.kind == UnreadKind::Denied) => {
                "Next: allow the reads that failed, then run the audit again.".to_owned()
            }
            (None, false) if self.coverage.unread.iter().all(|unread| !unread.kind.may_pass()) => {
                "Next: see what could not be judged; another audit won't know more.".to_owned()
            }
            (None, false) => "Next: see what could not be read, then run the audit again.".to_owned(),
            (None, true) if self.coverage.services_without_tasks > 0 => {
                "Next: see why no task of theirs is running.".to_owned()
            }
            (None, true) => "Nothing to do.".to_owned(),
        }
    }
}

/// What the findings of one place amount to.
#[derive(Default)]
struct Place {
    is_service: bool,
    loses: bool,
    named: BTreeSet<String>,
    told: usize,
}

impl Place {
    fn add(&mut self, finding: &FindingReport) {
        self.is_service |= finding.resources.service.is_some();
        let Some(impact) = finding.impact else { return };
        self.loses = true;
        match &finding.resources.task {
            Some(task) if impact.tasks > 0 => drop(self.named.insert(task.to_string())),
            _ => self.told = self.told.max(impact.tasks),
        }
    }

    /// Tasks without traffic. A finding on a task and one on all of them may mean the same task.
    fn tasks(&self) -> usize {
        self.named.len().max(self.told)
    }
}

fn are(count: usize, what: &str) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{verb} {}", counted(count, what))
}

/// `prod/a, prod/b and 4 more`.
fn named(names: &[String]) -> String {
    let (shown, rest) = names.split_at(names.len().min(NAMED));
    match (shown, rest.len()) {
        ([all @ .., last], 0) if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        (_, 0) => shown.join(", "),
        (_, more) => format!("{} and {more} more", shown.join(", ")),
    }
}
