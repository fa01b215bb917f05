//! A listener that gives no group any weight.

use model::elb::Listener;
use model::finding::{Finding, Severity};
use model::fix::Fix;
use model::id::TargetGroupArn;
use model::observation::{Gap, Lookup};

use crate::fix::{AwsCommand, fix, string};
use crate::judgement::Judgement;
use crate::path::served_balancer::ServedBalancer;
use crate::registration::account_users;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "listener-forwards-nothing",
    severity: Severity::Medium,
    title: "A listener gives every target group a weight of 0",
    explanation: "The listener forwards to target groups by weight (\"Listener actions\" in the guide to Network Load Balancers), and \
        the weight of each is 0, while a service serves through one of them and no deployment of a service that uses them is in \
        flight. A group of weight 0 gets no new connections. What a Network Load Balancer does if no group has a weight isn't \
        documented; clients should expect no answer. While a blue/green, linear or canary deployment shifts traffic, weights \
        are the deployment's business, and nothing is judged.",
    remedy: "Give the target group that the service serves through a weight above 0 in the listener's forward action.",
    repair: "none",
};

pub(crate) fn judge<'a>(lookup: &Lookup<'a>, served: &ServedBalancer<'a>, judgement: &mut Judgement) {
    let listeners = judgement.keep(|| served.unit(), served.listeners(lookup));
    for listener in listeners.into_iter().flatten().filter(|listener| forwards_nothing(listener)) {
        let found = judgement.keep(|| served.unit(), finding(lookup, served, listener));
        judgement.findings.extend(found.flatten());
    }
}

fn forwards_nothing(listener: &Listener) -> bool {
    !listener.forwards.is_empty() && listener.forwards.iter().all(|forward| forward.weight == Some(0))
}

fn finding<'a>(
    lookup: &Lookup<'a>,
    served: &ServedBalancer<'a>,
    listener: &'a Listener,
) -> Result<Option<Finding>, Gap<'a>> {
    for forward in &listener.forwards {
        if account_users(lookup, &forward.target_group)?.iter().any(|(_, service)| service.in_flight()) {
            return Ok(None);
        }
    }
    let port = listener.port.map(|port| port.to_string()).unwrap_or_default();
    let protocol = listener.protocol.as_deref().unwrap_or_default();
    let groups: Vec<&str> = listener.forwards.iter().map(|forward| forward.target_group.name()).collect();
    let summary = format!(
        "Clients of {} on {protocol} {port} reach no task: the listener gives every target group a weight of 0 ({})",
        served.name(),
        groups.join(", ")
    );
    let draft = served.start(&RULE, summary).evidence("listener", Some(listener.arn.to_string()));
    let own = listener.forwards.iter().find(|forward| served.groups.contains_key(&forward.target_group));
    let draft = match own {
        Some(own) => draft.target_group(&own.target_group),
        None => draft,
    };
    let fixes: Vec<Fix> = own.map(|own| forwarding(listener, &own.target_group)).into_iter().collect();
    let draft = draft.loses_traffic(0).fixes(fixes).subject(listener.arn.to_string());
    Ok(Some(draft.evidence("target_groups", Some(groups)).done()))
}

fn forwarding(listener: &Listener, group: &TargetGroupArn) -> Fix {
    let command = AwsCommand::new(group.region(), "elbv2", "modify-listener")
        .arg("listener-arn", &listener.arn)
        .arg("default-actions", format!("Type=forward,TargetGroupArn={group}"));
    let text = format!(
        "# in the aws_lb_listener\ndefault_action {{\n  type             = \"forward\"\n  target_group_arn = {}\n}}\n",
        string(group.as_str())
    );
    fix(
        format!("Have the listener send everything to target group {}", group.name()),
        "It takes effect at once for new connections, and leaves the listener with this group alone. Where others are to get a share, \
         give each a weight instead.",
    )
    .command(command)
    .terraform(text)
    .at_target_group(group)
    .done()
}
