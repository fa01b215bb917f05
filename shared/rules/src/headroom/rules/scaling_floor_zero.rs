//! A service that may be scaled to nothing.

use model::finding::Severity;

use crate::finding::start;
use crate::fix::bounds_fix;
use crate::headroom::growth::Growing;
use crate::judgement::Judgement;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "scaling-floor-zero",
    severity: Severity::Low,
    title: "Every connection may be refused: the service may be scaled to zero tasks",
    explanation: "Application Auto Scaling may take the service's desired count down to zero (its minimum capacity is 0). Then \
        its target group has no target, the balancer refuses every connection, and no traffic is left from which a scaling \
        policy could see that tasks are needed again. Where that is intended, because a schedule stops and starts it for \
        example, disable the rule or accept the finding in the policy.",
    remedy: "Set the minimum capacity to at least 1, better to one task for each zone the balancer serves.",
    repair: "none",
};

pub(crate) fn judge(growing: &Growing<'_>, judgement: &mut Judgement) {
    let Some(bounds) = growing.bounds.filter(|bounds| bounds.minimum == 0 && !bounds.scale_in_suspended) else {
        return;
    };
    let subject = &growing.subject;
    let summary =
        format!("Clients of {} may find nobody: Application Auto Scaling may scale it to zero tasks", subject.id);
    let draft = start(&RULE, summary).service(&subject.id, subject.service);
    let draft = draft.evidence("minimum_capacity", Some(bounds.minimum));
    let draft =
        draft.fixes(vec![bounds_fix(&subject.id, "min", 1, "Safe now: if the service has no task, one is started.")]);
    judgement.findings.push(draft.evidence("maximum_capacity", Some(bounds.maximum)).done());
}
