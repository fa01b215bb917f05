//! Connections cut off while the task is still finishing them.

use model::ecs::TaskDefinition;
use model::finding::{Finding, Severity};
use model::observation::{Gap, Lookup};
use model::policy::Policy;

use crate::configuration::subject::{NamedGroup, Subject};
use crate::finding::start;
use crate::judgement::Judgement;
use crate::rule::Rule;

/// `deregistration_delay.timeout_seconds` where it was never set.
const DEFAULT_DELAY: u32 = 300;

/// `stopTimeout` of a container that doesn't say.
const DEFAULT_STOP: u32 = 30;

pub(crate) const RULE: Rule = Rule {
    slug: "drain-shorter-than-stop",
    severity: Severity::Low,
    title: "Connections are cut off sooner than the task is",
    explanation: "When ECS stops a task it deregisters its target and sends its containers SIGTERM; they have their stopTimeout \
        (30 seconds unless they say otherwise, at most 120 on Fargate) to finish what they are at before SIGKILL. The \
        balancer keeps connections to a target that is being deregistered open only for the group's deregistration delay (300 \
        seconds unless it was set). Here that is the shorter of the two, so connections are cut while a container may still be \
        answering them.",
    remedy: "Set the target group's deregistration delay (deregistration_delay.timeout_seconds) to at least the longest \
        stopTimeout of the task's containers, or shorten the stopTimeout.",
    repair: "none",
};

pub(crate) fn judge(lookup: &Lookup<'_>, _: &Policy, subject: &Subject<'_>, judgement: &mut Judgement) {
    for (named, _) in subject.network_groups() {
        let found = judgement.keep(|| subject.unit(), finding(lookup, subject, named));
        judgement.findings.extend(found.flatten());
    }
}

fn finding<'a>(lookup: &Lookup<'a>, subject: &Subject<'a>, named: &NamedGroup<'a>) -> Result<Option<Finding>, Gap<'a>> {
    let attributes = lookup.target_group_attributes(named.arn);
    let definitions = named.entries.iter().filter_map(|entry| entry.source.task_definition);
    let definitions: Vec<_> = definitions.map(|arn| lookup.task_definition(arn)).collect();
    // A group that vanished between two reads isn't judged.
    let Some(attributes) = attributes? else { return Ok(None) };
    let delay = attributes.deregistration_delay_seconds.unwrap_or(DEFAULT_DELAY);
    let mut longest = None;
    for definition in definitions {
        longest = longest.max(definition?.and_then(stop_timeout));
    }
    let Some((stop, container)) = longest.filter(|(stop, _)| delay < *stop) else { return Ok(None) };
    let summary = format!(
        "{} cuts connections after {delay} s, but container {container} of {} has {stop} s to stop",
        named.arn.name(),
        subject.id
    );
    let draft = start(&RULE, summary).service(&subject.id, subject.service).target_group(named.arn);
    let draft = draft.evidence("deregistration_delay_seconds", Some(delay));
    Ok(Some(draft.evidence("stop_timeout_seconds", Some(stop)).done()))
}

/// The container that may take longest, and how many seconds.
fn stop_timeout(definition: &TaskDefinition) -> Option<(u32, &str)> {
    let timeouts = definition.containers.iter();
    timeouts.map(|one| (one.stop_timeout_seconds.unwrap_or(DEFAULT_STOP), one.name.as_str())).max()
}
