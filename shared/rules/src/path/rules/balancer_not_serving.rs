//! A balancer that doesn't serve.

use std::time::Duration;

use jiff::SignedDuration;
use model::elb::{BalancerState, LoadBalancer, TargetGroup};
use model::finding::Severity;
use model::fix::Fix;
use model::observation::Lookup;

use crate::fix::{AwsCommand, fix, label, look_at_balancer, string};
use crate::judgement::Judgement;
use crate::path::served_balancer::ServedBalancer;
use crate::rule::Rule;

/// A Network Load Balancer is set up within some minutes.
const LONG: Duration = Duration::from_mins(15);

pub(crate) const RULE: Rule = Rule {
    slug: "balancer-not-serving",
    severity: Severity::High,
    title: "The load balancer isn't able to serve",
    explanation: "The Network Load Balancer in front of the service is `failed` (it could not be set up), `active_impaired` (it \
        serves, but lacks the resources to scale), or still `provisioning` a quarter of an hour after it was created; or it \
        has no listener, so that it accepts no connection on any port. The states are those of \"LoadBalancerState\" in the \
        Elastic Load Balancing API reference. Whatever is registered behind it, clients get no answer, or not all of them do.",
    remedy: "Read the reason that AWS gives beside the state. failed: create the load balancer anew, as its subnets or addresses \
        could not be used. active_impaired: free addresses in its subnets. Without a listener: create one that forwards to the \
        service's target group.",
    repair: "none",
};

pub(crate) fn judge<'a>(lookup: &Lookup<'a>, served: &ServedBalancer<'a>, judgement: &mut Judgement) {
    let state = served.balancer.state.as_ref();
    let why = match state {
        Some(BalancerState::Failed) => Some("could not be set up (state failed)"),
        Some(BalancerState::ActiveImpaired) => Some("lacks resources to scale (state active_impaired)"),
        Some(BalancerState::Provisioning) if is_old(lookup, served.balancer) => {
            Some("is still being set up a quarter of an hour after it was created (state provisioning)")
        }
        Some(BalancerState::Active) => {
            let listeners = judgement.keep(|| served.unit(), lookup.listeners(&served.balancer.arn)).flatten();
            listeners.is_some_and(<[_]>::is_empty).then_some("has no listener")
        }
        _ => None,
    };
    let Some(why) = why else { return };
    let reason = served.balancer.state_reason.as_deref().filter(|_| state != Some(&BalancerState::Active));
    let says = reason.map(|reason| format!(". AWS says: {reason}")).unwrap_or_default();
    let summary = format!("{} can't serve {}: the load balancer {why}{says}", served.name(), served.users_in_words());
    let draft = served.start(&RULE, summary).subject(why.to_owned()).fixes(fixes(served));
    let draft = if matches!(state, Some(BalancerState::ActiveImpaired)) { draft } else { draft.loses_traffic(0) };
    let draft = draft.evidence("state", state.map(|state| state.as_str().to_owned()));
    judgement.findings.push(draft.evidence("reason", reason).done());
}

/// Without a listener, one for each group that a service serves through.
fn fixes(served: &ServedBalancer<'_>) -> Vec<Fix> {
    let arn = &served.balancer.arn;
    let listening = |group: &TargetGroup| {
        let (protocol, port) = (group.protocol.as_deref()?, group.port?);
        let command = AwsCommand::new(arn.region(), "elbv2", "create-listener")
            .arg("load-balancer-arn", arn)
            .arg("protocol", protocol)
            .arg("port", port)
            .arg("default-actions", format!("Type=forward,TargetGroupArn={}", group.arn));
        let text = format!(
            "resource \"aws_lb_listener\" \"{}\" {{\n  load_balancer_arn = {}\n  port              = {port}\n  protocol          = {}\n\n  \
             default_action {{\n    type             = \"forward\"\n    target_group_arn = {}\n  }}\n}}\n",
            label(group.arn.name()),
            string(arn.as_str()),
            string(protocol),
            string(group.arn.as_str())
        );
        let title = format!("Have {} listen on {protocol} {port} and forward to {}", arn.name(), group.arn.name());
        let note = "Safe now: clients on that port are sent to the target group. Choose the port that they use.";
        Some(fix(title, note).command(command).terraform(text).at_load_balancer(arn).done())
    };
    match served.balancer.state {
        // TLS and QUIC take a certificate, which isn't known here.
        Some(BalancerState::Active) => {
            let groups = served.groups.values().map(|one| one.group);
            groups
                .filter(|group| matches!(group.protocol.as_deref(), Some("TCP" | "UDP" | "TCP_UDP")))
                .filter_map(listening)
                .collect()
        }
        _ => vec![look_at_balancer(arn)],
    }
}

/// Was it made longer ago than setting it up takes? What isn't known counts as new.
fn is_old(lookup: &Lookup<'_>, balancer: &LoadBalancer) -> bool {
    let long = SignedDuration::try_from(LONG).unwrap_or(SignedDuration::MAX);
    balancer.created_at.and_then(|made| made.checked_add(long).ok()).is_some_and(|long| long < lookup.now())
}
