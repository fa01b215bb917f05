//! A target that never gets past `initial`.

use std::time::Duration;

use jiff::SignedDuration;
use model::Timestamp;
use model::elb::TargetState;
use model::finding::Severity;
use model::ledger::Ownership;

use crate::finding::start;
use crate::judgement::Judgement;
use crate::registration::group::{JudgedGroup, Member};
use crate::rule::Rule;

/// Far beyond the three to five minutes a Network Load Balancer takes to put a target into service.
const LONG: Duration = Duration::from_mins(15);

pub(crate) const RULE: Rule = Rule {
    slug: "target-stuck-initial",
    severity: Severity::Medium,
    title: "A target is still initial long after it was registered",
    explanation: "A Network Load Balancer takes three to five minutes to put a new target into service. This one is still \
        `initial` although the ledger saw it registered for this very task a quarter of an hour ago or more, and the service's \
        healthCheckGracePeriodSeconds is over as well. When a task started says nothing about when its target was registered: \
        a deployment's shift, a person or this program may have registered it anew a moment ago. So without a ledger, or \
        where the ledger knows no time, it isn't judged.",
    remedy: "Look at the reason beside the state, at the health check's port, protocol and interval, and at whether the \
        task's security group lets the health checks in.",
    repair: "none",
};

/// Judges the members' targets in the group, by what the ledger knows of them.
pub(crate) fn judge(now: Timestamp, group: &JudgedGroup<'_>, records: &[Ownership], judgement: &mut Judgement) {
    for one in group.in_place().filter(|one| one.state == TargetState::Initial) {
        let Some(member) = group.member_at(one.target.ip) else { continue };
        let known = |record: &&Ownership| record.target == one.target && record.is_current_for(&member.task.arn);
        let since = records.iter().find(known).map(|record| record.seen_at);
        let Some(since) = since.filter(|since| is_long(*since, member, group, now)) else { continue };
        let summary = format!(
            "{} is still initial in {}, where it has been registered since {since} or longer",
            one.target,
            group.group.arn.name()
        );
        let draft = start(&RULE, summary).group(group).target(one.target).member(member);
        let draft = draft.subject(member.task.arn.to_string()).evidence("reason", one.reason.clone());
        judgement.findings.push(draft.done());
    }
}

fn is_long(since: Timestamp, member: &Member<'_>, group: &JudgedGroup<'_>, now: Timestamp) -> bool {
    let long = SignedDuration::try_from(LONG.max(member.health_grace(&group.policy))).unwrap_or(SignedDuration::MAX);
    since.checked_add(long).is_ok_and(|long| long < now)
}
