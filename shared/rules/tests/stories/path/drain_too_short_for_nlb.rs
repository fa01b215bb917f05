//! `drain-too-short-for-nlb`.

use insta::assert_snapshot;

use crate::configuration::sound;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["drain-too-short-for-nlb"]).found()
}

fn draining(delay: u32, stop_timeout: Option<u32>) -> Story {
    let story = sound().with_attributes("web", |attributes| attributes.deregistration_delay_seconds = Some(delay));
    story.defined(|definition| definition.containers[0].stop_timeout_seconds = stop_timeout)
}

#[test]
fn a_container_that_is_gone_before_the_balancer_stops_sending() {
    assert_snapshot!(judged(draining(5, None)), @r"
    low drain-too-short-for-nlb: New connections to prod/web may be dropped whenever a task stops: it is gone 35 s after its deregistration from web (5 s of delay and 30 s of stopTimeout), and the load balancer may send for about 120 s
      about service web, group web; under the policy for prod/web
      deregistration_delay_seconds: 5
      stop_timeout_seconds: 30
    ");
}

#[test]
fn two_minutes_together_are_enough() {
    for (delay, stop) in [(120, Some(2)), (300, None), (5, Some(115)), (90, Some(30))] {
        assert_eq!(judged(draining(delay, stop)), "nothing", "{delay} {stop:?}");
    }
    assert_ne!(judged(draining(89, Some(30))), "nothing");
}

#[test]
fn what_is_not_known_accuses_nobody() {
    assert_eq!(judged(sound()), "nothing", "the default is 300 s");
    let nobody = draining(5, None).whose(|service| service.load_balancers[0].container_name = None);
    assert_eq!(judged(nobody), "nothing");
}
