//! Tasks that are gone before the balancer has stopped sending to them.

use model::elb::TargetGroup;
use model::finding::{Finding, Severity};
use model::fix::Fix;
use model::observation::{Gap, Lookup};

use crate::configuration::{LoadBalancerEntry, NamedGroup, Subject};
use crate::finding::start;
use crate::fix::attribute_fix;
use crate::rule::Rule;

/// For about so long, in seconds, a Network Load Balancer may go on sending new flows to a target that was deregistered. AWS
/// states no figure; users measured about two minutes ("NLB deregistration", aws/containers-roadmap issue 470).
const STILL_SENDING: u32 = 120;

/// `deregistration_delay.timeout_seconds` where it was never set.
const DELAY: u32 = 300;

/// `stopTimeout` where it is left out, see "ContainerDefinition" in the Amazon ECS API reference.
const STOP_TIMEOUT: u32 = 30;

pub(crate) const RULE: Rule = Rule {
    slug: "drain-too-short-for-nlb",
    severity: Severity::Low,
    title: "Tasks may be gone while the load balancer still sends to them",
    explanation: "When ECS stops a task it deregisters the target, waits for the deregistration delay, then sends SIGTERM, and \
        SIGKILL after the container's stopTimeout (\"Optimize load balancer connection draining parameters\" in the Amazon ECS \
        guide). A Network Load Balancer may go on sending new connections to a deregistered target for about two minutes. Here \
        delay and stopTimeout together are shorter than that, so the container is certainly gone before, and some new \
        connections are dropped at each deployment and scale-in. Short delays make deployments quick: whether that is worth a \
        few dropped connections is yours to decide.",
    remedy: "Set the target group's deregistration delay to 120 seconds or more, or have the container go on serving after SIGTERM \
        and give it the stopTimeout for that.",
    repair: "none",
};

pub(crate) fn finding<'a>(
    lookup: &Lookup<'a>,
    subject: &Subject<'a>,
    named: &NamedGroup<'a>,
    group: &'a TargetGroup,
) -> Result<Option<Finding>, Gap<'a>> {
    let attributes = lookup.target_group_attributes(named.arn)?;
    let delay = attributes.and_then(|attributes| attributes.deregistration_delay_seconds).unwrap_or(DELAY);
    if delay >= STILL_SENDING {
        return Ok(None);
    }
    let timeouts: Vec<_> = named.entries.iter().map(|entry| stop_timeout(lookup, entry)).collect();
    let timeouts = timeouts.into_iter().collect::<Result<Option<Vec<_>>, _>>()?;
    let Some(longest) = timeouts.and_then(|timeouts| timeouts.into_iter().max()) else { return Ok(None) };
    let together = delay.saturating_add(longest);
    if together >= STILL_SENDING {
        return Ok(None);
    }
    let summary = format!(
        "New connections to {} may be dropped whenever a task stops: it is gone {together} s after its deregistration from {} \
         ({delay} s of delay and {longest} s of stopTimeout), and the load balancer may send for about {STILL_SENDING} s",
        subject.id,
        named.arn.name()
    );
    let draft = start(&RULE, summary).service(&subject.id, subject.service).target_group(named.arn);
    let draft = draft.fixes(vec![longer_delay(group)]).evidence("deregistration_delay_seconds", Some(delay));
    Ok(Some(draft.evidence("stop_timeout_seconds", Some(longest)).done()))
}

fn longer_delay(group: &TargetGroup) -> Fix {
    let title = format!("Set the deregistration delay of {} to {STILL_SENDING} seconds", group.arn.name());
    let note = "Safe now: nothing restarts. Tasks run up to two minutes longer when they are stopped, and deployments take that much \
        longer.";
    let (key, seconds) = ("deregistration_delay.timeout_seconds", STILL_SENDING.to_string());
    attribute_fix(&group.arn, (key, &seconds), "deregistration_delay", (title, note))
}

/// How long the container that serves may take to stop; `None` where its definition isn't there.
fn stop_timeout<'a>(lookup: &Lookup<'a>, entry: &LoadBalancerEntry<'a>) -> Result<Option<u32>, Gap<'a>> {
    let Some(arn) = entry.source.task_definition else { return Ok(None) };
    let Some(definition) = lookup.task_definition(arn)? else { return Ok(None) };
    let serves = definition.containers.iter().find(|one| Some(&one.name) == entry.entry.container_name.as_ref());
    Ok(serves.map(|container| container.stop_timeout_seconds.unwrap_or(STOP_TIMEOUT)))
}
