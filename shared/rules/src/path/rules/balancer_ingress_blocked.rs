//! A balancer whose own security groups let nobody in.

use std::collections::BTreeSet;

use model::ec2::Peer;
use model::elb::{IpVersion, Listener, LoadBalancer, Scheme};
use model::finding::{Finding, Severity};
use model::fix::Fix;
use model::id::SecurityGroupId;
use model::observation::{Gap, Lookup};

use crate::fix::{AwsCommand, Direction, LOOK, fix};
use crate::judgement::Judgement;
use crate::path::served_balancer::ServedBalancer;
use crate::rule::Rule;
use crate::security_group::{
    Admitted, Flow, Groups, Sender, everywhere, fill, has_endpoint_service, letting, transports,
};

pub(crate) const RULE: Rule = Rule {
    slug: "balancer-ingress-blocked",
    severity: Severity::High,
    title: "The load balancer's own security groups let no client in",
    explanation: "A Network Load Balancer with security groups drops what their inbound rules don't allow before it reaches any \
        target (\"Security groups\" in the guide to Network Load Balancers). Here no rule allows the listener's protocol and \
        port from anywhere. Health checks don't pass these rules, so every target looks healthy while no client gets through. \
        A listener of two protocols (TCP_UDP, TCP_QUIC) is judged only where neither of them is let in. Traffic through \
        PrivateLink passes these rules only while their enforcement is on, so a load balancer that has it off and that an \
        endpoint service fronts isn't judged.",
    remedy: "Add an inbound rule for the listener's protocol and port from the clients' addresses to one of the load balancer's \
        security groups. Where clients come through an endpoint service (PrivateLink, as API Gateway's VPC links do), turn the \
        enforcement of inbound rules on PrivateLink traffic off instead, for their addresses can't be known.",
    repair: "none",
};

pub(crate) fn judge<'a>(lookup: &Lookup<'a>, served: &ServedBalancer<'a>, judgement: &mut Judgement) {
    if served.balancer.groups().is_empty() {
        return;
    }
    let found = judgement.keep(|| served.unit(), finding(lookup, served));
    judgement.findings.extend(found.flatten());
}

fn finding<'a>(lookup: &Lookup<'a>, served: &ServedBalancer<'a>) -> Result<Option<Finding>, Gap<'a>> {
    let Some(group) = served.groups.values().next().map(|one| one.group) else { return Ok(None) };
    let sender = Sender { balancer: served.balancer, group };
    let (groups, listeners) = (sender.balancer_groups(lookup), served.listeners(lookup));
    let (groups, listeners) = (groups?, listeners?);
    if groups.is_incomplete {
        return Ok(None);
    }
    let (mut shut, mut shut_listeners, mut open_listeners) = (BTreeSet::new(), Vec::new(), Vec::new());
    for listener in listeners {
        match shut_flows(lookup, &groups, listener)? {
            Some(flows) => {
                shut.extend(flows);
                shut_listeners.push(listener);
            }
            None => open_listeners.push(listener),
        }
    }
    // Its clients may all come through PrivateLink, past its groups.
    if shut.is_empty()
        || (served.balancer.filters_private_link == Some(false) && has_endpoint_service(lookup, served.balancer)?)
    {
        return Ok(None);
    }
    let flows: Vec<String> = shut.iter().map(ToString::to_string).collect();
    let (behind, others) = (served.behind(&shut_listeners), served.behind(&open_listeners));
    // They may come on another port.
    let others = others.users();
    let reached = behind.users().into_iter().filter(|user| others.contains(user)).count();
    let (name, services) = (served.name(), behind.users_in_words());
    let on = flows.join(", ");
    let summary = match reached {
        0 => format!(
            "No client reaches {services} through {name}: the load balancer's security groups let nobody in on {on}"
        ),
        _ => format!(
            "No client reaches {services} through {name} on {on}: the load balancer's security groups let nobody in there"
        ),
    };
    let fixes = fixes(lookup, served.balancer, &shut)?;
    let draft = behind.start(&RULE, summary).security_groups(served.balancer.groups()).subject(on);
    let draft = if reached < behind.users().len() { draft.loses_traffic(0) } else { draft };
    Ok(Some(draft.fixes(fixes).evidence("shut", Some(flows)).done()))
}

/// Everybody may be a client of an internet-facing balancer; who an internal one's are can't be known here.
fn fixes<'a>(lookup: &Lookup<'a>, balancer: &LoadBalancer, shut: &BTreeSet<Flow>) -> Result<Vec<Fix>, Gap<'a>> {
    let Some(group) = balancer.groups().iter().min() else { return Ok(Vec::new()) };
    match has_endpoint_service(lookup, balancer) {
        Ok(true) => return Ok(vec![not_enforcing(balancer)]),
        Err(Gap::Pending) => return Err(Gap::Pending),
        Ok(false) | Err(Gap::Unread(_)) => {}
    }
    if balancer.scheme == Scheme::InternetFacing {
        let versions: &[_] =
            if balancer.is_dualstack() { &[IpVersion::Ipv4, IpVersion::Ipv6] } else { &[IpVersion::Ipv4] };
        let peers: Vec<Peer> = versions.iter().flat_map(|version| everywhere(*version)).map(Peer::Range).collect();
        return Ok(shut.iter().map(|flow| letting(lookup, Direction::In, group, flow, peers.clone())).collect());
    }
    let region = &lookup.observation().region;
    let command = AwsCommand::new(region.as_str(), "ec2", "describe-security-group-rules")
        .arg("filters", format!("Name=group-id,Values={group}"));
    let title = format!("See what security group {group} of {} lets in", balancer.arn.name());
    Ok(vec![fix(title, LOOK).command(command).at_security_group(region, group).done()])
}

/// "Turn off security group evaluation for PrivateLink" in the API Gateway guide's page on private integrations.
fn not_enforcing(balancer: &LoadBalancer) -> Fix {
    let (key, arn) = ("enforce-security-group-inbound-rules-on-private-link-traffic", &balancer.arn);
    let title = format!("Let in what comes to {} through its endpoint service, past its security groups", arn.name());
    let note = "It lets in everybody whom the endpoint service accepts, on every listener; the groups go on holding for all others.";
    let command = AwsCommand::new(arn.region(), "elbv2", "set-security-groups").arg("load-balancer-arn", arn);
    let groups: Vec<&SecurityGroupId> = balancer.groups().iter().collect();
    let command = command.args("security-groups", groups).arg(key, "off");
    let text = format!("# in the aws_lb\n{} = \"off\"\n", key.replace('-', "_"));
    fix(title, note).command(command).terraform(text).done()
}

/// What a listener takes, if nobody is let in with any of it.
fn shut_flows<'a>(lookup: &Lookup<'a>, groups: &Groups<'a>, listener: &Listener) -> Result<Option<Vec<Flow>>, Gap<'a>> {
    let Some(port) = listener.port else { return Ok(None) };
    let flows = transports(listener.protocol.as_deref()).iter();
    let flows: Vec<Flow> = flows.map(|protocol| Flow { protocol: protocol.clone(), port }).collect();
    for flow in &flows {
        let admitted = Admitted::of(groups.known.iter().flat_map(|group| &group.ingress), flow);
        // Whoever has a group that is let in may be a client, and so may whoever is in a list that can't be read.
        if !admitted.ranges.is_empty() || !admitted.groups.is_empty() {
            return Ok(None);
        }
        let admitted = fill(lookup, admitted)?;
        if !admitted.ranges.is_empty() || admitted.is_unclear {
            return Ok(None);
        }
    }
    Ok((!flows.is_empty()).then_some(flows))
}
