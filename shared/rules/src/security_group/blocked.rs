//! What doesn't pass from a balancer to the tasks of a service: the judgement that two rules put into words.

use std::collections::BTreeSet;

use model::finding::Finding;
use model::id::TargetGroupArn;
use model::observation::{Gap, Lookup, Unread, UnreadKind};
use model::scope::Unit;

use super::balancer::Purpose;
use super::door::{NOT_JUDGED, doors, list, sender};
use super::passage::{Outcome, Passage, Shut, passages};
use super::wearers::Party;
use super::{health_check_blocked, traffic_blocked};
use crate::finding::start;
use crate::judgement::Judgement;
use crate::rule::Rule;
use crate::wanted::Wanted;

/// The rules made from it.
pub(crate) const RULES: &[&Rule] = &[&traffic_blocked::RULE, &health_check_blocked::RULE];

/// What sets them apart is as likely the fault as what shuts them out.
const OTHERS: &str = " The service's other tasks are reached: look first at why these have other security groups, or addresses \
    that the balancer may not send to.";

/// How a rule says it.
pub(crate) struct Words {
    /// The rule.
    pub(crate) rule: &'static Rule,
    /// What it is about.
    pub(crate) purpose: Purpose,
    /// What doesn't pass, up to the balancer's name.
    pub(crate) what: &'static str,
}

/// Judges every target group that the party's tasks serve through.
pub(crate) fn judge<'a>(lookup: &Lookup<'a>, party: &Party<'a>, wanted: Wanted<'_>, judgement: &mut Judgement) {
    for (arn, passage) in passages(lookup, party) {
        let about = || Unit::TargetGroup(arn.clone());
        let Some(passage) = judgement.keep(about, passage).flatten() else { continue };
        let mut blocked = |words: &Words| {
            let outcome = wanted.has(words.rule.slug).then(|| passage.shut(lookup, words.purpose))?;
            let Outcome { shut, doubts } = judgement.keep(about, outcome)?;
            doubts.into_iter().for_each(|doubt| judgement.abstain(about(), Gap::Unread(&undecided(&arn, doubt))));
            judgement.keep(about, finding(lookup, party, &passage, &shut, words)).flatten()
        };
        let (traffic, health) = (blocked(&traffic_blocked::WORDS), blocked(&health_check_blocked::WORDS));
        // A rule that lets the traffic in lets the health checks in as well: it is said once.
        let said = traffic.as_ref().map(to_add).unwrap_or_default();
        let health = health.filter(|finding| to_add(finding).iter().any(|rule| !said.contains(rule)));
        judgement.findings.extend(traffic.into_iter().chain(health));
    }
}

/// Everything was read, and still it can't be told. Asking again won't help.
fn undecided(group: &TargetGroupArn, why: String) -> Unread {
    let operation = "ec2:DescribeSecurityGroups".to_owned();
    Unread { resource: group.to_string(), operation, error: why, kind: UnreadKind::Refused }
}

fn to_add(finding: &Finding) -> &[serde_json::Value] {
    finding.evidence.get("rules_to_add").and_then(serde_json::Value::as_array).map_or(&[], Vec::as_slice)
}

fn finding<'a>(
    lookup: &Lookup<'a>,
    party: &Party<'a>,
    passage: &Passage<'a, '_>,
    shut: &[Shut<'a, '_>],
    words: &Words,
) -> Result<Option<Finding>, Gap<'a>> {
    let Some(first) = shut.first() else { return Ok(None) };
    let mut to_add = Vec::new();
    for door in shut.iter().map(|shut| doors(lookup, party, shut, words.purpose)).collect::<Vec<_>>() {
        to_add.extend(door?);
    }
    let mut seen = BTreeSet::new();
    to_add.retain(|door| seen.insert(door.clone()));
    let (blocked, all) = (tasks(shut), passage.outfits.values().map(Vec::len).sum::<usize>());
    let flows: BTreeSet<String> = shut.iter().map(|shut| shut.flow.to_string()).collect();
    let flows: Vec<String> = flows.into_iter().collect();
    let (which, hint) = match blocked < all {
        true => (format!("{blocked} of {all} tasks"), OTHERS),
        false => ("the tasks".to_owned(), ""),
    };
    let way = if shut.iter().any(|shut| shut.inbound) { "in" } else { "out" };
    let summary = format!(
        "{} {} can't reach {which} of {}: no rule lets {way} {}",
        words.what,
        sender(first.sender),
        party.name(),
        list(&flows),
    );
    let groups = shut.iter().flat_map(|shut| &shut.outfit);
    let remedy = format!("{}{hint} {NOT_JUDGED}", to_add.join(" "));
    let draft = start(words.rule, summary).party(party).target_group(&passage.group.arn).security_groups(groups);
    let draft = draft.subject(list(&flows)).remedy(&remedy).evidence("shut_out", Some(flows));
    let draft = draft.evidence("rules_to_add", Some(to_add)).evidence("tasks", Some(format!("{blocked} of {all}")));
    let example = first.wearers.first().map(|wearer| wearer.task.arn.id().to_owned());
    let balancer = first.sender.balancer;
    let theirs: Vec<String> = balancer.groups().iter().map(ToString::to_string).collect();
    let draft = draft.evidence("task", example).evidence("balancer", Some(balancer.arn.to_string()));
    Ok(Some(draft.evidence("balancer_security_groups", Some(theirs)).done()))
}

fn tasks(shut: &[Shut<'_, '_>]) -> usize {
    shut.iter().flat_map(|shut| &shut.wearers).map(|wearer| &wearer.interface.id).collect::<BTreeSet<_>>().len()
}
