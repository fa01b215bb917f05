//! `target-quota-near`.

use insta::assert_snapshot;

use crate::configuration::sound;
use crate::story::Story;

const PER_BALANCER: &str = "targets-per-network-load-balancer";

fn judged(story: Story) -> String {
    story.judged_by(&["target-quota-near"]).found()
}

#[test]
fn a_group_that_would_hold_too_many() {
    assert_snapshot!(judged(sound().scaled(1, 1001)), @"
    low target-quota-near: Scaling out will leave tasks without traffic: prod/web may be scaled to 1001 tasks, and target group web would have 1001 targets of 1000 allowed, unless AWS raised the quota
      about service web, group web; under the policy for prod/web
      forecast: 1001
      quota: 1000
      registered: 2
      to_come: 999
    ");
}

#[test]
fn a_zone_that_would_hold_too_many() {
    assert_eq!(judged(sound().scaled(1, 500)), "nothing");
    let story = sound().scaled(1, 501);
    assert!(
        judged(story.clone()).contains("load balancer edge in eu-central-1a would have 501 targets of 500"),
        "{}",
        judged(story)
    );
    let in_two = sound().and_in_zone("b", "eu-central-1b");
    assert_eq!(judged(in_two.clone().scaled(1, 1000)), "nothing");
    let story = in_two.scaled(1, 501).balancer_crosses_zones();
    assert!(
        judged(story.clone()).contains("whose zones all count as one, would have 501 targets"),
        "{}",
        judged(story)
    );
}

/// The balancer's other zones take none of the tasks.
#[test]
fn only_zones_that_the_service_can_place_tasks_in_count() {
    let three = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
    let in_one = sound().balancer_in(&three).scaled(1, 501);
    assert_ne!(judged(in_one), "nothing");
    let in_two = sound().balancer_in(&three).and_in_zone("b", "eu-central-1b");
    assert_eq!(judged(in_two.clone().scaled(1, 1000)), "nothing", "the near miss");
    let fewer = in_two.limit("targets-per-availability-zone-per-network-load-balancer", 400);
    assert_eq!(judged(fewer.clone().scaled(1, 800)), "nothing");
    assert_ne!(judged(fewer.scaled(1, 801)), "nothing");
    let elsewhere = sound().whose(|service| {
        service.network.as_mut().expect("a network").subnets.push(crate::names::subnet("unknown"));
    });
    assert_eq!(judged(elsewhere.scaled(1, 900)), "nothing", "a subnet whose zone isn't known");
}

#[test]
fn quotas_are_the_accounts() {
    let story = sound().limit("targets-per-availability-zone-per-network-load-balancer", 1000);
    assert_eq!(judged(story.scaled(1, 501)), "nothing");
    let story = sound().limit(PER_BALANCER, 200).scaled(1, 201);
    assert!(judged(story.clone()).contains("load balancer edge would have 201 targets of 200"), "{}", judged(story));
}

#[test]
fn all_groups_of_the_balancer_count() {
    let story = sound().limit(PER_BALANCER, 10).scaled(1, 9);
    assert_eq!(judged(story.clone()), "nothing");
    let story = story.group("spare").target("spare", "10.0.1.200:80").target("spare", "10.0.1.201:80");
    assert_ne!(judged(story.clone()), "nothing");
    assert_ne!(judged(story.look_at_service("prod/web")), "nothing");
}

#[test]
fn two_services_of_one_group_grow_together() {
    let story = sound().limit(PER_BALANCER, 10).scaled(1, 6);
    let story = story.service("api").declares(&["web"]).on("web", 8080).task(5).registered();
    assert_eq!(judged(story.clone().scaled(1, 4)), "nothing");
    assert_eq!(judged(story.scaled(1, 5)).matches("medium target-quota-near").count(), 1);
}

#[test]
fn what_does_not_grow_is_not_forecast() {
    let story = sound().limit(PER_BALANCER, 1);
    assert_eq!(judged(story.clone()), "nothing");
    assert_eq!(judged(story.scaled_as(1, 30, |target| target.scale_out_suspended = true)), "nothing");
}
