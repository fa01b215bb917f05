//! `zone-not-enabled`.

use insta::assert_snapshot;
use model::elb::CrossZone;

use super::sound;
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
