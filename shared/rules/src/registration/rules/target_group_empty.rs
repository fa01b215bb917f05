//! A group with live tasks and not one usable target.

use jiff::SignedDuration;
use model::Timestamp;
use model::elb::{Target, TargetState};
use model::finding::Severity;

use crate::finding::start;
use crate::judgement::Judgement;
use crate::registration::group::JudgedGroup;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "target-group-empty",
    severity: Severity::Critical,
    title: "Tasks are live, but their target group has no usable target",
    explanation: "The service has tasks that are RUNNING for longer than the policy's grace and belong in this group, and \
        the group has no target of theirs that is healthy or on its way to be: the balancer serves nobody, or, failing open, \
        sends to targets that fail their health checks.",
    remedy: "See the findings on the group's targets. If the targets are there and unhealthy, look at the health check, the \
        task's security group and the application.",
    repair: "through target-missing",
};

/// Judges the group as a whole. `disputed_targets` are targets that no live task of its users has.
pub(crate) fn judge(now: Timestamp, group: &JudgedGroup<'_>, disputed_targets: &[Target], judgement: &mut Judgement) {
    let grace = SignedDuration::try_from(group.policy.grace).unwrap_or(SignedDuration::MAX);
    let is_old = |started: Option<Timestamp>| {
        started.is_none_or(|started| started.checked_add(grace).is_ok_and(|old_enough| old_enough <= now))
    };
    let is_judged = |target: Target| !group.policy.excludes(target.ip);
    let live = group.members.iter().filter(|member| member.targets(group.group).any(is_judged));
    let live = live.filter(|member| is_old(member.task.started_at)).count();
    let usable =
        |state: &TargetState| matches!(state, TargetState::Healthy | TargetState::Initial | TargetState::Unavailable);
    let has_usable = group.in_place().any(|one| usable(&one.state) && !disputed_targets.contains(&one.target));
    if live == 0 || has_usable || group.in_place().any(|one| one.state == TargetState::Unused) {
        return;
    }
    let name = group.group.arn.name();
    let registered = group.in_place().count();
    let summary = format!("{name} has no usable target although tasks of its services are running ({live})");
    let draft = start(&RULE, summary).group(group).evidence("live_tasks", Some(live));
    judgement.findings.push(draft.evidence("registered_targets", Some(registered)).done());
}
