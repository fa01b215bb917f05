//! A group with live tasks and not one usable target.

use std::collections::BTreeMap;

use model::Timestamp;
use model::ecs::{DeploymentController, ServiceStatus};
use model::elb::{Target, TargetState};
use model::finding::{Finding, Severity};
use model::fix::Fix;
use model::observation::{Gap, Lookup};
use model::scope::ServiceId;

use crate::finding::{health_check, start};
use crate::fix::{AwsCommand, LOOK, fix, look_at_targets};
use crate::judgement::Judgement;
use crate::registration::failing_tasks::failing_tasks;
use crate::registration::group::{JudgedGroup, Member};
use crate::rule::Rule;
use crate::selection::{Depth, Selection};

pub(crate) const RULE: Rule = Rule {
    slug: "target-group-empty",
    severity: Severity::Critical,
    title: "A service gets no traffic: its target group has no usable target",
    explanation: "The service has tasks that are RUNNING for longer than the policy's grace and belong in this group, and \
        the group has no target of theirs that is healthy or about to be: the balancer serves nobody, or, failing open, \
        sends to targets that fail their health checks. A task whose target is registered and fails its checks counts only \
        after the service's healthCheckGracePeriodSeconds, if that is longer: for so long ECS ignores failing checks itself \
        (\"Elastic Load Balancing health checks\" in the Amazon ECS guide). \
        A service none of whose tasks stays RUNNING gets no traffic either: it is reported once its newest deployment's tasks \
        stop by themselves or for their health checks, or ECS says that it can start none, for 10 minutes (\"Stopped tasks error \
        codes\" and \"Service event messages\" there).",
    remedy: "See the findings on the group's targets. Where no task stays, ECS's reason says what to mend. If the targets are there and unhealthy, look at the health check, the \
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
    let is_checked = group.in_place().any(|one| fails(&one.state));
    let draft = draft.evidence("health_check", health_check(group.group).filter(|_| is_checked));
    judgement.findings.push(draft.evidence("registered_targets", Some(registered)).done());
}

/// The group of a service that wants tasks and keeps none, for which ECS gives a reason. `None` where others serve through it.
pub(crate) fn without_tasks<'a>(
    lookup: &Lookup<'a>,
    selection: &Selection<'a>,
    group: &JudgedGroup<'a>,
) -> Result<Option<Finding>, Gap<'a>> {
    let [(id, service)] = group.users.as_slice() else { return Ok(None) };
    // A deployment between two groups may well leave this one to itself.
    let is_plain = service.controller == DeploymentController::Ecs
        && service.load_balancers.iter().all(|entry| entry.alternate_target_group.is_none());
    let is_first =
        service.load_balancers.iter().find_map(|entry| entry.target_group.as_ref()) == Some(&group.group.arn);
    let is_whole = selection.services.get(id) == Some(&Depth::Whole);
    let wants = service.status == ServiceStatus::Active && service.desired_count > 0;
    if !(is_plain && is_first && is_whole && wants) {
        return Ok(None);
    }
    let serves = |state: &TargetState| {
        matches!(state, TargetState::Healthy | TargetState::Unavailable | TargetState::Unused | TargetState::Other(_))
    };
    let stays = |member: &Member<'_>| member.task.is_serving() && member.is_past_grace(&group.policy, lookup.now());
    if group.in_place().any(|one| serves(&one.state)) || group.members.iter().any(stays) {
        return Ok(None);
    }
    let running = group.members.iter().filter(|member| member.task.is_serving()).count();
    // ECS counts more than it lists: one of the two is old.
    if usize::try_from(service.running_count).is_ok_and(|counted| counted > running) {
        return Ok(None);
    }
    let Some(why) = failing_tasks(lookup, id, service)? else { return Ok(None) };
    let wanted = match service.desired_count {
        1 => "1 task and it doesn't stay".to_owned(),
        many => format!("{many} tasks and none stays"),
    };
    let summary = format!("{id} gets no traffic: it wants {wanted} running. ECS says: {}", why.newest);
    let stopped: serde_json::Map<_, _> =
        why.reasons.into_iter().map(|(reason, count)| (reason.to_owned(), count.into())).collect();
    let draft =
        start(&RULE, summary).group(group).loses_traffic(0).fixes(vec![look_at_events(id), look_at_stopped(id)]);
    let draft = draft.evidence("desired", Some(service.desired_count)).evidence("since", Some(why.since.to_string()));
    Ok(Some(draft.evidence("stopped", (!stopped.is_empty()).then_some(stopped)).done()))
}

fn look_at_events(id: &ServiceId) -> Fix {
    let command = AwsCommand::new(id.cluster.region(), "ecs", "describe-services")
        .arg("cluster", id.cluster.name())
        .arg("services", &id.name)
        .arg("query", "services[].events[:10].message");
    fix(format!("See the newest events of {id}"), LOOK).command(command).at_service(id).done()
}

fn look_at_stopped(id: &ServiceId) -> Fix {
    let command = AwsCommand::new(id.cluster.region(), "ecs", "list-tasks")
        .arg("cluster", id.cluster.name())
        .arg("service-name", &id.name)
        .arg("desired-status", "STOPPED");
    fix(format!("List the stopped tasks of {id}, to describe one of them"), LOOK).command(command).done()
}
