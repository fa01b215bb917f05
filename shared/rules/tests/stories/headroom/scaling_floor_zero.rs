//! `scaling-floor-zero`.

use insta::assert_snapshot;

use crate::configuration::sound;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["scaling-floor-zero"]).found()
}

#[test]
fn a_service_that_may_be_scaled_to_nothing() {
    assert_snapshot!(judged(sound().scaled(0, 10)), @"
    low scaling-floor-zero: Clients of prod/web may find nobody: Application Auto Scaling may scale it to zero tasks
      about service web; under the policy for prod/web
      maximum_capacity: 10
      minimum_capacity: 0
    ");
}

#[test]
fn one_task_stays_or_nothing_scales_it() {
    assert_eq!(judged(sound().scaled(1, 10)), "nothing");
    assert_eq!(judged(sound()), "nothing");
    assert_eq!(judged(sound().scaled_as(0, 10, |target| target.scale_in_suspended = true)), "nothing");
}

#[test]
fn a_service_behind_nothing_may_sleep() {
    assert_eq!(judged(sound().service("worker").declares(&["web"]).scaled(0, 10)), "nothing");
    assert_eq!(judged(sound().scaled(0, 10).of_protocol("HTTP")), "nothing");
}
