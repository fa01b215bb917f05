//! Tasks that are stopped before they had time to become healthy.

use jiff::SignedDuration;
use model::Timestamp;
use model::ecs::ServiceEvent;
use model::finding::{Finding, Severity};
use model::fix::Fix;
use model::observation::{Gap, Lookup};
use model::scope::ServiceId;

use crate::configuration::Subject;
use crate::finding::start;
use crate::fix::{fix, of_service};
use crate::registration::failing_tasks::stopped_badly;
use crate::rule::Rule;

/// What happened longer ago says little of how the service is now.
const RECENT: SignedDuration = SignedDuration::from_hours(24);

/// A grace period to begin with, in seconds: more than a Network Load Balancer's own minutes before a target is in service.
const GRACE: u32 = 300;

pub(crate) const RULE: Rule = Rule {
    slug: "no-health-check-grace",
    severity: Severity::Medium,
    title: "Tasks fail load balancer health checks, and the service gives them no time to start",
    explanation: "ECS stops a task whose target fails the load balancer's health checks, and starts another. For \
        `healthCheckGracePeriodSeconds` after a task has started it ignores failing checks (\"Elastic Load Balancing health \
        checks\" in the Amazon ECS guide); this service sets none, and its events of the last 24 hours, more than one of them or while it lacks tasks, or its \
        stopped tasks, say that tasks were found unhealthy by the load balancer. A Network Load Balancer takes minutes to put a target into service, so a task that \
        needs some time itself is stopped again and again before it ever serves.",
    remedy: "Set healthCheckGracePeriodSeconds to a little more than the time from a task's start to its first passed health check. \
        That starts no deployment. Where tasks fail their checks long after they started, look at the application instead.",
    repair: "none",
};

pub(crate) fn finding<'a>(lookup: &Lookup<'a>, subject: &Subject<'a>) -> Result<Option<Finding>, Gap<'a>> {
    if subject.service.health_check_grace_seconds.unwrap_or(0) > 0 || subject.network_groups().next().is_none() {
        return Ok(None);
    }
    let Some((why, at)) = proof(lookup, subject)? else { return Ok(None) };
    let summary = format!(
        "Tasks of {} are stopped for failing the load balancer's health checks, and have no grace period to start in",
        subject.id
    );
    let draft = start(&RULE, summary).service(&subject.id, subject.service).fixes(vec![grace(&subject.id)]);
    let draft = draft.evidence("event", Some(why));
    Ok(Some(draft.evidence("event_at", at.map(|at| at.to_string())).done()))
}

/// ECS's word that tasks were stopped for it lately, in an event of the service or, where it lacks tasks, of one that was stopped.
fn proof<'a>(lookup: &Lookup<'a>, subject: &Subject<'a>) -> Result<Option<(&'a str, Option<Timestamp>)>, Gap<'a>> {
    let service = subject.service;
    let is_recent = |event: &&ServiceEvent| {
        event.at.is_some_and(|at| at.checked_add(RECENT).is_ok_and(|over| over >= lookup.now()))
    };
    let failed = service.events.iter().filter(|event| event.tells_of_failed_health_checks()).filter(is_recent);
    let failed: Vec<_> = failed.take(2).collect();
    let is_short = service.running_count < service.desired_count;
    // Tasks that get no time to start fail again and again. One that failed once may have run for days.
    if let Some(newest) = failed.first().filter(|_| is_short || failed.len() > 1) {
        return Ok(Some((&newest.message, newest.at)));
    }
    if !is_short {
        return Ok(None);
    }
    let stopped = match stopped_badly(lookup, &subject.id) {
        Err(Gap::Unread(_)) => return Ok(None),
        stopped => stopped?,
    };
    let newest =
        stopped.into_iter().filter(|task| task.failed_target_health_checks()).max_by_key(|task| task.stopped_at);
    Ok(newest.and_then(|task| Some((task.stopped_reason.as_deref()?, task.stopped_at))))
}

fn grace(id: &ServiceId) -> Fix {
    let note = "Safe now: it starts no deployment. Failing tasks are stopped five minutes after their start at the earliest; where yours \
        start faster or slower, choose another time.";
    fix(format!("Give tasks of {id} {GRACE} seconds to start"), note)
        .command(of_service(id, "update-service").arg("health-check-grace-period-seconds", GRACE))
        .terraform(format!("# in the aws_ecs_service\nhealth_check_grace_period_seconds = {GRACE}\n"))
        .at_service(id)
        .done()
}
