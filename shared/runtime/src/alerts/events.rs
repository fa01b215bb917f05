//! What is told to an event bus besides alerts: each repair, and the end of each sweep.

use std::collections::BTreeMap;

use alert::{BusEvent, Origin};
use jiff::Timestamp;
use model::finding::Severity;
use model::repair::RepairStatus;
use pipeline::{Concluded, Conclusion, PassOutcome};
use serde_json::{Value, json};

/// What an audit of everything came to.
#[derive(Debug, Clone)]
pub(super) struct SweepNumbers {
    pub(super) findings: BTreeMap<Severity, u64>,
    pub(super) open_alerts: Option<u64>,
    pub(super) unread: u64,
}

/// Texts are cut to this many characters.
const MAX_TEXT: usize = 2_000;

/// Other people's text is in it: names, and what AWS answers.
fn one_line(text: &str) -> String {
    alert::cut(text, MAX_TEXT)
}

/// An event for each repair that was tried.
pub(super) fn repairs(origin: &Origin, outcome: &PassOutcome, now: Timestamp) -> Vec<BusEvent> {
    let tried =
        |one: &&Conclusion| matches!(one.status, RepairStatus::Done | RepairStatus::Refused | RepairStatus::Failed);
    let of = |concluded: &Concluded| {
        let events = concluded.conclusions.iter().filter(tried).map(|one| repair(origin, concluded, one, now));
        events.collect::<Vec<_>>()
    };
    outcome.findings.iter().flat_map(of).collect()
}

fn repair(origin: &Origin, concluded: &Concluded, conclusion: &Conclusion, now: Timestamp) -> BusEvent {
    let Concluded { finding, .. } = concluded;
    let Conclusion { repair, status, code, reason } = conclusion;
    let detail = json!({
        "at": now,
        "action": repair.action(),
        "status": status.as_str(),
        "summary": one_line(&repair.to_string()),
        "code": code,
        "reason": reason.as_deref().map(one_line),
        "before": one_line(&repair.before()),
        "after": one_line(&repair.after()),
        "rule": finding.rule,
        "severity": finding.severity,
        "fingerprint": finding.fingerprint(),
        "why": one_line(&finding.summary),
        "resources": finding.resources,
    });
    let of = &finding.resources;
    let arns = [
        of.service.as_ref().map(ToString::to_string),
        of.task.as_ref().map(ToString::to_string),
        of.target_group.as_ref().map(ToString::to_string),
    ];
    BusEvent::new("Repair", origin, without_nulls(detail), arns.into_iter().flatten().collect(), now)
}

/// The end of an audit of everything.
pub(super) fn sweep(origin: &Origin, numbers: &SweepNumbers, now: Timestamp) -> BusEvent {
    let count = |severity| (severity, numbers.findings.get(&severity).copied().unwrap_or(0));
    let findings: BTreeMap<Severity, u64> = Severity::ALL.into_iter().map(count).collect();
    let detail = json!({
        "at": now,
        "findings": findings,
        "open_alerts": numbers.open_alerts,
        "unread": numbers.unread,
    });
    BusEvent::new("Sweep Completed", origin, without_nulls(detail), vec![], now)
}

/// Keys that don't apply are left out.
fn without_nulls(mut detail: Value) -> Value {
    if let Some(detail) = detail.as_object_mut() {
        detail.retain(|_, value| !value.is_null());
    }
    detail
}
