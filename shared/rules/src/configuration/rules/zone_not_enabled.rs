//! Tasks in a zone that the balancer doesn't serve.

use std::collections::{BTreeMap, BTreeSet};

use model::ec2::RouteTable;
use model::ecs::DeploymentController;
use model::elb::{BalancerZone, CrossZone, LoadBalancer, Scheme, TargetGroup, TargetType};
use model::finding::{Finding, Severity};
use model::fix::Fix;
use model::id::SubnetId;
use model::observation::{Gap, Lookup};
use model::policy::Policy;

use crate::configuration::subject::{NamedGroup, Subject};
use crate::finding::start;
use crate::fix::{AwsCommand, fix, string, update_network};
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
    let balancers: Vec<&LoadBalancer> = balancers.into_iter().flatten().collect();
    let fixes = fixes(lookup, subject, &balancers, &outside)?;
    let subnets: Vec<String> = outside.iter().map(|(zone, subnet)| format!("{subnet} in {zone}")).collect();
    let draft = start(&RULE, summary).service(&subject.id, subject.service).target_group(named.arn).subject(zones);
    let enabled: Vec<&str> = enabled.into_iter().collect();
    Ok(Some(draft.fixes(fixes).evidence("subnets", Some(subnets)).evidence("enabled_zones", Some(enabled)).done()))
}

/// What would do: a subnet of the balancer's in each of these zones, or no task there.
fn fixes<'a>(
    lookup: &Lookup<'a>,
    subject: &Subject<'a>,
    balancers: &[&LoadBalancer],
    outside: &[(&str, &SubnetId)],
) -> Result<Vec<Fix>, Gap<'a>> {
    let mut fixes = Vec::new();
    for balancer in balancers {
        let subnets = match subnets_to_add(lookup, balancer, outside) {
            Err(Gap::Unread(_)) => None,
            subnets => subnets?,
        };
        fixes.push(enabling(balancer, outside, subnets));
    }
    fixes.extend(leaving(subject, outside));
    Ok(fixes)
}

/// A subnet in each of the zones that the balancer can have beside its own. SetSubnets takes "the IDs of the public
/// subnets", "with their existing configurations" (Elastic Load Balancing API reference): an elastic address by its allocation again, which isn't known here: then none is named.
fn subnets_to_add<'a>(
    lookup: &Lookup<'a>,
    balancer: &LoadBalancer,
    outside: &[(&str, &SubnetId)],
) -> Result<Option<BTreeMap<String, SubnetId>>, Gap<'a>> {
    let is_fixed = |zone: &BalancerZone| !zone.addresses.is_empty() || !zone.public_addresses.is_empty();
    let Some(vpc) = balancer.vpc.as_ref().filter(|_| !balancer.zones.iter().any(is_fixed)) else { return Ok(None) };
    // One subnet in each zone.
    let of_service = || outside.iter().map(|(zone, subnet)| ((*zone).to_owned(), (*subnet).clone())).collect();
    if balancer.scheme == Scheme::Internal {
        return Ok(Some(of_service()));
    }
    let (subnets, tables) = (lookup.subnets(vpc), lookup.route_tables(vpc));
    let (subnets, tables) = (subnets?, tables?);
    let is_public = |id: &SubnetId| RouteTable::of_subnet(tables, id).is_some_and(RouteTable::leads_to_the_internet);
    let public_in = |zone: &str| {
        let here = subnets.iter().filter(|subnet| subnet.zone.as_deref() == Some(zone) && is_public(&subnet.id));
        here.min_by_key(|subnet| (!outside.iter().any(|(_, id)| **id == subnet.id), &subnet.id))
    };
    let zones: BTreeSet<&str> = outside.iter().map(|(zone, _)| *zone).collect();
    Ok(zones.into_iter().map(|zone| Some((zone.to_owned(), public_in(zone)?.id.clone()))).collect())
}

/// Giving the balancer a subnet in each of these zones, beside those it has.
fn enabling(balancer: &LoadBalancer, outside: &[(&str, &SubnetId)], more: Option<BTreeMap<String, SubnetId>>) -> Fix {
    let arn = &balancer.arn;
    let zones: BTreeSet<&str> = outside.iter().map(|(zone, _)| *zone).collect();
    let zones = zones.into_iter().collect::<Vec<_>>().join(", ");
    let has: Option<Vec<&SubnetId>> = balancer.zones.iter().map(|zone| zone.subnet.as_ref()).collect();
    let title = format!("Enable {zones} on Network Load Balancer {}", arn.name());
    let (Some(has), Some(more)) = (has, more) else {
        let note = "Choose a subnet in each zone, a public one if the load balancer is internet-facing, and name it to SetSubnets with those that \
             the load balancer has; one with elastic IP addresses wants subnet mappings that name every allocation ID again.";
        return fix(title, note).at_load_balancer(arn).done();
    };
    let all: Vec<&SubnetId> = has.into_iter().chain(more.values()).collect();
    let listed = all.iter().map(|subnet| string(subnet.as_str())).collect::<Vec<_>>().join(", ");
    let enabling = fix(
        title,
        "It adds a node of the load balancer in each zone, and its name resolves to that as well. First let the new node in \
         where the tasks' security groups or network ACLs let in the load balancer by its subnets.",
    );
    let command =
        AwsCommand::new(arn.region(), "elbv2", "set-subnets").arg("load-balancer-arn", arn).args("subnets", all);
    enabling.command(command).terraform(format!("# in the aws_lb\nsubnets = [{listed}]\n")).at_load_balancer(arn).done()
}

/// Taking the subnets of these zones from the service.
fn leaving(subject: &Subject<'_>, outside: &[(&str, &SubnetId)]) -> Option<Fix> {
    let (service, id) = (subject.service, &subject.id);
    let network = service.network.as_ref().filter(|_| service.controller == DeploymentController::Ecs)?;
    let is_outside = |subnet: &&SubnetId| outside.iter().any(|(_, id)| id == subnet);
    let rest: Vec<&SubnetId> = network.subnets.iter().filter(|subnet| !is_outside(subnet)).collect();
    if rest.is_empty() {
        return None;
    }
    let title = format!("Or start tasks of {id} only where the load balancer is enabled");
    let note =
        format!("It starts a deployment that replaces every task of {id}; they are spread over fewer zones then.");
    let listed = rest.iter().map(|subnet| string(subnet.as_str())).collect::<Vec<_>>().join(", ");
    let text = format!("# in the network_configuration of the aws_ecs_service\nsubnets = [{listed}]\n");
    let command =
        update_network(id, rest.iter().copied(), &network.security_groups, network.assign_public_ip.as_deref());
    Some(fix(title, note).command(command).terraform(text).at_service(id).done())
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
