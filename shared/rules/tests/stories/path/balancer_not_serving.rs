//! `balancer-not-serving`.

use insta::assert_snapshot;
use model::elb::BalancerState;

use crate::configuration::sound;
use crate::names;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["balancer-not-serving"]).found()
}

fn in_state(state: &str) -> Story {
    sound().balancer_that(|balancer| balancer.state = Some(state.into()))
}

#[test]
fn a_balancer_that_failed_or_is_impaired() {
    assert_snapshot!(judged(in_state("failed")), @r"
    high balancer-not-serving: edge can't serve prod/web: the load balancer could not be set up (state failed)
      about service web, balancer edge; under the policy for prod/web
      state: failed
    ");
    let impaired = in_state("active_impaired").balancer_that(|balancer| {
        balancer.state_reason = Some("Not enough IP space available in subnet-0a".to_owned())
    });
    assert!(
        judged(impaired).contains("lacks resources to scale (state active_impaired). AWS says: Not enough IP space")
    );
}

#[test]
fn one_that_is_being_set_up_has_a_quarter_of_an_hour() {
    let made = |minutes| {
        in_state("provisioning").balancer_that(|balancer| balancer.created_at = Some(names::minutes_ago(minutes)))
    };
    assert_eq!(judged(made(10)), "nothing");
    assert!(judged(made(20)).contains("still being set up"));
    assert_eq!(judged(in_state("provisioning")), "nothing", "nobody says when it was made");
}

#[test]
fn one_without_a_listener() {
    assert!(judged(sound().listeners_that(Vec::clear)).contains("the load balancer has no listener"));
    assert_eq!(judged(sound()), "nothing");
}

#[test]
fn a_state_that_is_new_or_not_told_accuses_nobody() {
    assert_eq!(judged(in_state("dozing")), "nothing");
    assert_eq!(judged(sound().balancer_that(|balancer| balancer.state = None)), "nothing");
    assert_eq!(judged(sound().balancer_that(|balancer| balancer.state = Some(BalancerState::Active))), "nothing");
}
