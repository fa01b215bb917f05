//! `listener-forwards-nothing`.

use insta::assert_snapshot;
use model::elb::Forward;

use crate::configuration::sound;
use crate::names;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["listener-forwards-nothing"]).found()
}

/// A listener with these groups by weight.
fn weighing(weights: &[(&str, Option<u32>)]) -> Story {
    let forwards = weights.iter().map(|(group, weight)| Forward { target_group: names::group(group), weight: *weight });
    let forwards = forwards.collect();
    sound().group("next").listeners_that(|listeners| listeners[0].forwards = forwards)
}

#[test]
fn every_weight_is_0() {
    assert_snapshot!(judged(weighing(&[("web", Some(0)), ("next", Some(0))])), @r#"
    medium listener-forwards-nothing: Clients of edge on TCP 80 reach no task: the listener gives every target group a weight of 0 (web, next)
      about service web, group web, balancer edge; under the policy for prod/web
      listener: arn:aws:elasticloadbalancing:eu-central-1:111122223333:listener/net/edge/0f/80
      target_groups: ["web","next"]
    "#);
}

#[test]
fn one_weight_is_enough_and_none_given_is_one() {
    assert_eq!(judged(weighing(&[("web", Some(0)), ("next", Some(1))])), "nothing");
    assert_eq!(judged(weighing(&[("web", None)])), "nothing");
}

#[test]
fn while_a_deployment_shifts_traffic_weights_are_its_business() {
    assert_eq!(judged(weighing(&[("web", Some(0))]).rolling()), "nothing");
    let of_another = weighing(&[("web", Some(0)), ("next", Some(0))]).service("next").on("next", 8080).rolling();
    assert_eq!(judged(of_another), "nothing");
}
