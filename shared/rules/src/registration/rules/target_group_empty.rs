//! A group with live tasks and not one usable target.

use std::collections::BTreeMap;

use model::Timestamp;
use model::elb::{Target, TargetState};
use model::finding::Severity;

use crate::finding::start;
use crate::fix::look_at_targets;
use crate::judgement::Judgement;
use crate::registration::group::{JudgedGroup, Member};
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "target-group-empty",
    severity: Severity::Critical,
    title: "A service gets no traffic: its target group has no usable target",
    explanation: "The service has tasks that are RUNNING for longer than the policy's grace and belong in this group, and \
        the group has no target of theirs that is healthy or about to be: the balancer serves nobody, or, failing open, \
        sends to targets that fail their health checks. A task whose target is registered and fails its checks counts only \
        after the service's healthCheckGracePeriodSeconds, if that is longer: for so long ECS ignores failing checks itself \
        (\"Elastic Load Balancing health checks\" in the Amazon ECS guide).",
    remedy: "See the findings on the group's targets. If the targets are there and unhealthy, look at the health check, the \
        task's security group and the application.",
    repair: "through target-missing",
};

/// What AWS says of its targets, with how many it says so of: `unhealthy (Target.FailedHealthChecks)`.
fn states(group: &JudgedGroup<'_>) -> Option<serde_json::Value> {
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for one in group.in_place() {
        let state = one.state.as_str();
        let state = one.reason.as_ref().map_or_else(|| state.to_owned(), |reason| format!("{state} ({reason})"));
        *states.entry(state).or_default() += 1;
    }
    (!states.is_empty())
        .then(|| states.into_iter().map(|(state, count)| (state, serde_json::Value::from(count))).collect())
}

/// Judges the group as a whole. `disputed_targets` are targets that no live task of its users has.
pub(crate) fn judge(now: Timestamp, group: &JudgedGroup<'_>, disputed_targets: &[Target], judgement: &mut Judgement) {
    let is_judged = |target: &Target| !group.policy.excludes(target.ip);
    // A target that is absent will never pass its checks, however long they may fail.
    let is_due = |member: &Member<'_>, target: Target| match group.has(target) {
        true => member.is_past_health_grace(&group.policy, now),
        false => member.is_past_grace(&group.policy, now),
    };
    let is_live =
        |member: &&Member<'_>| member.targets(group.group).filter(is_judged).any(|target| is_due(member, target));
    let live = group.members.iter().filter(is_live).count();
    // A state that this program doesn't know may well be one that serves.
    let unusable = |state: &TargetState| {
        matches!(state, TargetState::Unhealthy | TargetState::UnhealthyDraining | TargetState::Draining)
    };
    let has_usable = group.in_place().any(|one| !unusable(&one.state) && !disputed_targets.contains(&one.target));
    if live == 0 || has_usable || group.in_place().any(|one| one.state == TargetState::Unused) {
        return;
    }
    let name = group.group.arn.name();
    let registered = group.in_place().count();
    let fails = |state: &TargetState| matches!(state, TargetState::Unhealthy | TargetState::UnhealthyDraining);
    let fails_open = match registered > 0 && group.in_place().all(|one| fails(&one.state)) {
        false => "",
        true => ": the load balancer has failed open, and sends to targets that fail their health checks",
    };
    let summary = format!(
        "{} no traffic: target group {name} has no usable target, though {} running{fails_open}",
        match group.users.as_slice() {
            [(id, _)] => format!("{id} gets"),
            _ => "Several services get".to_owned(),
        },
        if live == 1 { "1 task is".to_owned() } else { format!("{live} tasks are") },
    );
    let draft = start(&RULE, summary)
        .group(group)
        .evidence("live_tasks", Some(live))
        .evidence("states", states(group))
        .loses_traffic(live);
    let draft = draft.fixes(vec![look_at_targets(&group.group.arn, None)]);
    judgement.findings.push(draft.evidence("registered_targets", Some(registered)).done());
}
