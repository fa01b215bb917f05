//! Under which name a finding is told: its service, or the next best.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use model::finding::{Resources, Severity};
use model::observation::Unread;

use crate::finding_report::FindingReport;

/// The name of what these resources belong to: `prod/web`, `target group web`, … It is one line.
#[must_use]
pub fn place(of: &Resources) -> String {
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

/// A place, and what was found there: each finding with its index in the report.
pub(crate) type FindingsAt<'a> = (String, Vec<(usize, &'a FindingReport)>);

/// Findings by their place; the place that is worst off first.
pub(crate) fn by_place(findings: &[FindingReport]) -> Vec<FindingsAt<'_>> {
    let mut places: BTreeMap<String, Vec<(usize, &FindingReport)>> = BTreeMap::new();
    for (nth, finding) in findings.iter().enumerate() {
        places.entry(place(&finding.resources)).or_default().push((nth, finding));
    }
    let mut places: Vec<_> = places.into_iter().collect();
    places.sort_by_cached_key(|(_, findings)| Reverse(tally(findings.iter().map(|(_, finding)| finding.severity))));
    places
}

/// How many there are of each severity, worst first. The greater of two is of the place that is worse off.
pub(crate) fn tally(severities: impl Iterator<Item = Severity>) -> [(usize, Severity); 4] {
    let mut counts = Severity::ALL.map(|severity| (0, severity));
    counts.reverse();
    for severity in severities {
        for (count, of) in &mut counts {
            *count += usize::from(*of == severity);
        }
    }
    counts
}

/// The heading over gaps: of failed calls, and of what nobody can say though everything was read.
pub(crate) fn could_not_be(gaps: &[Unread]) -> &'static str {
    let of_calls = gaps.iter().filter(|gap| gap.kind.is_of_a_call()).count();
    match (of_calls, gaps.len() - of_calls) {
        (_, 0) => "Could not be read",
        (0, _) => "Could not be judged",
        _ => "Could not be read or judged",
    }
}

/// The same in numbers: `1 look-up failed`, `2 things couldn't be judged`; nothing where all is known.
pub(crate) fn unknown(gaps: &[Unread]) -> Vec<String> {
    let of_calls = gaps.iter().filter(|gap| gap.kind.is_of_a_call()).count();
    let others = gaps.len() - of_calls;
    let failed = (of_calls > 0).then(|| format!("{} failed", counted(of_calls, "look-up")));
    let unclear = (others > 0).then(|| format!("{} couldn't be judged", counted(others, "thing")));
    failed.into_iter().chain(unclear).collect()
}

/// `1 task`, `2 tasks`.
pub(crate) fn counted(n: usize, what: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {what}{plural}")
}

/// The text on one line, without anything that a terminal or a browser takes for more than text.
///
/// Names, tags and AWS's messages may hold anything, control characters and turns of the writing direction among them.
#[must_use]
pub fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().map(|c| if is_harmful(c) { '\u{fffd}' } else { c }).collect()
}

/// Does a terminal or a browser take the character for more than text?
pub(crate) fn is_harmful(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl FindingReport {
    /// What tells it from others of its group: `10.0.1.8:8080 (task 9ecb8b2c)`.
    #[must_use]
    pub fn member_name(&self) -> String {
        let of = &self.resources;
        let task = of.task.as_ref().map(|task| format!("task {}", task.short_id()));
        let name = match (of.target, task) {
            (Some(target), Some(task)) => format!("{target} ({task})"),
            (Some(target), None) => target.to_string(),
            (None, Some(task)) => task,
            (None, None) => place(of),
        };
        one_line(&name)
    }
}

/// As many as are worth reading: `prod/a, prod/b and 4 more`.
pub(crate) fn named(names: &[String], most: usize) -> String {
    let (shown, rest) = names.split_at(names.len().min(most));
    match (shown, rest.len()) {
        ([all @ .., last], 0) if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        (_, 0) => shown.join(", "),
        (_, more) => format!("{} and {more} more", shown.join(", ")),
    }
}
