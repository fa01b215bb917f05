//! A target that never gets past `initial`.

use jiff::SignedDuration;
use model::Timestamp;
use model::elb::TargetState;
use model::finding::Severity;
use model::ledger::Ownership;

use crate::finding::start;
use crate::judgement::Judgement;
use crate::registration::group::JudgedGroup;
use crate::rule::Rule;

/// Far beyond the three to five minutes a Network Load Balancer takes to put a target into service.
const LONG: SignedDuration = SignedDuration::from_mins(15);

pub(crate) const RULE: Rule = Rule {
    slug: "target-stuck-initial",
    severity: Severity::Medium,
    title: "A target is still initial long after it was registered",
    explanation: "A Network Load Balancer takes three to five minutes to put a new target into service. This one is still \
        `initial` a quarter of an hour after its task started and, if the ledger knows, after it was first seen registered. \
        Where neither is known it isn't judged.",
    remedy: "Look at the reason beside the state, at the health check's port, protocol and interval, and at whether the \
        task's security group lets the health checks in.",
    repair: "none",
};

/// Judges the members' targets in the group.
pub(crate) fn judge(now: Timestamp, group: &JudgedGroup<'_>, records: &[Ownership], judgement: &mut Judgement) {
    for one in group.in_place().filter(|one| one.state == TargetState::Initial) {
        let Some(member) = group.member_at(one.target.ip) else { continue };
        let recorded = records.iter().find(|record| record.target == one.target && record.task == member.task.arn);
        let since = member.task.started_at.into_iter().chain(recorded.map(|record| record.seen_at)).max();
        let Some(since) = since.filter(|since| since.checked_add(LONG).is_ok_and(|long| long < now)) else { continue };
        let summary =
            format!("{} is still initial in {}, since {since} at the latest", one.target, group.group.arn.name());
        let draft = start(&RULE, summary).group(group).target(one.target).member(member);
        let draft = draft.subject(member.task.arn.to_string()).evidence("reason", one.reason.clone());
        judgement.findings.push(draft.done());
    }
}
