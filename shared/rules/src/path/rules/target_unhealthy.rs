//! Registered targets of live tasks that fail their health checks.

use std::collections::BTreeMap;

use model::Timestamp;
use model::elb::{TargetHealth, TargetState};
use model::finding::Severity;
use model::scope::ServiceId;

use crate::finding::{health_check, start};
use crate::fix::look_at_targets;
use crate::judgement::Judgement;
use crate::registration::group::{JudgedGroup, Member};
use crate::rule::Rule;

/// How many targets a finding lists.
const LISTED: usize = 20;

/// The remedy takes `Target.FailedHealthChecks` for a timeout, too: the table of reason codes in "Health checks for Network Load
/// Balancer target groups" has no `Target.Timeout`. That AWS never gives it is a belief; the judging goes by the state alone.
pub(crate) const RULE: Rule = Rule {
    slug: "target-unhealthy",
    severity: Severity::High,
    title: "Tasks fail the load balancer's health checks",
    explanation: "The targets are registered, their tasks are RUNNING for longer than the policy's grace and the service's \
        healthCheckGracePeriodSeconds, and the load balancer says that they are `unhealthy` (or `unhealthy.draining`: their \
        connections are being moved off). They get no new connections while another target of their zone is healthy \
        (\"Health checks\" in the guide to Network Load Balancers). A target that a zonal shift keeps traffic from isn't \
        counted. Where every target of the group fails, target-group-empty says so instead.",
    remedy: "Target.FailedHealthChecks is what a Network Load Balancer says of a refused connection, a wrong answer and no answer in \
        time alike. First see whether checks get through: the task's security groups and the network ACLs of its subnet. Then look \
        at the health check's port, protocol and path, and at the application.",
    repair: "none",
};

/// A service's targets in the group.
#[derive(Default)]
struct ServiceTargets<'m, 'a> {
    /// Those that fail, with their tasks.
    failing: Vec<(&'m Member<'a>, &'m TargetHealth)>,
    /// All of them.
    registered: usize,
}

/// Judges the group's targets service by service.
pub(crate) fn judge(now: Timestamp, group: &JudgedGroup<'_>, judgement: &mut Judgement) {
    let fails = |one: &TargetHealth| matches!(one.state, TargetState::Unhealthy | TargetState::UnhealthyDraining);
    if group.in_place().all(fails) {
        return;
    }
    let mut of_services: BTreeMap<&ServiceId, ServiceTargets<'_, '_>> = BTreeMap::new();
    for one in group.in_place() {
        let Some(member) = group.member_at(one.target.ip) else { continue };
        let of_service = of_services.entry(&member.id).or_default();
        of_service.registered += 1;
        if fails(one)
            && !one.is_shifted_away
            && member.task.is_serving()
            && member.is_past_health_grace(&group.policy, now)
        {
            of_service.failing.push((member, one));
        }
    }
    for (id, ServiceTargets { failing, registered }) in of_services {
        let Some((first, one)) = failing.first() else { continue };
        let why = match (one.description.as_deref(), one.reason.as_deref()) {
            (Some(description), Some(reason)) => format!(": {description} ({reason})"),
            (Some(text), None) | (None, Some(text)) => format!(": {text}"),
            (None, None) => String::new(),
        };
        let name = group.group.arn.name();
        let summary = format!("{} of {registered} tasks of {id} fail the health checks of {name}{why}", failing.len());
        let targets = failing.iter().take(LISTED).map(|(_, one)| one.target.to_string()).collect::<Vec<_>>();
        let draft = start(&RULE, summary).service(id, first.service).target_group(&group.group.arn);
        let draft = draft.loses_traffic(failing.len()).fixes(vec![look_at_targets(&group.group.arn, None)]);
        let draft = draft.evidence("targets", Some(targets)).evidence("unhealthy", Some(failing.len()));
        let draft = draft.evidence("registered", Some(registered)).evidence("reason", one.reason.clone());
        let draft = draft.evidence("health_check", health_check(group.group));
        judgement.findings.push(draft.evidence("description", one.description.as_deref()).done());
    }
}
