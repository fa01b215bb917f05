//! The account in one sentence.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use model::observation::UnreadKind;

use crate::document::{Report, Unclear};
use crate::finding_report::FindingReport;
use crate::groups::{Grouped, grouped};
use crate::place::{counted, named, one_line, place, unknown};

/// As many services are named.
const NAMED: usize = 3;

/// What is wrong where, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Services, or target groups of none, that lose traffic, or whose clients reach something else.
    pub losing: Vec<String>,
    /// Services with findings that cost no traffic.
    pub others: usize,
    /// Services that were judged, and nothing was found.
    pub fine: usize,
    /// Services that were asked for.
    pub services: usize,
    /// Services without a finding that have none of the tasks they want.
    pub without_tasks: Vec<String>,
    /// Services without a finding of which something could not be read or judged.
    pub unclear: usize,
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
        let found: BTreeSet<&str> =
            places.iter().filter(|(_, one)| one.is_service).map(|(name, _)| name.as_str()).collect();
        let services = self.coverage.services_in_scope.unwrap_or(self.coverage.services);
        let unclear: BTreeMap<String, Unclear> =
            self.coverage.services_unclear.iter().rev().map(|one| (one_line(&one.service), one.why)).collect();
        let rest = || unclear.iter().filter(|(name, _)| !found.contains(name.as_str()));
        let mut losing: Vec<(usize, String)> =
            places.iter().filter(|(_, one)| one.loses).map(|(name, one)| (one.tasks(), name.clone())).collect();
        losing.sort_by(|(many, name), (other, after)| other.cmp(many).then_with(|| name.cmp(after)));
        let others = places.values().filter(|one| one.is_service && !one.loses).count();
        Standing {
            others,
            fine: services.saturating_sub(found.len() + rest().count()),
            services,
            without_tasks: rest().filter(|(_, why)| **why == Unclear::NoTasks).map(|(name, _)| name.clone()).collect(),
            unclear: rest().filter(|(_, why)| **why == Unclear::Unread).count(),
            tasks: places.values().map(Place::tasks).sum(),
            losing: losing.into_iter().map(|(_, name)| name).collect(),
        }
    }

    /// The account in one sentence: `3 services lose traffic: prod/a, prod/b and prod/c; 20 of 23 are fine.`
    #[must_use]
    pub fn opening(&self) -> String {
        let Standing { losing, others, fine, services, without_tasks, unclear, .. } = self.standing();
        let (unread, idle, left_out) = (self.coverage.unread.len(), without_tasks.len(), self.left_out());
        let found = self.counted().count();
        let mut parts = Vec::new();
        let have = |many| if many == 1 { "has" } else { "have" };
        match (losing.len(), found, unread, self.coverage.is_empty()) {
            (0, 0, 0, true) => return "There was nothing to judge.".to_owned(),
            (0, 0, ..) if left_out > 0 => {
                let least = self.severity_filter.map(|filter| filter.least.to_string()).unwrap_or_default();
                parts.push(format!("No finding of severity {least} or over"));
            }
            (0, 0, 0, false) if !self.findings.is_empty() => {
                parts.push("No finding counts: each is accepted or in the baseline".to_owned());
            }
            (0, 0, 0, false) if idle > 0 => {
                let idle_services = counted(idle, "service");
                parts.push(format!("Nothing found, but {idle_services} {} none of the tasks wanted", have(idle)));
            }
            (0, 0, 0, false) => parts.push(match self.scope.rules.as_deref() {
                None => "All is well".to_owned(),
                Some([rule]) => format!("Nothing found by the rule {}", one_line(rule)),
                Some(rules) => format!("Nothing found by the {} rules asked for", rules.len()),
            }),
            (0, 0, ..) => parts.push("Nothing found in what could be read".to_owned()),
            (0, ..) => parts.push(format!("No service loses traffic, but there {}", are(found, "finding"))),
            (many, ..) => {
                let lose = if many == 1 { "loses" } else { "lose" };
                parts.push(format!("{} {lose} traffic: {}", counted(many, "service"), named(&losing, NAMED)));
            }
        }
        if found > 0 {
            parts
                .extend((others > 0 && !losing.is_empty()).then(|| format!("{others} more {} findings", have(others))));
            // Of services whose findings were left out nothing can be said.
            parts.extend((services > 0 && left_out == 0).then(|| match (fine, services, idle + unclear) {
                (0, 1, 0) => "the only service has findings".to_owned(),
                (0, _, 0) => format!("all {services} services have findings"),
                (0, ..) => format!("none of {} is fine", counted(services, "service")),
                (1, ..) => format!("1 of {services} is fine"),
                _ => format!("{fine} of {services} are fine"),
            }));
            parts.extend((idle > 0).then(|| format!("{idle} {} none of the tasks wanted", have(idle))));
        }
        parts.extend((left_out > 0).then(|| {
            format!(
                "{} of lower severity {} left out",
                counted(left_out, "finding"),
                if left_out == 1 { "is" } else { "are" }
            )
        }));
        parts.extend((unclear > 0).then(|| format!("{} couldn't be judged in full", counted(unclear, "service"))));
        parts.extend(unknown(&self.coverage.unread));
        format!("{}.", parts.join("; "))
    }

    /// What to do next, in one sentence.
    pub(crate) fn next_step(&self) -> String {
        let groups = grouped(&self.findings);
        let counts = |one: &&Grouped<'_>| one.members.iter().any(|(_, finding)| finding.is_counted());
        let first = groups.iter().find(counts).and_then(|group| group.members.first());
        match (first, self.coverage.unread.is_empty()) {
            (Some((_, first)), _) => {
                format!("Next: mend {} first, then run the audit again.", one_line(&place(&first.resources)))
            }
            (None, _) if self.left_out() > 0 => "Next: see them without --severity.".to_owned(),
            (None, false) if self.coverage.unread.iter().any(|unread| unread.kind == UnreadKind::Denied) => {
                "Next: allow the reads that failed, then run the audit again.".to_owned()
            }
            (None, false) if self.coverage.unread.iter().all(|unread| !unread.kind.may_pass()) => {
                "Next: see what could not be judged; another audit won't know more.".to_owned()
            }
            (None, false) => "Next: see what could not be read, then run the audit again.".to_owned(),
            (None, true) => match self.standing().without_tasks.as_slice() {
                [] => "Nothing to do.".to_owned(),
                idle => format!("Next: see why no task of {} is running.", named(idle, NAMED)),
            },
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
