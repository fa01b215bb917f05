//! A group with live tasks and not one usable target.

use model::Timestamp;
use model::elb::{Target, TargetState};
use model::finding::Severity;

use crate::finding::start;
use crate::judgement::Judgement;
use crate::registration::group::{JudgedGroup, Member};
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "target-group-empty",
    severity: Severity::Critical,
    title: "Tasks are live, but their target group has no usable target",
    explanation: "The service has tasks that are RUNNING for longer than the policy's grace and belong in this group, and \
        the group has no target of theirs that is healthy or on its way to be: the balancer serves nobody, or, failing open, \
        sends to targets that fail their health checks. A task whose target is registered and fails its checks counts only \
        after the service's healthCheckGracePeriodSeconds, if that is longer: for so long ECS ignores failing checks itself \
        (\"Elastic Load Balancing health checks\" in the Amazon ECS guide).",
    remedy: "See the findings on the group's targets. If the targets are there and unhealthy, look at the health check, the \
        task's security group and the application.",
    repair: "through target-missing",
};

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
    let summary = format!("{name} has no usable target although tasks of its services are running ({live})");
    let draft = start(&RULE, summary).group(group).evidence("live_tasks", Some(live));
    judgement.findings.push(draft.evidence("registered_targets", Some(registered)).done());
}
