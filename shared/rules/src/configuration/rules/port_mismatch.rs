//! A port that the task doesn't serve.

use std::collections::BTreeSet;

use model::ecs::{NetworkMode, TaskDefinition};
use model::finding::Severity;
use model::observation::{Gap, Lookup};
use model::policy::Policy;

use crate::configuration::subject::{LoadBalancerEntry, Subject};
use crate::finding::start;
use crate::judgement::Judgement;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "port-mismatch",
    severity: Severity::High,
    title: "The port the balancer sends to isn't one the task maps",
    explanation: "A service's load balancer entry names a container and a container port; that is where ECS registers each task \
        and where the balancer sends traffic (the target group's own port doesn't matter). Here the task definition has no \
        such container, the container doesn't map that port, or it maps it to another host port. In awsvpc mode a task has a \
        network interface to itself and no ports are translated, so the host port must be left out or be the same. ECS \
        refuses new task definitions that break this; old and imported ones still turn up, and an entry outlives the \
        container it was written for.",
    remedy: "Register a revision of the task definition in which the named container maps the named port, without a hostPort \
        or with the same one, and update the service to it; or name the right container and port in the service's load \
        balancer entry.",
    repair: "none",
};

pub(crate) fn judge(lookup: &Lookup<'_>, _: &Policy, subject: &Subject<'_>, judgement: &mut Judgement) {
    for (named, _) in subject.network_groups() {
        let mut problems = BTreeSet::new();
        for entry in &named.entries {
            let problem = judgement.keep(|| subject.unit(), problem(lookup, entry));
            problems.extend(problem.flatten());
        }
        let Some(first) = problems.first() else { continue };
        let summary = format!("{} can't serve {}: {first}", subject.id, named.arn.name());
        let draft = start(&RULE, summary).service(&subject.id, subject.service).target_group(named.arn);
        let definition = named.entries.iter().find_map(|entry| entry.source.task_definition);
        let draft = draft.evidence("task_definition", definition.map(ToString::to_string));
        let problems: Vec<String> = problems.into_iter().collect();
        judgement.findings.push(draft.subject(problems.join("; ")).evidence("problems", Some(problems)).done());
    }
}

/// What is wrong with an entry. One that names no container or no port can't be judged.
fn problem<'a>(lookup: &Lookup<'a>, entry: &LoadBalancerEntry<'a>) -> Result<Option<String>, Gap<'a>> {
    let Some(arn) = entry.source.task_definition else { return Ok(None) };
    let (Some(name), Some(port)) = (&entry.entry.container_name, entry.entry.container_port) else { return Ok(None) };
    Ok(lookup.task_definition(arn)?.and_then(|definition| wrong(definition, name, port)))
}

fn wrong(definition: &TaskDefinition, name: &str, port: u16) -> Option<String> {
    let (family, revision) = definition.arn.family_and_revision();
    let Some(container) = definition.containers.iter().find(|container| container.name == name) else {
        return Some(format!("{family}:{revision} has no container {name}"));
    };
    if !container.maps_port(port) {
        return Some(format!("container {name} of {family}:{revision} doesn't map port {port}"));
    }
    // In other modes a host port of its own is what port mappings are for. 0 and absent both mean none was given.
    let translated = container.ports.iter().find(|mapping| {
        let host = mapping.host_port.filter(|host| *host != 0);
        mapping.container_port == port && host.is_some_and(|host| host != port)
    });
    let host = translated.filter(|_| definition.network_mode == NetworkMode::Awsvpc)?.host_port?;
    Some(format!("container {name} of {family}:{revision} maps port {port} to host port {host}"))
}
