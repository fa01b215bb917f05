//! Targets that are registered but not served.

use model::elb::{Target, TargetState};
use model::finding::Severity;

use crate::finding::start;
use crate::judgement::Judgement;
use crate::registration::group::JudgedGroup;
use crate::rule::Rule;

/// How many targets a finding lists.
const LISTED: usize = 20;

pub(crate) const RULE: Rule = Rule {
    slug: "target-unused",
    severity: Severity::High,
    title: "Targets are registered but not served",
    explanation: "The balancer reports the targets as `unused` although they are registered: the group hangs on no balancer \
        or no listener, the targets' Availability Zone isn't enabled for the balancer, or their address can't be used. They \
        get no traffic and no health checks.",
    remedy: "Read the reason beside the state. Target.NotInUse: attach the group to a listener, or enable the targets' \
        Availability Zone on the balancer. Target.IpUnusable: the address belongs to the balancer itself.",
    repair: "none",
};

/// One finding for the whole group: the cause is the group's, not a target's.
pub(crate) fn judge(group: &JudgedGroup<'_>, judgement: &mut Judgement) {
    let unused: Vec<_> = group.in_place().filter(|one| one.state == TargetState::Unused).collect();
    let Some(first) = unused.first() else { return };
    let mut targets: Vec<Target> = unused.iter().map(|one| one.target).collect();
    targets.sort();
    let name = group.group.arn.name();
    let balancer =
        if group.group.load_balancers.is_empty() { "it hangs on no balancer" } else { "their zone may not be enabled" };
    let summary = format!("registered targets of {name} are not served ({}): {balancer}", targets.len());
    let listed: Vec<String> = targets.iter().take(LISTED).map(ToString::to_string).collect();
    let draft = start(&RULE, summary).group(group).subject(balancer.to_owned());
    judgement.findings.push(draft.evidence("targets", Some(listed)).evidence("reason", first.reason.clone()).done());
}
