//! A group that speaks another protocol than the container.

use std::collections::BTreeSet;

use model::elb::TargetGroup;
use model::finding::Severity;
use model::observation::{Gap, Lookup};
use model::policy::Policy;

use crate::configuration::subject::{LoadBalancerEntry, Subject};
use crate::finding::start;
use crate::fix::{fix, string};
use crate::judgement::Judgement;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "protocol-mismatch",
    severity: Severity::Low,
    title: "The target group sends one protocol, and the container maps its port for another",
    explanation: "The balancer sends to the tasks in the target group's protocol: TCP for TCP and TLS (which the balancer ends \
        or passes on inside TCP), UDP for UDP and QUIC. The container named in the service's load balancer entry maps that \
        port for the other protocol only. In awsvpc mode a port mapping opens and closes nothing, so the container may well \
        be reached all the same (\"PortMapping\" in the Amazon ECS API reference; the Amazon ECS agent makes no rules for \
        tasks with an interface of their own): but one of the two isn't what was meant. Groups of both protocols (TCP_UDP, \
        TCP_QUIC) are not judged: ECS takes one mapping for each port, and a mapping for either protocol is enough.",
    remedy: "See which protocol the container speaks. Correct the protocol of its port mapping in a new revision of the task \
        definition, or make a target group of the protocol the container speaks and name that one; a group's protocol can't \
        be changed.",
    repair: "none",
};

pub(crate) fn judge(lookup: &Lookup<'_>, _: &Policy, subject: &Subject<'_>, judgement: &mut Judgement) {
    for (named, group) in subject.network_groups() {
        let Some(wanted) = transport(group) else { continue };
        let mut problems = BTreeSet::new();
        for entry in &named.entries {
            let mapped = judgement.keep(|| subject.unit(), mapped(lookup, entry)).unwrap_or_default();
            // A port that isn't mapped at all is another matter.
            if let (false, false, Some(port)) = (mapped.is_empty(), mapped.contains(wanted), entry.entry.container_port)
            {
                let mapped: Vec<&str> = mapped.iter().map(String::as_str).collect();
                problems.insert(format!("port {port} as {} only", mapped.join(" and ").to_uppercase()));
            }
        }
        let Some(first) = problems.first() else { continue };
        let protocol = group.protocol.as_deref().unwrap_or_default();
        let summary = format!(
            "Target group {} sends {protocol} to {}, but its container maps {first}",
            named.arn.name(),
            subject.id
        );
        let draft = start(&RULE, summary).service(&subject.id, subject.service).target_group(named.arn);
        let mapping = fix(
            format!("If the container speaks {}, map the port for it", wanted.to_uppercase()),
            "It needs a new revision of the task definition and replaces every task. The mapping opens and closes nothing by \
             itself.",
        );
        let text = format!(
            "# in container_definitions of the aws_ecs_task_definition, in the port mapping\nprotocol = {}\n",
            string(wanted)
        );
        let draft = draft.fixes(vec![mapping.terraform(text).at_service(&subject.id).done()]);
        let problems: Vec<String> = problems.into_iter().collect();
        let draft = draft.subject(problems.join("; ")).evidence("protocol", Some(protocol));
        judgement.findings.push(draft.evidence("problems", Some(problems)).done());
    }
}

/// What arrives at the targets of a group of one protocol, in the words of a port mapping.
fn transport(group: &TargetGroup) -> Option<&'static str> {
    match group.protocol.as_deref() {
        Some("TCP" | "TLS") => Some("tcp"),
        Some("UDP" | "QUIC") => Some("udp"),
        _ => None,
    }
}

/// The protocols for which the entry's container maps the entry's port.
fn mapped<'a>(lookup: &Lookup<'a>, entry: &LoadBalancerEntry<'a>) -> Result<BTreeSet<String>, Gap<'a>> {
    let (Some(arn), Some(port)) = (entry.source.task_definition, entry.entry.container_port) else {
        return Ok(BTreeSet::new());
    };
    let containers = lookup.task_definition(arn)?.map_or(&[][..], |definition| &definition.containers);
    let named = containers.iter().filter(|container| entry.entry.container_name.as_ref() == Some(&container.name));
    let protocols = named.flat_map(|container| {
        let alone = container.ports.iter().filter(|one| one.container_port == port).map(|one| &one.protocol);
        let ranges = container.port_ranges.iter().filter(|range| range.ports.contains(port));
        alone.chain(ranges.map(|range| &range.protocol))
    });
    Ok(protocols.map(|protocol| protocol.to_ascii_lowercase()).collect())
}
