//! Subnets without room for the tasks to come.

use model::finding::{Finding, Severity};
use model::observation::{Gap, Lookup};

use crate::finding::start;
use crate::fix::bounds_fix;
use crate::headroom::growth::Growing;
use crate::judgement::Judgement;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "subnet-addresses-low",
    severity: Severity::Medium,
    title: "Scaling out will fail: the service's subnets have too few free addresses",
    explanation: "Every task in awsvpc mode takes a private address of its own from one of the service's subnets. All of them \
        together have fewer free addresses than the service would still need to reach the most tasks it may have: the maximum \
        capacity that Application Auto Scaling was given, or the count it wants. When they run out, tasks fail to start \
        (RESOURCE:ENI, or \"insufficient free IP addresses\"), usually at the height of the load. Other services and \
        databases take from the same subnets, and a deployment needs room for a while as well, so fewer are left \
        than the number suggests.",
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
    let summary = format!(
        "Scaling out will fail: {}, {more} more than now, but its subnets have only {free} free addresses",
        growing.to_words()
    );
    let listed: Vec<String> =
        subnets.iter().map(|subnet| format!("{}: {}", subnet.id, subnet.free_addresses)).collect();
    let draft = start(&RULE, summary).service(&subject.id, subject.service);
    let fits = growing.most_tasks().saturating_sub(more).saturating_add(free);
    let lower =
        "Safe now, but it bounds the service: more load than so many tasks bear isn't served. More subnets are better.";
    let draft = match growing.bounds {
        Some(bounds) if bounds.minimum <= fits => draft.fixes(vec![bounds_fix(&subject.id, "max", fits, lower)]),
        _ => draft,
    };
    let draft = draft.evidence("tasks_at_most", Some(growing.most_tasks())).evidence("tasks_to_come", Some(more));
    Ok(Some(draft.evidence("free_addresses", Some(listed)).done()))
}
