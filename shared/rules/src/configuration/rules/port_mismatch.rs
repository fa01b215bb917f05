//! A port that the task doesn't serve.

use std::collections::BTreeSet;

use model::ecs::{DeploymentController, NetworkMode, TaskDefinition};
use model::elb::{TargetGroup, TargetHealth, TargetState};
use model::finding::Severity;
use model::fix::Fix;
use model::observation::{Gap, Lookup};
use model::policy::Policy;

use crate::configuration::subject::{LoadBalancerEntry, NamedGroup, Subject};
use crate::finding::start;
use crate::fix::{block, fix, of_service, string};
use crate::judgement::Judgement;
use crate::registration::account_users;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "port-mismatch",
    severity: Severity::High,
    title: "ECS can't serve the target group: the task definition doesn't map the port that is named",
    explanation: "A service's load balancer entry names a container and a container port; that is where ECS registers each task \
        and where the balancer sends traffic (the target group's own port doesn't matter). Here the task definition has no \
        such container, the container doesn't map that port, or it maps it to another host port. In awsvpc mode a task has a \
        network interface to itself and no ports are translated, so the host port must be left out or be the same. ECS \
        refuses new task definitions that break this; old and imported ones still turn up, and an entry outlives the \
        container it was written for. In awsvpc mode a mapping opens and closes nothing: while a target of the group is healthy \
        on the port that is named, and no other service uses the group, something of the service answers there, and the finding is low.",
    remedy: "Register a revision of the task definition in which the named container maps the named port, without a hostPort \
        or with the same one, and update the service to it; or name the right container and port in the service's load \
        balancer entry.",
    repair: "none",
};

const MAP_IT: &str = "With the next change, register a revision of the task definition that maps the port that is named, without a hostPort or \
    with the same one. Don't name another port: tasks answer on this one.";

pub(crate) fn judge(lookup: &Lookup<'_>, _: &Policy, subject: &Subject<'_>, judgement: &mut Judgement) {
    for (named, group) in subject.network_groups() {
        let mut problems = BTreeSet::new();
        for entry in &named.entries {
            let problem = judgement.keep(|| subject.unit(), problem(lookup, entry));
            problems.extend(problem.flatten());
        }
        let Some(first) = problems.first() else { continue };
        let serves = serves_all_the_same(lookup, named, group);
        if matches!(serves, Err(Gap::Pending)) {
            continue;
        }
        // What is wrong is wrong whether or not it can be read that something answers.
        let serves = judgement.keep(|| subject.unit(), serves).unwrap_or(false);
        let summary = match serves {
            false => format!("{} can't serve target group {}: {first}", subject.id, named.arn.name()),
            true => format!("{} serves target group {} all the same, but {first}", subject.id, named.arn.name()),
        };
        let draft = start(&RULE, summary).service(&subject.id, subject.service).target_group(named.arn);
        let definition = named.entries.iter().find_map(|entry| entry.source.task_definition);
        let draft = draft.evidence("task_definition", definition.map(ToString::to_string));
        let draft = match serves {
            false => draft.loses_traffic(0).fixes(fixes(lookup, subject, named)),
            // That something answers there proves the port right, and the mapping wrong.
            true => draft.severity(Severity::Low).remedy_instead(MAP_IT.to_owned()),
        };
        let problems: Vec<String> = problems.into_iter().collect();
        judgement.findings.push(draft.subject(problems.join("; ")).evidence("problems", Some(problems)).done());
    }
}

/// Does something of the service answer on the ports that are named for the group? It is known where they are the same wrong one in
/// all of its entries, nobody else uses the group, and a target is healthy there.
fn serves_all_the_same<'a>(
    lookup: &Lookup<'a>,
    named: &NamedGroup<'a>,
    group: &'a TargetGroup,
) -> Result<bool, Gap<'a>> {
    let ports: BTreeSet<Option<u16>> = named.entries.iter().map(|one| one.entry.container_port).collect();
    let (Some(Some(port)), 1) = (ports.first(), ports.len()) else { return Ok(false) };
    let health = lookup.target_health(&group.arn)?.unwrap_or_default();
    let is_healthy = |one: &TargetHealth| one.state == TargetState::Healthy && one.target.port == *port;
    Ok(health.iter().any(is_healthy) && account_users(lookup, &group.arn)?.len() == 1)
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
        return Some(format!("task definition {family}:{revision} has no container {name}"));
    };
    if !container.maps_port(port) {
        return Some(format!("container {name} of task definition {family}:{revision} doesn't map port {port}"));
    }
    // In other modes a host port of its own is what port mappings are for. 0 and absent both mean none was given.
    let translated = container.ports.iter().find(|mapping| {
        let host = mapping.host_port.filter(|host| *host != 0);
        mapping.container_port == port && host.is_some_and(|host| host != port)
    });
    let host = translated.filter(|_| definition.network_mode == NetworkMode::Awsvpc)?.host_port?;
    Some(format!("container {name} of task definition {family}:{revision} maps port {port} to host port {host}"))
}

/// Where the container that is named maps exactly one port, that is the one to name. Whoever names another way out sees the
/// service in the console.
fn fixes(lookup: &Lookup<'_>, subject: &Subject<'_>, named: &NamedGroup<'_>) -> Vec<Fix> {
    let only_port = |entry: &LoadBalancerEntry<'_>| {
        let definition = lookup.task_definition(entry.source.task_definition?).ok().flatten()?;
        let name = entry.entry.container_name.as_ref()?;
        let mut ports: Vec<u16> = definition
            .containers
            .iter()
            .filter(|container| container.name == *name)
            .flat_map(|container| container.ports.iter().map(|mapping| mapping.container_port))
            .collect();
        ports.dedup();
        (ports.len() == 1).then(|| ports.first().copied()).flatten()
    };
    let Some(port) = named.entries.iter().find_map(only_port) else { return Vec::new() };
    let entries: Option<Vec<String>> = subject
        .service
        .load_balancers
        .iter()
        .map(|entry| {
            let arn = entry.target_group.as_ref().filter(|_| entry.alternate_target_group.is_none())?;
            let port = if arn == named.arn { port } else { entry.container_port? };
            let name = entry.container_name.as_ref()?;
            Some(format!("targetGroupArn={arn},containerName={name},containerPort={port}"))
        })
        .collect();
    let Some(entries) = entries.filter(|_| subject.service.controller == DeploymentController::Ecs) else {
        return Vec::new();
    };
    let text = block(
        "# in the aws_ecs_service\nload_balancer",
        &[("target_group_arn", string(named.arn.as_str())), ("container_port", port.to_string())],
    );
    let naming = fix(
        format!("Name port {port}, which the container maps, in the load balancers of {}", subject.id),
        format!(
            "It starts a deployment that replaces every task of {}. Check first that port {port} is the one to serve, and that the \
             tasks' security groups let it in.",
            subject.id
        ),
    );
    let command = of_service(&subject.id, "update-service").args("load-balancers", entries);
    vec![naming.command(command).terraform(text).at_service(&subject.id).done()]
}
