//! `zone-without-targets`.

use insta::assert_snapshot;
use model::elb::CrossZone;

use crate::configuration::sound;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["zone-without-targets"]).found()
}

/// The balancer has two zones, and the service's tasks, 1 and 2, are both in the first.
fn lopsided() -> Story {
    sound().balancer_in(&["eu-central-1a", "eu-central-1b"]).and_in_zone("b", "eu-central-1b")
}

/// And another group on the balancer has a healthy target in each zone.
fn with_another_group() -> Story {
    let story = lopsided().group("api").service("api").declares(&["web"]).on("api", 8080).task(5).registered();
    story.task(6).at("10.0.2.6").in_subnet("b").registered()
}

#[test]
fn both_tasks_are_in_one_zone() {
    assert_snapshot!(judged(lopsided()), @r#"
    low zone-without-targets: edge drops out of DNS in eu-central-1b: prod/web has no healthy target there in web, and cross-zone load balancing is off
      about group web, balancer edge, zone eu-central-1b; under the policy for prod/web
      registered_targets: 0
      target_groups: ["web"]
    "#);
}

#[test]
fn another_group_loses_the_zone_by_it() {
    assert_snapshot!(judged(with_another_group()), @r#"
    medium zone-without-targets: edge drops out of DNS in eu-central-1b: prod/web has no healthy target there in web, and cross-zone load balancing is off; api loses the zone by it
      about group web, balancer edge, zone eu-central-1b; under the policy for prod/web
      also_lost_by: ["api"]
      registered_targets: 0
      target_groups: ["web"]
    "#);
}

#[test]
fn across_zones_any_target_will_do() {
    assert_eq!(judged(lopsided().cross_zone("web", CrossZone::On)), "nothing");
    assert_eq!(judged(lopsided().balancer_crosses_zones()), "nothing");
    let own_word = lopsided().balancer_crosses_zones().cross_zone("web", CrossZone::Off);
    assert_ne!(judged(own_word), "nothing", "the group's own word counts first");
}

#[test]
fn a_target_in_each_zone_is_enough() {
    assert_eq!(judged(lopsided().task(3).at("10.0.2.3").in_subnet("b").registered()), "nothing");
}

#[test]
fn one_that_fails_its_checks_there_is_none() {
    let failing = || lopsided().task(3).at("10.0.2.3").in_subnet("b").registered();
    assert_ne!(judged(failing().state("unhealthy", None)), "nothing");
    assert_eq!(judged(failing().state("initial", None)), "nothing", "it may yet be healthy");
}

#[test]
fn dns_failover_may_ask_for_more() {
    let three = |least| {
        let story = lopsided().task(3).at("10.0.2.3").in_subnet("b").registered();
        story.with_attributes("web", |attributes| attributes.dns_failover.count = Some(least))
    };
    assert_eq!(judged(three(1)), "nothing");
    assert!(judged(three(2)).contains("zone eu-central-1b"));
}

#[test]
fn fewer_tasks_than_zones_can_not_be_everywhere() {
    let three = || lopsided().balancer_in(&["eu-central-1a", "eu-central-1b", "eu-central-1c"]);
    assert_eq!(judged(three()), "nothing");
    assert!(judged(three().task(3).registered()).contains("zone eu-central-1c"));
    let mut none = lopsided().wants(0);
    none.account.tasks.clear();
    none.account.health.clear();
    assert_eq!(judged(none), "nothing");
}

#[test]
fn while_things_move_nothing_is_said() {
    assert_eq!(judged(lopsided().rolling()), "nothing");
    assert_eq!(judged(lopsided().wants(3)), "nothing", "a task is on its way");
    let shifted = lopsided().task(3).at("10.0.2.3").in_subnet("b").registered().state("unhealthy", None);
    let mut shifted = shifted;
    shifted.account.health.values_mut().flatten().last().expect("a target").is_shifted_away = true;
    assert_eq!(judged(shifted), "nothing", "a zonal shift moves traffic away");
}

#[test]
fn targets_outside_the_vpc_are_served_from_every_zone() {
    assert_eq!(judged(lopsided().target("web", "192.168.7.7:8080")), "nothing");
}
