//! `zone-not-enabled`.

use insta::assert_snapshot;
use model::ec2::{Route, RouteDestination, RouteTable, RouteTarget};
use model::elb::{CrossZone, Scheme};

use super::sound;
use crate::names;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["zone-not-enabled"]).found()
}

fn in_two_zones() -> Story {
    sound().and_in_zone("b", "eu-central-1b")
}

#[test]
fn a_subnet_in_a_zone_the_balancer_does_not_serve() {
    assert_snapshot!(judged(in_two_zones()), @r#"
    medium zone-not-enabled: Tasks that prod/web starts in eu-central-1b get no traffic: Network Load Balancer edge isn't enabled there
      about service web, group web; under the policy for prod/web
      enabled_zones: ["eu-central-1a"]
      subnets: ["subnet-b in eu-central-1b"]
    "#);
}

#[test]
fn a_zone_that_is_enabled() {
    assert_eq!(judged(in_two_zones().balancer_in(&["eu-central-1a", "eu-central-1b"])), "nothing");
}

#[test]
fn cross_zone_is_the_groups_word_or_else_the_balancers() {
    assert_eq!(judged(in_two_zones().cross_zone("web", CrossZone::On)), "nothing");
    assert_eq!(judged(in_two_zones().balancer_crosses_zones()), "nothing");
    assert_ne!(judged(in_two_zones().balancer_crosses_zones().cross_zone("web", CrossZone::Off)), "nothing");
}

#[test]
fn a_group_without_a_balancer_is_another_matter() {
    assert_eq!(judged(in_two_zones().which(|group| group.load_balancers.clear())), "nothing");
}

#[test]
fn subnets_of_another_network_are_served_from_every_zone() {
    let story = sound().and_in_zone("b", "eu-central-1b");
    let mut story = story;
    story.account.subnets.last_mut().expect("a subnet").vpc = crate::names::vpc("peer");
    assert_eq!(judged(story), "nothing");
}

/// The commands of all fixes.
fn commands(story: Story) -> Vec<String> {
    let found = story.judged_by(&["zone-not-enabled"]).look().judgement.findings;
    found.into_iter().flat_map(|finding| finding.fixes).flat_map(|fix| fix.commands).collect()
}

fn routed(mut story: Story, subnets: &[&str]) -> Story {
    let route = Route {
        destination: RouteDestination::Range("0.0.0.0/0".parse().expect("a range")),
        target: RouteTarget::InternetGateway("igw-0f".to_owned()),
        is_blackhole: false,
    };
    let (id, vpc) = ("rtb-public".to_owned(), names::vpc("main"));
    let subnets = subnets.iter().map(|name| names::subnet(name)).collect();
    story.account.network.route_tables = vec![RouteTable { id, vpc, is_main: false, subnets, routes: vec![route] }];
    story
}

/// SetSubnets takes public subnets for a balancer that faces the internet: a node in a private one answers nobody.
#[test]
fn an_internet_facing_balancer_is_given_public_subnets_only() {
    let facing = || in_two_zones().balancer_that(|balancer| balancer.scheme = Scheme::InternetFacing);
    let enabling = |story: Story| commands(story).into_iter().find(|command| command.contains("set-subnets"));
    assert_eq!(enabling(routed(facing(), &["a"])), None, "the service's own subnet there is private");
    assert!(enabling(routed(facing(), &["a", "b"])).is_some_and(|command| command.contains("subnet-b")));
    let other = facing().and_in_zone("c", "eu-central-1b").whose(|service| {
        service.network.as_mut().expect("a network").subnets.pop();
    });
    let other = enabling(routed(other, &["a", "c"])).expect("another subnet of that zone is public");
    assert!(other.contains("subnet-c") && !other.contains("subnet-b"), "{other}");
    let internal = in_two_zones().balancer_that(|balancer| balancer.scheme = Scheme::Internal);
    assert!(enabling(internal).is_some_and(|command| command.contains("subnet-b")));
    let fixed = routed(facing(), &["a", "b"]).balancer_that(|balancer| {
        balancer.zones[0].public_addresses = vec![names::ip("203.0.113.9")];
    });
    assert_eq!(enabling(fixed), None, "its elastic addresses would have to be named again");
}

#[test]
fn or_the_service_leaves_the_zone() {
    let leaving = commands(in_two_zones()).into_iter().find(|command| command.contains("update-service"));
    assert_snapshot!(leaving.expect("a command"), @"aws ecs update-service --cluster prod --service web --network-configuration 'awsvpcConfiguration={subnets=[subnet-a],securityGroups=[sg-web]}' --region eu-central-1");
}
