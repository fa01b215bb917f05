//! A health check that can't succeed as it is configured.

use model::ecs::{Container, NetworkMode, TaskDefinition};
use model::elb::{HealthCheckPort, TargetGroup, TargetState};
use model::finding::{Finding, Severity};
use model::fix::Fix;
use model::observation::{Gap, Lookup};

use crate::configuration::{LoadBalancerEntry, NamedGroup, Subject};
use crate::finding::{health_check, start};
use crate::fix::{AwsCommand, fix};
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "health-check-mismatch",
    severity: Severity::Low,
    title: "The health check doesn't fit what the container is said to serve",
    explanation: "A Network Load Balancer checks each target over TCP, HTTP or HTTPS, on the port that the target is registered \
        on or on one port for all (\"Health checks\" in the guide to Network Load Balancers). Here no container of the task \
        definition maps the port that is checked, the port is mapped for UDP alone, an HTTP/1.1 check goes to a port whose \
        `appProtocol` is `http2` or `grpc`, or a plain HTTP check goes to the port of a TLS target group. In awsvpc mode a \
        port mapping opens and closes nothing, so this alone proves nothing: the finding is low while a target of the group is \
        healthy or none was checked yet, and high where targets fail and none is healthy.",
    remedy: "Check a port on which a container answers TCP, with the protocol it speaks: change the health check's port or \
        protocol in the target group. A port that is mapped for UDP can't be mapped for TCP as well (ECS refuses two mappings of one port): \
        let a container answer TCP on another port, let that in, and check it.",
    repair: "none",
};

pub(crate) fn finding<'a>(
    lookup: &Lookup<'a>,
    subject: &Subject<'a>,
    named: &NamedGroup<'a>,
    group: &'a TargetGroup,
) -> Result<Option<Finding>, Gap<'a>> {
    let problems: Vec<_> = named.entries.iter().map(|entry| problem(lookup, group, entry)).collect();
    let problems = problems.into_iter().collect::<Result<Vec<_>, _>>()?;
    // Where one of several entries fits, the check may well be meant for that one.
    let Some(problem) = problems.iter().all(Option::is_some).then(|| problems.into_iter().flatten().next()).flatten()
    else {
        return Ok(None);
    };
    let health = lookup.target_health(&group.arn)?.unwrap_or_default();
    let any = |state: &TargetState| health.iter().any(|one| one.is_in_place() && one.state == *state);
    let fails = any(&TargetState::Unhealthy) || any(&TargetState::UnhealthyDraining);
    let is_failing = fails && !any(&TargetState::Healthy);
    let (severity, outcome) = match is_failing {
        true => (Severity::High, "all of its targets fail their health checks"),
        false => (RULE.severity, "its health checks may not be what was meant"),
    };
    let summary = format!("{} behind {}: {outcome}, as {}", subject.id, named.arn.name(), problem.words);
    let draft = start(&RULE, summary).severity(severity).service(&subject.id, subject.service);
    let draft =
        draft.target_group(named.arn).subject(problem.words.clone()).evidence("health_check", health_check(group));
    let fixes = fixes(group, &problem);
    let draft = if is_failing { draft.loses_traffic(0) } else { draft };
    Ok(Some(draft.fixes(fixes).evidence("problem", Some(problem.words)).done()))
}

/// Another port, or plain TCP, which every container that serves TCP answers.
fn fixes(group: &TargetGroup, problem: &Problem) -> Vec<Fix> {
    let arn = &group.arn;
    let command = || AwsCommand::new(arn.region(), "elbv2", "modify-target-group").arg("target-group-arn", arn);
    let in_group = |argument: &str| format!("# in the aws_lb_target_group\nhealth_check {{\n  {argument}\n}}\n");
    let note = "Try it on a task first: targets stay registered, but every target that doesn't answer these checks becomes unhealthy, \
        and ECS then stops its task. See also that the tasks' security groups let the checks in.";
    let made = match problem.is_mended_by {
        None => return Vec::new(),
        Some(Change::TrafficPort) => {
            fix(format!("Check the targets of {} on the port that they serve on", arn.name()), note)
                .command(command().arg("health-check-port", "traffic-port"))
                .terraform(in_group("port = \"traffic-port\""))
        }
        Some(Change::Port(port)) => fix(
            format!("Check the targets of {} over TCP on port {port}, which the container maps for it", arn.name()),
            note,
        )
        .command(command().arg("health-check-protocol", "TCP").arg("health-check-port", port))
        .terraform(in_group(&format!("protocol = \"TCP\"\n  port     = {port}"))),
        Some(Change::Tcp) => fix(format!("Check the targets of {} over TCP", arn.name()), note)
            .command(command().arg("health-check-protocol", "TCP"))
            .terraform(in_group("protocol = \"TCP\"")),
    };
    vec![made.at_target_group(arn).done()]
}

/// What is wrong with the check.
struct Problem {
    words: String,
    is_mended_by: Option<Change>,
}

impl Problem {
    /// Only where the checks, as they are, can be answered on the traffic port.
    fn mended_by_traffic_port(self, definition: &TaskDefinition, group: &TargetGroup, traffic: Option<u16>) -> Self {
        let fits =
            traffic.is_some_and(|port| wrong(definition, group, port, false).is_none() && definition.maps_port(port));
        let is_mended_by = self.is_mended_by.filter(|change| fits || !matches!(change, Change::TrafficPort));
        Self { is_mended_by, ..self }
    }
}

/// The port that the definition maps for TCP, if there is only one.
fn only_tcp_port(definition: &TaskDefinition) -> Option<u16> {
    let all = definition.containers.iter().flat_map(|one| &one.ports);
    let mut ports: Vec<u16> = all.filter(|one| one.protocol == "tcp").map(|one| one.container_port).collect();
    ports.dedup();
    match ports.as_slice() {
        [port] => Some(*port),
        _ => None,
    }
}

/// What would mend it.
#[derive(Clone, Copy)]
enum Change {
    TrafficPort,
    Port(u16),
    Tcp,
}

/// Why a task made from this entry's definition can't answer, as far as its definition says.
fn problem<'a>(
    lookup: &Lookup<'a>,
    group: &'a TargetGroup,
    entry: &LoadBalancerEntry<'a>,
) -> Result<Option<Problem>, Gap<'a>> {
    let (Some(arn), true) = (entry.source.task_definition, group.health_check.enabled) else { return Ok(None) };
    let checked = group.health_check.port()?;
    let Some(port) = (match checked {
        HealthCheckPort::Traffic => entry.entry.container_port,
        HealthCheckPort::Fixed(port) => Some(port),
    }) else {
        return Ok(None);
    };
    let Some(definition) = lookup.task_definition(arn)? else { return Ok(None) };
    if definition.network_mode != NetworkMode::Awsvpc {
        return Ok(None);
    }
    let is_fixed = matches!(checked, HealthCheckPort::Fixed(_));
    let traffic = entry.entry.container_port;
    Ok(wrong(definition, group, port, is_fixed)
        .map(|problem| problem.mended_by_traffic_port(definition, group, traffic)))
}

fn wrong(definition: &TaskDefinition, group: &TargetGroup, port: u16, is_fixed: bool) -> Option<Problem> {
    let problem = |words, is_mended_by| Some(Problem { words, is_mended_by });
    let (family, revision) = definition.arn.family_and_revision();
    let mapping: Vec<&Container> = definition.containers.iter().filter(|one| one.maps_port(port)).collect();
    if mapping.is_empty() {
        // The traffic port's own mapping is another rule's matter.
        let words = format!("the checks go to port {port}, which no container of {family}:{revision} maps");
        return is_fixed.then_some(Problem { words, is_mended_by: Some(Change::TrafficPort) });
    }
    let protocols: Vec<&str> = mapping.iter().flat_map(|one| one.protocols_of(port)).collect();
    if !protocols.contains(&"tcp") {
        return problem(
            format!("the checks go over TCP to port {port}, which {family}:{revision} maps for UDP alone"),
            only_tcp_port(definition).map(Change::Port),
        );
    }
    let checks_http = matches!(group.health_check.protocol.as_deref(), Some("HTTP" | "HTTPS"));
    let app = mapping.iter().flat_map(|one| &one.ports).filter(|one| one.container_port == port);
    let other = app.filter_map(|one| one.app_protocol.as_deref()).find(|app| matches!(*app, "grpc" | "http2"));
    match other.filter(|_| checks_http) {
        Some(app) => problem(
            format!("the checks speak HTTP/1.1 to port {port}, whose application protocol is {app}"),
            Some(Change::Tcp),
        ),
        None if group.protocol.as_deref() == Some("TLS")
            && group.health_check.protocol.as_deref() == Some("HTTP")
            && !is_fixed =>
        {
            problem(format!("the checks speak plain HTTP to port {port}, which is sent TLS"), Some(Change::Tcp))
        }
        None => None,
    }
}
