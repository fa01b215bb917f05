//! Tasks that are clients of the balancer in front of them.

use model::ecs::TaskDefinition;
use model::elb::{LoadBalancer, TargetGroup};
use model::finding::{Finding, Severity};
use model::fix::Fix;
use model::observation::{Gap, Lookup};

use crate::configuration::{NamedGroup, Subject};
use crate::finding::start;
use crate::fix::attribute_fix;
use crate::rule::Rule;
use crate::security_group::Sender;

pub(crate) const RULE: Rule = Rule {
    slug: "client-ip-loopback",
    severity: Severity::Low,
    title: "Tasks connect to the load balancer that may send the connection back to them",
    explanation: "The target group preserves client addresses, and the task definition of the service behind it names that same \
        load balancer (in a container's environment, command or entry point), so its tasks are clients of their own load \
        balancer. A connection that the load balancer sends back to the task it came from has the same source and destination \
        address, and times out (\"Troubleshoot your Network Load Balancer\", connections from a target to its load balancer). \
        With n tasks that is about one connection in n. A DNS record of one's own that points to the load balancer can't be \
        seen here.",
    remedy: "Turn client address preservation off for the target group if its protocol allows it, or have the tasks connect to each \
        other by Service Connect or service discovery.",
    repair: "none",
};

pub(crate) fn finding<'a>(
    lookup: &Lookup<'a>,
    subject: &Subject<'a>,
    named: &NamedGroup<'a>,
    group: &'a TargetGroup,
) -> Result<Option<Finding>, Gap<'a>> {
    let definitions: Vec<_> = named
        .entries
        .iter()
        .filter_map(|entry| entry.source.task_definition)
        .map(|arn| lookup.task_definition(arn))
        .collect();
    let definitions = definitions.into_iter().collect::<Result<Vec<_>, _>>()?;
    // Hardly any task definition names a load balancer; the rest is asked only of those that do.
    if !definitions.iter().flatten().any(|one| balancer_names(one).next().is_some()) {
        return Ok(None);
    }
    for arn in &group.load_balancers {
        let Some(balancer) = lookup.load_balancer(arn)? else { continue };
        let names = definitions.iter().flatten().flat_map(|one| balancer_names(one));
        let Some(name) = names.into_iter().find(|name| is_name_of(balancer, name)) else { continue };
        if (Sender { balancer, group }).preserves(lookup)? {
            let summary = format!(
                "Some connections of {} to {} time out: its tasks are clients of the load balancer that sends to them, and {} \
                 preserves client addresses",
                subject.id,
                balancer.arn.name(),
                named.arn.name()
            );
            let draft = start(&RULE, summary).service(&subject.id, subject.service).target_group(named.arn);
            let draft = draft.fixes(fixes(group)).subject(name.to_owned());
            return Ok(Some(draft.evidence("names", Some(name.to_owned())).done()));
        }
    }
    Ok(None)
}

/// AWS has client address preservation always on for the other protocols ("Client IP preservation" in the guide to Network Load
/// Balancers).
fn fixes(group: &TargetGroup) -> Vec<Fix> {
    let can_be_off = matches!(group.protocol.as_deref(), Some("TCP" | "TLS"));
    let title = format!("Turn client address preservation off for target group {}", group.arn.name());
    let note = "Not safe before you have checked two things: the tasks see the load balancer's addresses from then on, so their \
        security groups must let those in, and nothing in them may go by the client's address. It holds for new connections.";
    let off =
        || attribute_fix(&group.arn, ("preserve_client_ip.enabled", "false"), "preserve_client_ip", (title, note));
    can_be_off.then(off).into_iter().collect()
}

fn balancer_names(definition: &TaskDefinition) -> impl Iterator<Item = &str> {
    definition.containers.iter().flat_map(|container| &container.balancer_names).map(String::as_str)
}

/// Is it the balancer's own name, or that of one of its zones (`eu-central-1a.NAME`)?
fn is_name_of(balancer: &LoadBalancer, name: &str) -> bool {
    let own = balancer.dns_name.as_deref().unwrap_or_default().to_ascii_lowercase();
    !own.is_empty() && (name == own || name.strip_suffix(&own).is_some_and(|zone| zone.ends_with('.')))
}
