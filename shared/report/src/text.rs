//! A report for a person: what to look at first, by service, worst first. One screen when all is well.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::document::{FindingReport, Report};

impl Report {
    /// The report as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        // Names, tags and AWS's messages may hold anything; a terminal is to see none of it.
        let text = self.to_string();
        text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_head(f)?;
        let groups = by_place(&self.findings);
        if let (Some((place, findings)), true) = (groups.first(), self.findings.len() > 1) {
            let summary = findings.first().map(|finding| one_line(&finding.summary)).unwrap_or_default();
            writeln!(f, "Look first at {place}: {summary}")?;
        }
        let mut explained = BTreeSet::new();
        for (place, findings) in groups {
            writeln!(f, "\n{place}")?;
            for finding in findings {
                write_finding(f, finding, explained.insert(finding.remedy.as_str()))?;
            }
        }
        self.write_unread(f)?;
        self.write_calls(f)
    }
}

impl Report {
    fn write_head(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let coverage = &self.coverage;
        writeln!(f, "Account {}, {}, {:.0}", self.account, self.region, self.generated_at)?;
        let parts = [
            (coverage.clusters, "cluster"),
            (coverage.services, "service"),
            (coverage.tasks, "task"),
            (coverage.target_groups, "target group"),
            (coverage.targets, "target"),
            (coverage.network_interfaces, "network interface"),
        ];
        let parts: Vec<String> = parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| counted(n, what)).collect();
        let nothing = parts.is_empty();
        let parts = if nothing { "nothing".to_owned() } else { parts.join(", ") };
        writeln!(
            f,
            "Looked at {parts}; targets: {}, security groups: {}",
            self.mode.registration, self.mode.security_groups
        )?;
        let counts =
            self.counts().into_iter().map(|(severity, n)| format!("{n} {severity}")).collect::<Vec<_>>().join(", ");
        match (self.findings.len(), coverage.unread.len()) {
            (0, 0) if nothing => writeln!(f, "There was nothing to judge."),
            (0, 0) => writeln!(f, "All is well."),
            (0, unread) => writeln!(f, "Nothing found in what could be read; {} failed.", counted(unread, "look-up")),
            (n, 0) => writeln!(f, "{}: {counts}.", counted(n, "finding")),
            (n, unread) => writeln!(f, "{}: {counts}; {} failed.", counted(n, "finding"), counted(unread, "look-up")),
        }
    }

    fn write_unread(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.coverage.unread.is_empty() {
            writeln!(f, "\nCould not be read")?;
        }
        for unread in &self.coverage.unread {
            writeln!(f, "  {} on {}: {}", unread.operation, one_line(&unread.resource), one_line(&unread.error))?;
        }
        Ok(())
    }

    fn write_calls(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut families: BTreeMap<&str, u64> = BTreeMap::new();
        for (action, calls) in &self.calls {
            *families.entry(action.split(':').next().unwrap_or(action)).or_default() += calls;
        }
        let total: u64 = families.values().sum();
        let families: Vec<String> = families.into_iter().map(|(family, calls)| format!("{family} {calls}")).collect();
        let families = if families.is_empty() { String::new() } else { format!(" ({})", families.join(", ")) };
        let (seconds, millis) = (self.duration_ms / 1000, self.duration_ms % 1000);
        let requests = if total == 1 { "request" } else { "requests" };
        writeln!(f, "\n{total} {requests}{families} in {seconds}.{millis:03} s")
    }
}

fn write_finding(f: &mut fmt::Formatter<'_>, finding: &FindingReport, explain: bool) -> fmt::Result {
    writeln!(f, "  {:<8}  {}  {}", finding.severity, finding.rule, one_line(&finding.summary))?;
    for repair in &finding.repairs {
        writeln!(f, "            {}", one_line(&repair.to_string()))?;
    }
    // The same remedy for the hundredth finding helps no one.
    if explain && !finding.remedy.is_empty() {
        writeln!(f, "            what to do: {}", one_line(&finding.remedy))?;
    }
    Ok(())
}

/// Findings by the service they are about, or the next best; the place of the worst finding first.
fn by_place(findings: &[FindingReport]) -> Vec<(String, Vec<&FindingReport>)> {
    let mut places: BTreeMap<String, Vec<&FindingReport>> = BTreeMap::new();
    for finding in findings {
        places.entry(place(finding)).or_default().push(finding);
    }
    let mut places: Vec<_> = places.into_iter().collect();
    places.sort_by_key(|(_, findings)| Reverse(findings.iter().map(|finding| finding.severity).max()));
    places
}

fn place(finding: &FindingReport) -> String {
    let of = &finding.resources;
    let name = match (&of.cluster, &of.service, &of.target_group, &of.task) {
        (Some(cluster), Some(service), ..) => format!("{}/{}", cluster.name(), service.name()),
        (None, Some(service), ..) => match service.cluster_name() {
            Some(cluster) => format!("{cluster}/{}", service.name()),
            None => service.name().to_owned(),
        },
        (_, None, Some(group), _) => format!("target group {}", group.name()),
        (_, None, None, Some(task)) => format!("task {}", task.id()),
        (Some(cluster), ..) => format!("cluster {}", cluster.name()),
        _ => return "the account".to_owned(),
    };
    one_line(&name)
}

fn counted(n: usize, what: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {what}{plural}")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
