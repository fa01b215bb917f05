//! What doesn't pass from a balancer to the tasks of a service: the judgement that two rules put into words.

use std::collections::BTreeSet;

use model::finding::{Finding, Grouping, Severity};
use model::id::TargetGroupArn;
use model::observation::{Gap, Lookup, Unread, UnreadKind};
use model::scope::Unit;

use super::balancer::Purpose;
use super::checked_interfaces::ServiceTasks;
use super::own_group::to_declare;
use super::reachability::{BlockedTasks, Reachability, ReachabilityOutcome, reachabilities};
use super::rules::{ingress_health_check_blocked, ingress_traffic_blocked};
use super::suggested_rule::{list, sender, suggested_rules};
use crate::finding::start;
use crate::judgement::Judgement;
use crate::rule::Rule;
use crate::wanted::Wanted;

/// The rules made from it.
pub(crate) const RULES: &[&Rule] = &[&ingress_traffic_blocked::RULE, &ingress_health_check_blocked::RULE];

/// What sets them apart is as likely the fault as what shuts them out.
const OTHERS: &str = " The service's other tasks are reached: look first at why these have other security groups, or addresses \
    that the balancer may not send to.";

const OTHER_ZONES: &str = " The service's other tasks are reached: without cross-zone load balancing only the node in a task's own \
    zone sends to it.";

const NOT_YET: &str = "Not before you know why these tasks aren't reached while others are: somebody may have shut them off on purpose. It \
    takes effect at once.";

/// How a rule says it.
pub(crate) struct Words {
    /// The rule.
    pub(crate) rule: &'static Rule,
    /// What it is about.
    pub(crate) purpose: Purpose,
    /// What doesn't pass, up to the balancer's name.
    pub(crate) what: &'static str,
    /// What that means for the tasks.
    pub(crate) lost: &'static str,
    /// The same where only some nodes are shut out.
    pub(crate) lost_in_part: &'static str,
    /// The finding's title.
    pub(crate) title: &'static str,
}

/// Judges every target group that the service's tasks serve through.
pub(crate) fn judge<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
    wanted: Wanted<'_>,
    judgement: &mut Judgement,
) {
    for (arn, reachability) in reachabilities(lookup, service_tasks) {
        let about = || Unit::TargetGroup(arn.clone());
        let Some(reachability) = judgement.keep(about, reachability).flatten() else { continue };
        let mut blocked = |words: &Words| {
            let outcome = wanted.has(words.rule.slug).then(|| match words.purpose {
                Purpose::PrivateLink => reachability.blocked_private_link(lookup),
                purpose => reachability.blocked(lookup, purpose),
            })?;
            let ReachabilityOutcome { blocked, doubts } = judgement.keep(about, outcome)?;
            doubts.into_iter().for_each(|doubt| judgement.abstain(about(), Gap::Unread(&undecided(&arn, doubt))));
            judgement.keep(about, finding(lookup, service_tasks, &reachability, &blocked, words)).flatten()
        };
        let (traffic, health) =
            (blocked(&ingress_traffic_blocked::WORDS), blocked(&ingress_health_check_blocked::WORDS));
        let private_link = traffic.is_none().then(|| blocked(&ingress_traffic_blocked::OF_PRIVATE_LINK)).flatten();
        // A rule that lets the one in lets the other in as well: it is said once, of what is the worst.
        let mut said: Vec<serde_json::Value> = Vec::new();
        for finding in [traffic, health, private_link].into_iter().flatten() {
            let rules = to_add(&finding);
            if said.is_empty() || rules.iter().any(|rule| !said.contains(rule)) {
                said.extend_from_slice(rules);
                judgement.findings.push(finding);
            }
        }
    }
}

/// Everything was read, and still it can't be resolved. Asking again won't help.
fn undecided(group: &TargetGroupArn, why: String) -> Unread {
    Unread::beyond_answers(UnreadKind::Undecidable, "ec2:DescribeSecurityGroups", group.to_string(), why)
}

fn to_add(finding: &Finding) -> &[serde_json::Value] {
    finding.evidence.get("rules_to_add").and_then(serde_json::Value::as_array).map_or(&[], Vec::as_slice)
}

fn finding<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
    reachability: &Reachability<'a, '_>,
    blocked: &[BlockedTasks<'a, '_>],
    words: &Words,
) -> Result<Option<Finding>, Gap<'a>> {
    // What no node reaches is worse than what some nodes don't.
    let is_whole = |one: &&BlockedTasks<'a, '_>| one.from_zones.is_empty();
    let some_whole = blocked.iter().any(|one| is_whole(&one));
    let blocked: Vec<&BlockedTasks<'a, '_>> = blocked.iter().filter(|one| !some_whole || is_whole(one)).collect();
    let Some(first) = blocked.first() else { return Ok(None) };
    let (mut to_add, mut fixes, mut in_new_group) = (Vec::new(), Vec::new(), false);
    let mut suggestions = Vec::new();
    for blocked in &blocked {
        suggestions.push(suggested_rules(lookup, service_tasks, blocked, words.purpose));
        // Otherwise clients of an endpoint service would be left out by the rule that lets in all others.
        if words.purpose == Purpose::Traffic && blocked.inbound && blocked.sender.has_clients_apart(lookup)?.is_some() {
            let inbound = BlockedTasks { outbound: false, ..(*blocked).clone() };
            suggestions.push(suggested_rules(lookup, service_tasks, &inbound, Purpose::PrivateLink));
        }
    }
    for suggested in suggestions {
        let suggested = suggested?;
        to_add.extend(suggested.sentences);
        fixes.extend(suggested.fixes);
        in_new_group |= suggested.in_new_group;
    }
    let mut seen = BTreeSet::new();
    to_add.retain(|suggested_rule| seen.insert(suggested_rule.clone()));
    fixes.dedup();
    let (unreached, all) = (tasks(&blocked), reachability.group_sets.values().map(Vec::len).sum::<usize>());
    let flows: BTreeSet<String> = blocked.iter().map(|blocked| blocked.flow.to_string()).collect();
    let flows: Vec<String> = flows.into_iter().collect();
    let is_like_others = blocked.iter().all(|one| has_others(reachability, one));
    let (which, hint) = match unreached < all {
        true if is_like_others => (format!("{unreached} of {all} tasks"), OTHER_ZONES),
        true => (format!("{unreached} of {all} tasks"), OTHERS),
        false => ("Tasks".to_owned(), ""),
    };
    if unreached < all && !is_like_others {
        fixes.iter_mut().for_each(|fix| NOT_YET.clone_into(&mut fix.note));
    }
    let direction = if blocked.iter().any(|blocked| blocked.inbound) { "in" } else { "out" };
    let zones: BTreeSet<&str> = blocked.iter().flat_map(|one| &one.from_zones).map(String::as_str).collect();
    let zones: Vec<&str> = zones.into_iter().collect();
    let (lost, nodes) = match zones.is_empty() {
        true => (words.lost, String::new()),
        false => (words.lost_in_part, format!(" in {}", zones.join(", "))),
    };
    let is_private_link = words.purpose == Purpose::PrivateLink;
    let through = is_private_link.then_some("PrivateLink");
    let severity = match is_private_link {
        true => first.sender.has_clients_apart(lookup)?.unwrap_or(Severity::Low),
        false => words.rule.severity,
    };
    let summary = format!(
        "{which} of {} {lost}: no security group rule lets {direction} {} {}{nodes} ({})",
        service_tasks.name(),
        words.what,
        sender(first.sender),
        list(&flows),
    );
    let ids: BTreeSet<&str> = blocked.iter().flat_map(|blocked| &blocked.group_set).map(|id| id.as_str()).collect();
    let cause = list(&ids.into_iter().collect::<Vec<_>>());
    let of_what = if is_private_link { "not all" } else { "nothing" };
    let grouping = Grouping {
        what: format!(
            "services {}: security group {cause} lets {direction} {of_what} that is needed",
            words.lost.replace("get", "have tasks that get").replace("stay", "have tasks that stay")
        ),
        cause: through.map_or_else(|| cause.clone(), |through| format!("{cause} through {through}")),
        of: None,
    };
    let groups = blocked.iter().flat_map(|blocked| &blocked.group_set);
    let (to_declare, holds) = match in_new_group {
        true => (format!(" {}", to_declare(lookup, service_tasks)), String::new()),
        false => (String::new(), format!(" {}", words.rule.remedy)),
    };
    let remedy = format!("{}{to_declare}{hint}{holds}", to_add.join(" "));
    let draft = start(words.rule, summary)
        .severity(severity)
        .titled(words.title)
        .service_tasks(service_tasks)
        .target_group(&reachability.group.arn)
        .security_groups(groups);
    let draft = draft
        .grouped(grouping)
        .loses_traffic(if zones.is_empty() && !is_private_link { unreached } else { 0 })
        .fixes(fixes);
    let subject = through.map_or_else(|| list(&flows), |through| format!("{} through {through}", list(&flows)));
    let draft = draft.evidence("zones", (!zones.is_empty()).then_some(zones));
    let draft =
        draft.subject(subject).remedy_instead(remedy).evidence("through", through).evidence("shut_out", Some(flows));
    let draft = draft.evidence("rules_to_add", Some(to_add)).evidence("tasks", Some(format!("{unreached} of {all}")));
    let example = first.checked_interfaces.first().map(|checked| checked.task.arn.id().to_owned());
    let balancer = first.sender.balancer;
    let theirs: Vec<String> = balancer.groups().iter().map(ToString::to_string).collect();
    let draft = draft.evidence("task", example).evidence("balancer", Some(balancer.arn.to_string()));
    Ok(Some(draft.evidence("balancer_security_groups", Some(theirs)).done()))
}

/// Are there tasks with the same security groups that are reached?
fn has_others(reachability: &Reachability<'_, '_>, blocked: &BlockedTasks<'_, '_>) -> bool {
    let alike = reachability.group_sets.get(&blocked.group_set).map_or(0, Vec::len);
    blocked.checked_interfaces.len() < alike
}

fn tasks(blocked: &[&BlockedTasks<'_, '_>]) -> usize {
    blocked
        .iter()
        .flat_map(|blocked| &blocked.checked_interfaces)
        .map(|checked| &checked.interface.id)
        .collect::<BTreeSet<_>>()
        .len()
}
