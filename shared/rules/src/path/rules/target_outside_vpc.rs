//! Tasks in another VPC than the load balancer, with no route between them.

use ipnet::IpNet;
use model::ec2::{RouteTable, RouteTarget, Subnet};
use model::elb::{IpVersion, LoadBalancer};
use model::finding::{Finding, Severity};
use model::fix::Fix;
use model::id::{SubnetId, VpcId};
use model::observation::{Gap, Lookup};
use model::scope::Unit;

use crate::finding::start;
use crate::fix::{AwsCommand, LOOK, fix};
use crate::judgement::Judgement;
use crate::rule::Rule;
use crate::security_group::{CheckedInterface, Reachability, ServiceTasks, reachabilities};

pub(crate) const RULE: Rule = Rule {
    slug: "target-outside-vpc",
    severity: Severity::Medium,
    title: "Tasks are in another VPC than the load balancer, and no route leads there or back",
    explanation: "A target group of addresses may have targets outside its VPC, as long as the two VPCs are connected: by peering, a \
        transit gateway, a VPN or AWS Direct Connect (\"Target type\" in the guide to Network Load Balancers). Here the tasks are in \
        another VPC, and either none of the load balancer's subnets has a route to their addresses, or their own subnet has none \
        back: the most specific route is missing, a blackhole, or leads to an internet gateway, which carries nothing to \
        private addresses (\"Route tables\" in the Amazon VPC guide). A NAT gateway may lead to another VPC through a transit \
        gateway (\"NAT gateways\" there), so nothing is said of one. Both route tables were read; where one can't be, or has \
        routes to prefix lists, nothing is said.",
    remedy: "Add routes between the two VPCs to the route tables of both, over the peering connection or transit gateway that \
        connects them; or run the tasks in subnets of the load balancer's VPC.",
    repair: "none",
};

/// Judges the tasks of a service that are outside a balancer's VPC.
pub(crate) fn judge<'a>(lookup: &Lookup<'a>, tasks: &ServiceTasks<'a>, judgement: &mut Judgement) {
    // A balancer is in the VPC of its groups, and nearly always the tasks are, too.
    let vpcs = tasks.vpcs();
    if tasks.group_vpcs(lookup).into_iter().all(|vpc| vpcs == [vpc]) {
        return;
    }
    for (arn, reachability) in reachabilities(lookup, tasks) {
        let about = || Unit::TargetGroup(arn.clone());
        let Some(reachability) = judgement.keep(about, reachability).flatten() else { continue };
        let found = judgement.keep(about, finding(lookup, tasks, &reachability));
        judgement.findings.extend(found.flatten());
    }
}

fn finding<'a>(
    lookup: &Lookup<'a>,
    tasks: &ServiceTasks<'a>,
    reachability: &Reachability<'a, '_>,
) -> Result<Option<Finding>, Gap<'a>> {
    let (mut cut_off, mut all) = (Vec::new(), 0_usize);
    for checked in reachability.group_sets.values().flatten() {
        all += 1;
        for sender in &reachability.senders {
            let missing = missing_route(lookup, sender.balancer, checked, reachability.group.ip_version()?)?;
            cut_off.extend(missing.map(|way| (checked, sender.balancer, way)));
        }
    }
    let Some((first, balancer, way)) = cut_off.first() else { return Ok(None) };
    let of_balancer = balancer.vpc.as_ref().map(ToString::to_string).unwrap_or_default();
    let summary = format!(
        "{} of {all} tasks of {} get no traffic from {}: they are in {}, the load balancer in {of_balancer}, and no route leads {way}",
        cut_off.len(),
        tasks.name(),
        balancer.arn.name(),
        first.interface.vpc
    );
    let draft = start(&RULE, summary).service_tasks(tasks).target_group(&reachability.group.arn);
    let vpcs = [Some(&first.interface.vpc), balancer.vpc.as_ref()];
    let look = look_at_routes(reachability.group.arn.region(), vpcs.into_iter().flatten());
    let draft = draft
        .loses_traffic(cut_off.len())
        .fixes(vec![look])
        .subject((*way).to_owned())
        .evidence("task_vpc", Some(first.interface.vpc.to_string()));
    Ok(Some(draft.evidence("balancer_vpc", Some(of_balancer)).done()))
}

fn look_at_routes<'v>(region: &str, vpcs: impl Iterator<Item = &'v VpcId>) -> Fix {
    let vpcs: Vec<String> = vpcs.map(ToString::to_string).collect();
    let command = AwsCommand::new(region, "ec2", "describe-route-tables")
        .arg("filters", format!("Name=vpc-id,Values={}", vpcs.join(",")));
    fix(format!("See the routes of {}", vpcs.join(" and ")), LOOK).command(command).done()
}

/// Which way no route leads, if none certainly does.
fn missing_route<'a>(
    lookup: &Lookup<'a>,
    balancer: &'a LoadBalancer,
    checked: &CheckedInterface<'a>,
    version: IpVersion,
) -> Result<Option<&'static str>, Gap<'a>> {
    let (Some(vpc), Some(subnet)) = (&balancer.vpc, &checked.interface.subnet) else { return Ok(None) };
    let Some(address) = checked.task.address(version).filter(|_| checked.interface.vpc != *vpc) else {
        return Ok(None);
    };
    let answers = (lookup.route_tables(vpc), lookup.route_tables(&checked.interface.vpc), lookup.subnets(vpc));
    let (there, back, subnets) = (answers.0?, answers.1?, answers.2?);
    let nodes: Vec<&SubnetId> = balancer.zones.iter().filter_map(|zone| zone.subnet.as_ref()).collect();
    let to_task = |node: &&SubnetId| leads_to(there, node, address.into());
    let to_node = |node: &&SubnetId| match range_of(subnets, node, version) {
        Some(range) => leads_to(back, subnet, range),
        None => true,
    };
    Ok(match nodes.is_empty() {
        true => None,
        false if !nodes.iter().any(to_task) => Some("from its subnets to theirs"),
        false if !nodes.iter().any(to_node) => Some("back from their subnet to its"),
        false => None,
    })
}

fn range_of(subnets: &[Subnet], id: &SubnetId, version: IpVersion) -> Option<IpNet> {
    let subnet = subnets.iter().find(|subnet| subnet.id == *id)?;
    subnet.ranges.iter().copied().find(|range| IpVersion::of(range.addr()) == version)
}

/// May packets from this subnet get to addresses of that range? Whatever isn't known may be.
fn leads_to(tables: &[RouteTable], subnet: &SubnetId, range: IpNet) -> bool {
    let Some(table) = RouteTable::of_subnet(tables, subnet) else { return true };
    if table.prefix_lists().next().is_some() {
        return true;
    }
    table.route_to(range.addr()).is_some_and(|route| {
        let leaves =
            matches!(route.target, RouteTarget::InternetGateway(_) | RouteTarget::EgressOnlyInternetGateway(_));
        !route.is_blackhole && (!leaves || is_public(range))
    })
}

/// Every IPv6 address may be reached over the internet.
fn is_public(range: IpNet) -> bool {
    range.addr().is_ipv6()
}
