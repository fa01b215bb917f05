//! From what a pass saw and did to its report, and to a line in the log for each decision.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::ecs::{Service, ServiceStatus};
use model::id::NetworkInterfaceId;
use model::observation::{Observation, Unread, UnreadKind};
use model::policy::Policy;
use model::repair::RepairStatus;
use model::scope::Scope;
use pipeline::{Concluded, Conclusion, PassOutcome};
use report::{
    Accepted, Coverage, FindingReport, Modes, RememberedFacts, RepairReport, Report, ScopeReport, Tool, Unclear,
    UnclearService,
};

use crate::batch::services_in;

/// The report of a pass over `scope` that was over at `now`.
#[must_use]
pub fn report(
    outcome: &PassOutcome,
    scope: &Scope,
    policy: &Policy,
    calls: BTreeMap<String, u64>,
    (began, now): (Timestamp, Timestamp),
) -> Report {
    let Observation { at, account, region, .. } = &outcome.observation;
    let report = Report {
        schema: report::document::SCHEMA,
        tool: Tool::current(),
        generated_at: *at,
        account: account.clone(),
        region: region.clone(),
        scope: ScopeReport::from(scope),
        mode: Modes::of(policy),
        coverage: coverage(outcome, scope),
        severity_filter: None,
        findings: outcome.findings.iter().map(|concluded| finding(concluded, policy, *at)).collect(),
        gone: Vec::new(),
        rules: Vec::new(),
        calls,
        duration_ms: u64::try_from(now.duration_since(began).as_millis()).unwrap_or(0),
    };
    report.sorted()
}

/// Logs what became of every repair: who made it, why, and what was before and is after. When is the line's own time.
pub fn log_decisions(outcome: &PassOutcome, by: &str) {
    for Concluded { finding, conclusions } in &outcome.findings {
        for Conclusion { repair, status, code, reason } in conclusions {
            let reason = reason.as_deref().unwrap_or_default();
            let sentence = [&*repair.to_string(), status.as_str(), reason].join(": ");
            let sentence = sentence.trim_end_matches(": ");
            macro_rules! log {
                ($level:ident) => {
                    tracing::$level!(
                        rule = finding.rule,
                        finding.fingerprint = %finding.fingerprint(),
                        repair.action = repair.action(),
                        repair.status = status.as_str(),
                        repair.code = code.as_deref(),
                        repair.by = by,
                        repair.why = finding.summary,
                        repair.before = repair.before(),
                        repair.after = repair.after(),
                        repair.site = %repair.site(),
                        target_group.arn = repair.target_group().map(|group| group.as_str()),
                        target = repair.target().map(|target| target.to_string()),
                        "{sentence}"
                    )
                };
            }
            match status {
                RepairStatus::Refused | RepairStatus::Failed => log!(warn),
                _ => log!(info),
            }
        }
    }
    if let Some(error) = &outcome.unrecorded {
        tracing::warn!(error = error as &dyn std::error::Error, "the ledger could not be written; the next pass will");
    }
}

fn finding(concluded: &Concluded, policy: &Policy, at: Timestamp) -> FindingReport {
    let repairs = concluded.conclusions.iter().map(|conclusion| RepairReport {
        action: conclusion.repair.action().to_owned(),
        status: conclusion.status,
        code: conclusion.code.clone(),
        reason: conclusion.reason.clone(),
    });
    let accepted = policy.accepts(&concluded.finding, at);
    let accepted = accepted.map(|one| Accepted { reason: one.reason.clone(), until: one.until });
    FindingReport::new(concluded.finding.clone(), repairs.collect()).accepted(accepted)
}

/// Does it want tasks, and none is RUNNING?
fn has_no_tasks(service: &Service) -> bool {
    service.status == ServiceStatus::Active && service.desired_count > 0 && service.running_count == 0
}

/// How much was read. What a rule could make nothing of, though it was read, is unread too.
fn coverage(outcome: &PassOutcome, scope: &Scope) -> Coverage {
    let observation = &outcome.observation;
    let of_services = observation.aws.service.all_known().map(|(id, _)| &id.cluster);
    let clusters: BTreeSet<_> = observation.aws.cluster.all_known().map(|(arn, _)| arn).chain(of_services).collect();
    let interfaces = observation.aws.interfaces.all_known().flat_map(|(_, interfaces)| interfaces);
    let interfaces =
        interfaces.map(|interface| &interface.id).chain(observation.aws.interface.all_known().map(|(id, _)| id));
    let interfaces: BTreeSet<&NetworkInterfaceId> = interfaces.collect();
    let abstained = outcome.abstentions.iter().map(|(_, unread)| unread).filter(|one| one.kind != UnreadKind::NoLedger);
    let unread: BTreeSet<&Unread> = observation.unread().into_iter().chain(abstained).collect();
    let health = observation.aws.target_health.all_known();
    let unjudged = outcome.abstentions.iter().filter(|(_, unread)| unread.kind != UnreadKind::NoLedger);
    let asked_for = services_in(observation, scope, &unjudged.map(|(unit, _)| unit).collect());
    let unclear = asked_for.iter().filter_map(|(id, is_judged)| {
        let without_tasks = observation.aws.service.known(*id).is_some_and(has_no_tasks);
        let why = match (is_judged, without_tasks) {
            (false, _) => Unclear::Unread,
            (true, true) => Unclear::NoTasks,
            (true, false) => return None,
        };
        Some(UnclearService { service: id.to_string(), why })
    });
    Coverage {
        services_in_scope: Some(asked_for.len()),
        services_unclear: unclear.collect(),
        clusters: clusters.len(),
        services: observation.aws.service.all_known().count(),
        services_without_tasks: observation
            .aws
            .service
            .all_known()
            .filter(|(_, service)| has_no_tasks(service))
            .count(),
        tasks: observation.aws.task.all_known().count(),
        target_groups: observation.aws.target_health.all_known().count(),
        targets: health.map(|(_, targets)| targets.iter().filter(|target| target.is_registered()).count()).sum(),
        network_interfaces: interfaces.len(),
        unread: unread.into_iter().cloned().collect(),
        remembered: observation
            .remembered
            .values()
            .min()
            .map(|oldest| RememberedFacts { facts: observation.remembered.len(), oldest: *oldest }),
    }
}
