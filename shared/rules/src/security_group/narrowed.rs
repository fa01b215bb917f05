//! What takes the place of a rule that is open to the world, so that nothing the balancer sends is blocked.

use std::collections::BTreeSet;

use model::ec2::{Peer, SecurityGroup, SecurityGroupRule};
use model::fix::Fix;
use model::observation::{Gap, Lookup};

use super::balancer::{Groups, Purpose, groups};
use super::checked_interfaces::ServiceTasks;
use super::own_group::{new_group, of_others, to_declare};
use super::path::inbound;
use super::reach::Admission;
use super::reachability::reachabilities;
use super::suggested_rule::{RuleToAdd, called, inbound_rule};
use crate::fix::{Direction, authorize, fix, revoke};

/// What to do about open rules: in sentences, and as commands where the groups are the service's own and all sources are known.
pub(crate) struct Narrowed {
    pub(crate) remedy: String,
    pub(crate) fix: Option<Fix>,
}

/// What to do about rules that are open to the world, by their groups: first what is still needed is let in by rules of its own,
/// then the open rules go. A group that others have keeps its rules; the service gets one of its own in its place.
pub(crate) fn narrowed<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
    open: &[(&'a SecurityGroup, &'a SecurityGroupRule)],
    line: impl Fn(&SecurityGroupRule) -> String,
) -> Result<Narrowed, Gap<'a>> {
    let others = match of_others(lookup, service_tasks) {
        Err(Gap::Unread(_)) => None,
        others => Some(others?),
    };
    let is_own = |group: &SecurityGroup| {
        let is_others = others.as_ref().is_none_or(|others| others.contains(&group.id));
        !is_others && !group.is_default() && group.owner.as_ref() == Some(&lookup.observation().account)
    };
    let (own, shared): (Vec<_>, Vec<_>) = open.iter().partition(|(group, _)| is_own(group));
    let place = match own.first() {
        Some((group, _)) => called(lookup, &group.id),
        None => new_group(service_tasks),
    };
    let needed = still_needed(lookup, service_tasks, open, &place, own.is_empty())?;
    let fix = closing(lookup, &own, &needed);
    let mut sentences: Vec<String> = needed.into_iter().map(|one| one.sentence).collect();
    for (group, rule) in &own {
        sentences.push(format!("Remove the inbound rule from {}: {}.", called(lookup, &group.id), line(rule)));
    }
    let shared: BTreeSet<String> = shared.iter().map(|(group, _)| called(lookup, &group.id)).collect();
    if own.is_empty() {
        sentences.push(to_declare(lookup, service_tasks));
    }
    for group in shared {
        sentences.push(format!(
            "Remove {group} from the network configuration of {}: others have it too, or may have, so its rules stay as they are. \
             What else of them the service needs goes into its own group.",
            service_tasks.name()
        ));
    }
    Ok(Narrowed { remedy: sentences.join(" "), fix })
}

/// Letting in what is still needed by the first of the groups, then removing the open rules.
fn closing(lookup: &Lookup<'_>, own: &[(&SecurityGroup, &SecurityGroupRule)], needed: &[RuleToAdd]) -> Option<Fix> {
    let (place, _) = own.first()?;
    let needed: Vec<&SecurityGroupRule> = needed.iter().map(|one| one.rule.as_ref()).collect::<Option<_>>()?;
    let observation = lookup.observation();
    let region = observation.region.as_str();
    let groups: BTreeSet<String> = own.iter().map(|(group, _)| called(lookup, &group.id)).collect();
    let groups = groups.into_iter().collect::<Vec<_>>().join(" and ");
    let rules = if own.len() == 1 { "rule" } else { "rules" };
    let (title, there) = match needed.is_empty() {
        true => (format!("Remove the open {rules} from security group {groups}"), "other rules let that in"),
        false => (
            format!(
                "Let in what the load balancer sends by rules of its own, then remove the open {rules} from security group {groups}"
            ),
            "the first commands let that in",
        ),
    };
    let note = format!(
        "Safe for what the load balancer sends: {there}. Whatever else reaches the tasks, or others that have the group, by the \
         open {rules} alone is blocked at once."
    );
    let draft = fix(title, note).at_security_group(&observation.region, &place.id);
    let add = |rule: &&SecurityGroupRule| authorize(region, Direction::In, &place.id, rule);
    let draft = needed.iter().map(add).fold(draft, |draft, command| draft.command(command));
    let remove = |(group, rule): &(&SecurityGroup, &SecurityGroupRule)| revoke(region, &group.id, &of_ranges(rule));
    Some(own.iter().map(remove).fold(draft, |draft, command| draft.command(command)).done())
}

/// What the rule lets in by addresses.
pub(crate) fn of_ranges(rule: &SecurityGroupRule) -> SecurityGroupRule {
    let peers = rule.peers.iter().filter(|peer| matches!(peer, Peer::Range(_))).cloned().collect();
    SecurityGroupRule { peers, ..rule.clone() }
}

/// The rules without which traffic or health checks would be shut out once the open ones are gone. One that is there already isn't
/// needed again, and AWS would refuse it. A group that is new has what the balancer sends let in, whether or not it was before.
pub(crate) fn still_needed<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
    open: &[(&'a SecurityGroup, &'a SecurityGroupRule)],
    place: &str,
    is_new: bool,
) -> Result<Vec<RuleToAdd>, Gap<'a>> {
    let mut needed = Vec::new();
    for (_, reachability) in reachabilities(lookup, service_tasks) {
        let Some(reachability) = reachability? else { continue };
        for (group_set, checked) in &reachability.group_sets {
            let Some(vpc) = checked.first().map(|checked| &checked.interface.vpc) else { continue };
            let actual = groups(lookup, group_set, Some(vpc))?;
            let rest: Vec<SecurityGroup> = actual.known.iter().map(|group| without(group, open)).collect();
            let rest = Groups { known: rest.iter().collect(), is_incomplete: actual.is_incomplete };
            for purpose in [Purpose::Traffic, Purpose::Health, Purpose::PrivateLink] {
                for flow in reachability.flows(purpose)? {
                    for sender in &reachability.senders {
                        if purpose == Purpose::PrivateLink && sender.has_clients_apart(lookup)?.is_none() {
                            continue;
                        }
                        let is_let_in = inbound(lookup, sender, &rest, &flow, purpose)?.verdict == Admission::Open;
                        let was_let_in = || inbound(lookup, sender, &actual, &flow, purpose);
                        if !is_let_in && (is_new || was_let_in()?.verdict == Admission::Open) {
                            needed.push(inbound_rule(lookup, place, *sender, purpose, &flow, vpc)?);
                        }
                    }
                }
            }
        }
    }
    let mut seen = BTreeSet::new();
    needed.retain(|one: &RuleToAdd| seen.insert(one.sentence.clone()));
    Ok(needed)
}

fn without(group: &SecurityGroup, open: &[(&SecurityGroup, &SecurityGroupRule)]) -> SecurityGroup {
    let is_open = |rule: &SecurityGroupRule| open.iter().any(|(of, one)| of.id == group.id && *one == rule);
    let ingress = group.ingress.iter().filter(|rule| !is_open(rule)).cloned().collect();
    SecurityGroup { ingress, ..group.clone() }
}
