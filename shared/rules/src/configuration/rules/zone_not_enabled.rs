//! Tasks in a zone that the balancer doesn't serve.

use std::collections::{BTreeMap, BTreeSet};

use model::elb::{CrossZone, LoadBalancer, TargetGroup, TargetType};
use model::finding::{Finding, Severity};
use model::fix::Fix;
use model::id::SubnetId;
use model::observation::{Gap, Lookup};
use model::policy::Policy;

use crate::configuration::subject::{NamedGroup, Subject};
use crate::finding::start;
use crate::fix::{AwsCommand, fix, string};
use crate::judgement::Judgement;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "zone-not-enabled",
    severity: Severity::Medium,
    title: "Tasks in some zones get no traffic: the load balancer isn't enabled there",
    explanation: "A Network Load Balancer has a node in each Availability Zone that is enabled for it, and with cross-zone load \
        balancing off (its default) each node sends only to the targets in its own zone. The service's subnets reach into a zone \
        without a node: tasks that ECS starts there are registered, but stay `unused` and get no traffic and no health \
        checks, though ECS counts them as running.",
    remedy: "Enable the zone on the load balancer by giving it a subnet there, and force a new deployment so that ECS spreads the \
        tasks over all zones; or remove the subnets of that zone from the service's network configuration.",
    repair: "none",
};

pub(crate) fn judge(lookup: &Lookup<'_>, _: &Policy, subject: &Subject<'_>, judgement: &mut Judgement) {
    for (named, group) in subject.network_groups().filter(|(_, group)| group.target_type == TargetType::Ip) {
        let found = judgement.keep(|| subject.unit(), finding(lookup, subject, named, group));
        judgement.findings.extend(found.flatten());
    }
}

fn finding<'a>(
    lookup: &Lookup<'a>,
    subject: &Subject<'a>,
    named: &NamedGroup<'a>,
    group: &'a TargetGroup,
) -> Result<Option<Finding>, Gap<'a>> {
    let Some(vpc) = group.vpc.as_ref().filter(|_| !group.load_balancers.is_empty()) else { return Ok(None) };
    let (balancers, subnets) =
        (group.load_balancers.iter().map(|arn| lookup.load_balancer(arn)).collect::<Vec<_>>(), lookup.subnets(vpc));
    let balancers = balancers.into_iter().collect::<Result<Vec<_>, _>>()?;
    let enabled: BTreeSet<&str> =
        balancers.iter().flatten().flat_map(|one| &one.zones).map(|zone| zone.name.as_str()).collect();
    let used = named.entries.iter().filter_map(|entry| entry.source.network).flat_map(|network| &network.subnets);
    let used: BTreeSet<_> = used.collect();
    // Subnets of another VPC aren't among these: targets there are served from every zone.
    let subnets = subnets?.iter().filter(|subnet| used.contains(&subnet.id));
    let outside: Vec<_> = subnets
        .filter_map(|subnet| Some((subnet.zone.as_deref()?, &subnet.id)))
        .filter(|(zone, _)| !enabled.contains(zone))
        .collect();
    if outside.is_empty() || enabled.is_empty() || crosses_zones(lookup, group)? {
        return Ok(None);
    }
    let zones: BTreeSet<&str> = outside.iter().map(|(zone, _)| *zone).collect();
    let zones = zones.into_iter().collect::<Vec<_>>().join(", ");
    let balancer = group.load_balancers.first().map(|arn| arn.name()).unwrap_or_default();
    let summary = format!(
        "Tasks that {} starts in {zones} get no traffic: Network Load Balancer {balancer} isn't enabled there",
        subject.id
    );
    let fixes: Vec<Fix> = balancers.iter().flatten().filter_map(|balancer| enabling(balancer, &outside)).collect();
    let subnets: Vec<String> = outside.iter().map(|(zone, subnet)| format!("{subnet} in {zone}")).collect();
    let draft = start(&RULE, summary).service(&subject.id, subject.service).target_group(named.arn).subject(zones);
    let enabled: Vec<&str> = enabled.into_iter().collect();
    Ok(Some(draft.fixes(fixes).evidence("subnets", Some(subnets)).evidence("enabled_zones", Some(enabled)).done()))
}

/// Giving the balancer a subnet in each of these zones, beside those it has.
fn enabling(balancer: &LoadBalancer, outside: &[(&str, &SubnetId)]) -> Option<Fix> {
    let has: Option<Vec<&SubnetId>> = balancer.zones.iter().map(|zone| zone.subnet.as_ref()).collect();
    // One subnet in each zone.
    let more: BTreeMap<&str, &SubnetId> = outside.iter().copied().collect();
    let arn = &balancer.arn;
    let all: Vec<&SubnetId> = has?.into_iter().chain(more.values().copied()).collect();
    let listed = all.iter().map(|subnet| string(subnet.as_str())).collect::<Vec<_>>().join(", ");
    let zones = more.keys().copied().collect::<Vec<_>>().join(", ");
    let enabling = fix(
        format!("Enable {zones} on Network Load Balancer {}", arn.name()),
        "Safe now: it adds a node of the load balancer in each zone, and its name resolves to that as well. Zones it has keep \
         their subnets.",
    );
    let command =
        AwsCommand::new(arn.region(), "elbv2", "set-subnets").arg("load-balancer-arn", arn).args("subnets", all);
    Some(enabling.command(command).terraform(format!("# in the aws_lb\nsubnets = [{listed}]\n")).done())
}

/// Do targets get traffic from other zones than their own? The group's word, or else its balancers'.
pub(crate) fn crosses_zones<'a>(lookup: &Lookup<'a>, group: &'a TargetGroup) -> Result<bool, Gap<'a>> {
    let attributes = lookup.target_group_attributes(&group.arn)?;
    match attributes.map(|attributes| attributes.cross_zone).unwrap_or_default() {
        CrossZone::On => Ok(true),
        CrossZone::Off => Ok(false),
        CrossZone::OfBalancer => {
            let answers: Vec<_> = group.load_balancers.iter().map(|arn| lookup.load_balancer_attributes(arn)).collect();
            let answers = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
            Ok(answers.into_iter().flatten().any(|attributes| attributes.cross_zone == Some(true)))
        }
    }
}
