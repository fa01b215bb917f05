//! Targets that are registered but not served.

use std::collections::BTreeSet;

use model::elb::{Target, TargetHealth, TargetState};
use model::finding::{Finding, Severity};
use model::fix::Fix;
use model::observation::{Gap, Lookup};

use crate::finding::start;
use crate::fix::{block, fix, look_at_targets, string};
use crate::registration::expected::serves_at_rest;
use crate::registration::group::JudgedGroup;
use crate::registration::uses::users;
use crate::rule::Rule;

/// How many targets a finding lists.
const LISTED: usize = 20;

/// The reason of a group on a listener, as far as its state says. The API reference (TargetHealth) has the zone alone; that weight 0
/// gives `unused`, and the words of AWS's description that are looked for below, are beliefs: neither decides whether there is a finding.
const ATTACHED: &str = "their Availability Zone may not be enabled, or the listener gives the target group weight 0";

pub(crate) const RULE: Rule = Rule {
    slug: "target-unused",
    severity: Severity::High,
    title: "Registered targets get no traffic: the balancer doesn't use them",
    explanation: "The balancer reports the targets as `unused` although they are registered: the group is attached to no \
        listener, or with weight 0; the targets' Availability Zone isn't enabled for the balancer; or their address can't be \
        used. They get no traffic and no health checks. While a deployment of a service that uses the group is in flight that \
        is how blue/green, linear and canary deployments work: before the shift the new tasks' group is on no production \
        listener, after it the old tasks' group is on none, for as long as the bake time lasts (\"Amazon ECS blue/green \
        deployments\" in the Amazon ECS guide; with CodeDeploy until the original task set is terminated). Then it isn't \
        judged, and neither is, at rest, the \
        group of such a pair that waits for the next deployment, nor a group that no service uses.",
    remedy: "Read the reason beside the state. Target.NotInUse: attach the group to a listener, or enable the targets' \
        Availability Zone on the balancer. Target.IpUnusable: the address belongs to the balancer itself.",
    repair: "none",
};

/// One finding for the whole group: the cause is the group's, not a target's.
pub(crate) fn judge<'a>(lookup: &Lookup<'a>, group: &JudgedGroup<'a>) -> Result<Option<Finding>, Gap<'a>> {
    let unused: Vec<_> = group.in_place().filter(|one| one.state == TargetState::Unused).collect();
    if unused.is_empty() || !should_be_served(lookup, group)? {
        return Ok(None);
    }
    Ok(Some(finding(group, &unused)))
}

/// Is there a service that uses the group, and is every one at rest and serving through it? Those under judgement are asked
/// first; all of the account only if they leave the suspicion standing.
fn should_be_served<'a>(lookup: &Lookup<'a>, group: &JudgedGroup<'a>) -> Result<bool, Gap<'a>> {
    for (_, service) in &group.users {
        if !serves_at_rest(lookup, service, &group.group.arn)? {
            return Ok(false);
        }
    }
    let everybody = users(lookup, &group.group.arn)?;
    for (_, service) in &everybody {
        if !serves_at_rest(lookup, service, &group.group.arn)? {
            return Ok(false);
        }
    }
    Ok(!everybody.is_empty())
}

fn finding(group: &JudgedGroup<'_>, unused: &[&TargetHealth]) -> Finding {
    let mut targets: Vec<Target> = unused.iter().map(|one| one.target).collect();
    targets.sort();
    let name = group.group.arn.name();
    let reason = unused.first().and_then(|one| one.reason.as_deref());
    let cause = match (reason, group.group.load_balancers.is_empty()) {
        (Some("Target.IpUnusable"), _) => "their address belongs to a load balancer, and can't be a target",
        (Some("Target.InvalidState"), _) => "what has their address is stopped or being stopped",
        (_, true) => "no listener forwards to the target group",
        (_, false) => ATTACHED,
    };
    // A part of the fingerprint: it stays as it was whatever more is said.
    let subject = cause.to_owned();
    let description = unused.first().and_then(|one| one.description.as_deref());
    let is_of_zone = description.is_some_and(|text| text.contains("Availability Zone"));
    // Each target has a reason of its own, and the summary says the first one's.
    let alike = unused.iter().filter(|one| one.description.as_deref() == description);
    let zones: BTreeSet<&str> = alike.filter_map(|one| one.unused_in.as_deref()).collect();
    let zones: Vec<&str> = zones.into_iter().filter(|_| is_of_zone || description.is_none()).collect();
    let cause = match (zones.as_slice(), subject == ATTACHED, is_of_zone) {
        (_, false, _) | ([], _, false) => cause.to_owned(),
        ([], true, true) => "the load balancer isn't enabled in their Availability Zone".to_owned(),
        (zones, true, true) => {
            format!("the load balancer isn't enabled in {}, their Availability Zone", zones.join(", "))
        }
        (zones, true, false) => {
            format!(
                "the load balancer may not be enabled in {}, or its listener gives the target group weight 0",
                zones.join(", ")
            )
        }
    };
    let summary = match targets.len() {
        1 => format!("1 registered target of target group {name} gets no traffic: {cause}"),
        many => format!("{many} registered targets of target group {name} get no traffic: {cause}"),
    };
    let listed: Vec<String> = targets.iter().take(LISTED).map(ToString::to_string).collect();
    let draft = start(&RULE, summary).group(group).subject(subject).evidence("targets", Some(listed));
    let draft = draft.loses_traffic(targets.len()).fixes(fixes(group));
    draft
        .evidence("reason", reason)
        .evidence("description", description)
        .evidence("zones", (!zones.is_empty()).then_some(zones))
        .done()
}

fn fixes(group: &JudgedGroup<'_>) -> Vec<Fix> {
    let arn = &group.group.arn;
    let mut fixes = vec![look_at_targets(arn, None)];
    if group.group.load_balancers.is_empty() {
        let action =
            block("default_action", &[("type", string("forward")), ("target_group_arn", string(arn.as_str()))]);
        let text = format!("# in the aws_lb_listener that is to send to the target group\n{action}");
        let forward = fix(
            format!("Have a listener forward to target group {}", arn.name()),
            "Which listener is for a person to say: what it forwards to now loses its traffic.",
        );
        fixes.insert(0, forward.terraform(text).at_target_group(arn).done());
    }
    fixes
}
