//! A target that never gets past `initial`.

use std::time::Duration;

use jiff::SignedDuration;
use model::Timestamp;
use model::elb::TargetState;
use model::finding::{Grouping, Severity};
use model::ledger::Ownership;

use crate::finding::start;
use crate::fix::{look_at_targets, targets};
use crate::judgement::Judgement;
use crate::registration::group::{JudgedGroup, Member};
use crate::rule::Rule;

/// Far beyond the three to five minutes a Network Load Balancer takes to put a target into service.
const LONG: Duration = Duration::from_mins(15);

pub(crate) const RULE: Rule = Rule {
    slug: "target-stuck-initial",
    severity: Severity::Medium,
    title: "A task still gets no traffic: its target stays initial long after it was registered",
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
            "Task {} of {} gets no traffic yet: {} in target group {} is still initial, registered since {since} or longer",
            member.task.arn.short_id(),
            member.id,
            one.target,
            group.group.arn.name()
        );
        let draft = start(&RULE, summary).group(group).target(one.target).member(member);
        let draft = draft.subject(member.task.arn.to_string()).evidence("reason", one.reason.clone()).loses_traffic(1);
        let draft = draft.fixes(vec![look_at_targets(&group.group.arn, Some(targets(one.target)))]);
        let draft = draft.grouped(Grouping {
            cause: String::new(),
            what: format!("targets of target group {} stay initial and get no traffic", group.group.arn.name()),
            of: Some(group.in_place().count()),
        });
        judgement.findings.push(draft.done());
    }
}

fn is_long(since: Timestamp, member: &Member<'_>, group: &JudgedGroup<'_>, now: Timestamp) -> bool {
    let long = SignedDuration::try_from(LONG.max(member.health_grace(&group.policy))).unwrap_or(SignedDuration::MAX);
    since.checked_add(long).is_ok_and(|long| long < now)
}
