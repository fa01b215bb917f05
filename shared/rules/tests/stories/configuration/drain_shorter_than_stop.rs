//! `drain-shorter-than-stop`.

use insta::assert_snapshot;

use super::sound;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["drain-shorter-than-stop"]).found()
}

fn with_delay(seconds: u32) -> Story {
    sound().with_attributes("web", |attributes| attributes.deregistration_delay_seconds = Some(seconds))
}

#[test]
fn a_container_that_may_take_longer_than_its_connections() {
    assert_snapshot!(judged(with_delay(60).with_container("proxy", Some(90))), @r"
    low drain-shorter-than-stop: web cuts connections after 60 s, but container proxy of prod/web has 90 s to stop
      about service web, group web; under the policy for prod/web
      deregistration_delay_seconds: 60
      stop_timeout_seconds: 90
    ");
}

#[test]
fn a_container_that_does_not_say_has_thirty_seconds() {
    assert_ne!(judged(with_delay(29)), "nothing");
    assert_eq!(judged(with_delay(30)), "nothing");
}

#[test]
fn a_group_that_does_not_say_waits_three_hundred() {
    assert_eq!(judged(sound().with_container("slow", Some(300))), "nothing");
    assert_ne!(judged(sound().with_container("slow", Some(301))), "nothing");
}
