//! `subnet-addresses-low`.

use insta::assert_snapshot;

use crate::configuration::sound;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["subnet-addresses-low"]).found()
}

#[test]
fn subnets_that_can_not_hold_the_maximum() {
    assert_snapshot!(judged(sound().scaled(1, 30).free_addresses(27)), @r#"
    medium subnet-addresses-low: Scaling out will fail: prod/web may be scaled to 30 tasks, 28 more than now, but its subnets have only 27 free addresses
      about service web; under the policy for prod/web
      free_addresses: ["subnet-a: 27"]
      tasks_at_most: 30
      tasks_to_come: 28
    "#);
}

#[test]
fn just_enough() {
    assert_eq!(judged(sound().scaled(1, 30).free_addresses(28)), "nothing");
    let two = sound().scaled(1, 230).free_addresses(28).and_in_zone("b", "eu-central-1a");
    assert_eq!(judged(two.clone()), "nothing");
    assert_ne!(judged(two.scaled(1, 231)), "nothing");
}

#[test]
fn a_service_that_is_not_scaled_needs_room_for_what_it_wants() {
    assert_ne!(judged(sound().wants(5).free_addresses(2)), "nothing");
    assert_eq!(judged(sound().wants(5).free_addresses(3)), "nothing");
    assert_eq!(judged(sound().free_addresses(0)), "nothing");
}

#[test]
fn scaling_out_that_is_suspended_takes_nothing() {
    let story = sound().free_addresses(0);
    assert_eq!(judged(story.scaled_as(1, 30, |target| target.scale_out_suspended = true)), "nothing");
}

#[test]
fn addresses_that_nobody_counts_are_not_judged() {
    let story = sound().scaled(1, 30).free_addresses(0);
    assert_eq!(
        judged(story.clone().in_a_subnet(|subnet| subnet.ranges.retain(|range| range.addr().is_ipv6()))),
        "nothing"
    );
    assert_eq!(judged(story.in_a_subnet(|subnet| subnet.vpc = crate::names::vpc("peer"))), "nothing");
}
