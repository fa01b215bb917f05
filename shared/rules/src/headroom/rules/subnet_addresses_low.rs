//! Subnets without room for the tasks to come.

use model::finding::{Finding, Severity};
use model::observation::{Gap, Lookup};

use crate::finding::start;
use crate::headroom::growth::Growing;
use crate::judgement::Judgement;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "subnet-addresses-low",
    severity: Severity::Medium,
    title: "The service's subnets haven't enough free addresses for all its tasks",
    explanation: "Every task in awsvpc mode takes a private address of its own from one of the service's subnets. All of them \
        together have fewer free addresses than the service would still need to reach the most tasks it may have: the maximum \
        capacity that Application Auto Scaling was given, or the count it wants. When they run out, tasks fail to start \
        (RESOURCE:ENI, or \"insufficient free IP addresses\"), usually at the height of the load. Other services and \
        databases take from the same subnets, and a deployment needs room for a while as well, so there is less than it \
        looks.",
    remedy: "Give the service more or larger subnets (in zones the balancer serves), add a secondary range to the VPC for them, \
        or lower the maximum capacity to what fits.",
    repair: "none",
};

pub(crate) fn judge(lookup: &Lookup<'_>, growing: &Growing<'_>, judgement: &mut Judgement) {
    if growing.more_tasks() == 0 {
        return;
    }
    let found = judgement.keep(|| growing.subject.unit(), finding(lookup, growing));
    judgement.findings.extend(found.flatten());
}

fn finding<'a>(lookup: &Lookup<'a>, growing: &Growing<'a>) -> Result<Option<Finding>, Gap<'a>> {
    let subject = &growing.subject;
    let Some(subnets) = growing.subnets(lookup)? else { return Ok(None) };
    let free = subnets.iter().map(|subnet| subnet.free_addresses).fold(0_u32, u32::saturating_add);
    let more = growing.more_tasks();
    if more <= free {
        return Ok(None);
    }
    let summary = format!("{}, {more} more than now, but its subnets have {free} free addresses", growing.to_words());
    let listed: Vec<String> =
        subnets.iter().map(|subnet| format!("{}: {}", subnet.id, subnet.free_addresses)).collect();
    let draft = start(&RULE, summary).service(&subject.id, subject.service);
    let draft = draft.evidence("tasks_at_most", Some(growing.most_tasks())).evidence("tasks_to_come", Some(more));
    Ok(Some(draft.evidence("free_addresses", Some(listed)).done()))
}
