//! `target-outside-vpc`.

use insta::assert_snapshot;
use model::ec2::{Route, RouteDestination, RouteTable, RouteTarget};

use crate::names;
use crate::security_group::scene;
use crate::story::Story;

/// The main table of a VPC, with these routes beside its own.
fn table(vpc: &str, routes: &[(&str, RouteTarget)]) -> RouteTable {
    let route = |(range, target): &(&str, RouteTarget)| Route {
        destination: RouteDestination::Range(range.parse().expect("a range")),
        target: target.clone(),
        is_blackhole: false,
    };
    RouteTable {
        id: format!("rtb-{vpc}"),
        vpc: names::vpc(vpc),
        is_main: true,
        subnets: vec![],
        routes: routes.iter().map(route).collect(),
    }
}

pub(crate) fn peering() -> RouteTarget {
    RouteTarget::VpcPeeringConnection("pcx-1".to_owned())
}

fn internet() -> RouteTarget {
    RouteTarget::InternetGateway("igw-1".to_owned())
}

/// A balancer in `main`, its task at 10.0.1.1 in `peer`, and these routes in each.
pub(crate) fn between(of_balancer: &[(&str, RouteTarget)], of_task: &[(&str, RouteTarget)]) -> Story {
    let text = "TCP 8080; lb none; in web: tcp 8080 10.0.0.0/8";
    let mut story = scene(text).judged_by(&["target-outside-vpc"]);
    let subnet = story.account.subnets.iter_mut().find(|subnet| subnet.id == names::subnet("a")).expect("subnet a");
    subnet.vpc = names::vpc("peer");
    story = story.balancer_that(|balancer| balancer.zones.retain(|zone| zone.name.ends_with('b')));
    story.account.network.route_tables = vec![table("main", of_balancer), table("peer", of_task)];
    story
}

#[test]
fn no_route_there() {
    let local = ("10.0.2.0/24", RouteTarget::Local);
    let story = between(&[local, ("0.0.0.0/0", internet())], &[("10.0.2.0/24", peering())]);
    assert_snapshot!(story.found(), @r"
    medium target-outside-vpc: 1 of 1 tasks of prod/web get no traffic from edge: they are in vpc-peer, the load balancer in vpc-main, and no route leads from its subnets to theirs
      about service web, group web; under the policy for prod/web
      balancer_vpc: vpc-main
      task_vpc: vpc-peer
    ");
}

#[test]
fn no_route_back() {
    let story = between(&[("10.0.1.0/24", peering())], &[]);
    assert!(story.found().contains("no route leads back from their subnet to its"), "{}", story.found());
}

#[test]
fn both_ways() {
    assert_eq!(between(&[("10.0.1.0/24", peering())], &[("10.0.2.0/24", peering())]).found(), "nothing");
}

/// "Enable communication between overlapping networks" of "NAT gateways" in the Amazon VPC guide: a private one may lead to a
/// transit gateway.
#[test]
fn a_nat_gateway_may_lead_to_another_vpc() {
    let nat = RouteTarget::NatGateway("nat-1".to_owned());
    assert_eq!(between(&[("10.0.1.0/24", nat)], &[("10.0.2.0/24", peering())]).found(), "nothing");
}

#[test]
fn a_connection_that_is_gone_leads_nowhere() {
    let mut story = between(&[("10.0.1.0/24", peering())], &[("10.0.2.0/24", peering())]);
    story.account.network.route_tables[0].routes[0].is_blackhole = true;
    assert!(story.found().contains("no route leads from its subnets to theirs"));
}

#[test]
fn where_a_table_can_not_be_seen_or_has_lists_nothing_is_said() {
    let mut unseen = between(&[], &[]);
    unseen.account.network.route_tables.clear();
    assert_eq!(unseen.found(), "nothing");
    let mut lists = between(&[], &[("10.0.2.0/24", peering())]);
    lists.account.network.route_tables[0].routes.push(Route {
        destination: RouteDestination::PrefixList("pl-1".parse().expect("a list")),
        target: peering(),
        is_blackhole: false,
    });
    assert_eq!(lists.found(), "nothing");
}

#[test]
fn inside_the_vpc_nobody_asks_for_routes() {
    let story = scene("TCP 8080; lb none").judged_by(&["target-outside-vpc"]);
    assert_eq!(story.found(), "nothing");
    assert!(!story.look().asked().iter().any(|question| format!("{question:?}").contains("RouteTables")));
}
