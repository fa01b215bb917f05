//! A zone of the balancer in which a group has no healthy target.

use std::collections::BTreeMap;

use model::ec2::Subnet;
use model::elb::{TargetGroup, TargetHealth, TargetState};
use model::finding::{Finding, Severity};
use model::fix::Fix;
use model::id::{LoadBalancerArn, TargetGroupArn};
use model::observation::{Gap, Lookup};

use crate::configuration::crosses_zones;
use crate::fix::attribute_fix;
use crate::judgement::Judgement;
use crate::path::served_balancer::{ServedBalancer, ServedGroup, in_words};
use crate::registration::account_users;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "zone-without-targets",
    severity: Severity::Low,
    title: "A zone of the load balancer has no healthy target",
    explanation: "Cross-zone load balancing is off for the target group, so the load balancer's node in each enabled Availability \
        Zone sends only to targets of its own zone, and in this zone the group has none that is healthy (or fewer than its DNS \
        failover attributes ask for). AWS then takes the node's address out of DNS, for every target group of the load \
        balancer (\"Target group health\" in the guide to Network Load Balancers, and \"How do Elastic Load Balancing DNS and \
        traffic flow work\" in AWS's knowledge center): the others lose the zone as well, and clients that keep the address, \
        as they do with static ones, get no answer there. It is medium where another group has healthy targets in the zone. \
        Not judged while a deployment of a service that uses the group is in flight or the service isn't at its desired \
        count, where its services want fewer tasks than the load balancer has zones, where a zonal shift moves traffic away, and \
        where no target of the group is healthy anywhere, which target-group-empty says.",
    remedy: "Give the service subnets in the zone, turn on cross-zone load balancing for the target group or the load balancer (once \
        the tasks let in the nodes of every zone), or don't enable the zone for the load balancer.",
    repair: "none",
};

/// What a group has in each zone.
#[derive(Default)]
struct InZone {
    healthy: usize,
    registered: usize,
    /// Not yet healthy, or kept from traffic on purpose.
    undecided: usize,
}

pub(crate) fn judge<'a>(lookup: &Lookup<'a>, served: &ServedBalancer<'a>, judgement: &mut Judgement) {
    let mut lacking: BTreeMap<&'a str, Vec<&ServedGroup<'a>>> = BTreeMap::new();
    for group in served.groups.values() {
        let zones = judgement.keep(|| served.unit(), zones_without(lookup, served, group));
        zones.into_iter().flatten().for_each(|zone| lacking.entry(zone).or_default().push(group));
    }
    for (zone, groups) in lacking {
        let found = judgement.keep(|| served.unit(), finding(lookup, served, zone, &groups));
        judgement.findings.extend(found);
    }
}

/// The zones of the balancer in which the group lacks healthy targets, if it should have some in each.
fn zones_without<'a>(
    lookup: &Lookup<'a>,
    served: &ServedBalancer<'a>,
    group: &ServedGroup<'a>,
) -> Result<Vec<&'a str>, Gap<'a>> {
    let enabled = &served.balancer.zones;
    let wanted = group.users.iter().map(|(_, service)| service.desired_count).fold(0, u32::saturating_add);
    if enabled.len() < 2 || usize::try_from(wanted).is_ok_and(|wanted| wanted < enabled.len()) {
        return Ok(Vec::new());
    }
    let Some(by_zone) = by_zone(lookup, group.group)? else { return Ok(Vec::new()) };
    if !by_zone.values().any(|zone| zone.healthy > 0) {
        return Ok(Vec::new());
    }
    let is_without = |zone: &&str| by_zone.get(*zone).is_none_or(|zone| zone.healthy == 0 && zone.undecided == 0);
    let suspected: Vec<&str> = enabled.iter().map(|zone| zone.name.as_str()).collect();
    let minimum = lookup.target_group_attributes(&group.group.arn)?.map(|all| all.dns_failover).unwrap_or_default();
    let is_short = |zone: &&str| {
        let there = by_zone.get(*zone);
        there.is_some_and(|zone| zone.undecided == 0 && !minimum.is_met_by(zone.healthy, zone.registered))
    };
    let without: Vec<&str> = suspected.into_iter().filter(|zone| is_without(zone) || is_short(zone)).collect();
    if without.is_empty() || crosses_zones(lookup, group.group)? {
        return Ok(Vec::new());
    }
    let users = account_users(lookup, &group.group.arn)?;
    let at_rest = users.iter().all(|(_, service)| service.is_steady());
    Ok(if at_rest { without } else { Vec::new() })
}

/// What a group has in each zone; `None` if the zone of a target isn't known, or it is served from every zone.
fn by_zone<'a>(lookup: &Lookup<'a>, group: &'a TargetGroup) -> Result<Option<BTreeMap<&'a str, InZone>>, Gap<'a>> {
    let Some(vpc) = &group.vpc else { return Ok(None) };
    let (health, subnets) = (lookup.target_health(&group.arn), lookup.subnets(vpc));
    let (health, subnets) = (health?.unwrap_or_default(), subnets?);
    let mut zones: BTreeMap<&str, InZone> = BTreeMap::new();
    for one in health.iter().filter(|one| one.is_in_place()) {
        let Some(zone) = zone_of(one, subnets) else { return Ok(None) };
        let zone = zones.entry(zone).or_default();
        zone.registered += 1;
        match one.state {
            _ if one.is_shifted_away => zone.undecided += 1,
            TargetState::Healthy => zone.healthy += 1,
            TargetState::Unhealthy | TargetState::UnhealthyDraining | TargetState::Unused => {}
            _ => zone.undecided += 1,
        }
    }
    Ok(Some(zones))
}

fn zone_of<'a>(one: &TargetHealth, subnets: &'a [Subnet]) -> Option<&'a str> {
    subnets.iter().find(|subnet| subnet.contains(one.target.ip))?.zone.as_deref()
}

fn finding<'a>(
    lookup: &Lookup<'a>,
    served: &ServedBalancer<'a>,
    zone: &str,
    groups: &[&ServedGroup<'a>],
) -> Result<Finding, Gap<'a>> {
    let lacking: Vec<&TargetGroupArn> = groups.iter().map(|one| &one.group.arn).collect();
    let losers = losers(lookup, &served.balancer.arn, zone, &lacking)?;
    let names: Vec<&str> = lacking.iter().map(|arn| arn.name()).collect();
    let mut users: Vec<_> = groups.iter().flat_map(|one| one.users.iter().map(|(id, _)| id)).collect();
    users.sort();
    users.dedup();
    let services = in_words(&users);
    let lost = match losers.as_slice() {
        [] => String::new(),
        [one] => format!("; {one} loses the zone by it"),
        many => format!("; {} other target groups lose the zone by it", many.len()),
    };
    let summary = format!(
        "{} drops out of DNS in {zone}: {services} has no healthy target there in {}, and cross-zone load balancing is off{lost}",
        served.name(),
        names.join(", ")
    );
    let severity = if losers.is_empty() { RULE.severity } else { Severity::Medium };
    let draft = crate::finding::start(&RULE, summary).severity(severity).load_balancer(&served.balancer.arn).zone(zone);
    let draft = match groups {
        [one] => draft.target_group(&one.group.arn),
        _ => draft,
    };
    let fixes = groups.iter().map(|one| crossing(one.group)).collect();
    let there: Vec<_> = groups.iter().map(|one| by_zone(lookup, one.group)).collect();
    let there = there.into_iter().collect::<Result<Vec<_>, _>>()?;
    let registered: usize =
        there.iter().flatten().filter_map(|zones| zones.get(zone)).map(|zone| zone.registered).sum();
    let draft = draft.evidence("registered_targets", Some(registered));
    let draft = draft.fixes(fixes).users(users).evidence("target_groups", Some(names)).subject(services);
    Ok(draft.evidence("also_lost_by", (!losers.is_empty()).then_some(losers)).done())
}

fn crossing(group: &TargetGroup) -> Fix {
    let title = format!("Turn on cross-zone load balancing for target group {}", group.arn.name());
    let note = "Every node sends to the targets of all zones from then on: see first that the tasks' security groups and network ACLs let \
        in the nodes of every zone. Traffic between zones is charged, and the quota of targets is of the group as a whole then.";
    let (key, argument) = ("load_balancing.cross_zone.enabled", "load_balancing_cross_zone_enabled");
    attribute_fix(&group.arn, (key, "true"), argument, (title, note))
}

/// Other groups on the balancer that have healthy targets in the zone, by name.
fn losers<'a>(
    lookup: &Lookup<'a>,
    balancer: &LoadBalancerArn,
    zone: &str,
    lacking: &[&TargetGroupArn],
) -> Result<Vec<&'a str>, Gap<'a>> {
    let groups: Vec<_> = lookup.target_groups()?.iter().map(|arn| lookup.target_group(arn)).collect();
    let groups = groups.into_iter().collect::<Result<Vec<_>, _>>()?;
    let others = groups
        .into_iter()
        .flatten()
        .filter(|group| group.load_balancers.contains(balancer) && !lacking.contains(&&group.arn));
    let others: Vec<_> = others.map(|group| Ok((group, by_zone(lookup, group)?))).collect();
    let others = others.into_iter().collect::<Result<Vec<_>, Gap<'a>>>()?;
    let has_healthy = |zones: &BTreeMap<&str, InZone>| zones.get(zone).is_some_and(|zone| zone.healthy > 0);
    let loses = others.into_iter().filter(|(_, zones)| zones.as_ref().is_some_and(has_healthy));
    Ok(loses.map(|(group, _)| group.arn.name()).collect())
}
