//! `target-unhealthy`.

use insta::assert_snapshot;

use crate::configuration::sound;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["target-unhealthy", "target-group-empty"]).found()
}

/// Of tasks 1 to 3, the last fails.
fn one_of_three() -> Story {
    sound().task(3).registered().state("unhealthy", Some("Target.FailedHealthChecks")).says("Health checks failed")
}

impl Story {
    /// AWS's words on the target last told of.
    fn says(mut self, words: &str) -> Self {
        let one = self.account.health.values_mut().flatten().last().expect("a target");
        one.description = Some(words.into());
        self
    }

    /// A zonal shift keeps traffic from the target last told of.
    fn shifted_away(mut self) -> Self {
        self.account.health.values_mut().flatten().last().expect("a target").is_shifted_away = true;
        self
    }
}

#[test]
fn some_targets_fail() {
    assert_snapshot!(judged(one_of_three()), @r#"
    high target-unhealthy: 1 of 3 tasks of prod/web fail the health checks of web: Health checks failed (Target.FailedHealthChecks)
      about service web, group web; under the policy for prod/web
      description: Health checks failed
      health_check: TCP on the traffic port
      reason: Target.FailedHealthChecks
      registered: 3
      targets: ["10.0.1.3:8080"]
      unhealthy: 1
    "#);
    let moving_off = sound().task(3).registered().state("unhealthy.draining", None);
    assert!(judged(moving_off).contains("1 of 3 tasks of prod/web fail"));
}

#[test]
fn where_none_is_usable_the_group_is_empty_and_that_is_said_once() {
    let mut all = one_of_three();
    all.account.health.values_mut().flatten().for_each(|one| one.state = "unhealthy".into());
    let found = judged(all);
    assert!(found.contains("critical target-group-empty") && !found.contains("target-unhealthy"), "{found}");
}

#[test]
fn failing_targets_are_told_beside_one_whose_zone_is_not_enabled_or_whose_state_is_new() {
    for state in ["unused", "unheard-of"] {
        let mut story = one_of_three();
        for (nth, one) in story.account.health.values_mut().flatten().enumerate() {
            one.state = if nth == 0 { state.into() } else { "unhealthy".into() };
        }
        let found = judged(story);
        assert!(found.contains("target-unhealthy") && !found.contains("target-group-empty"), "{state}: {found}");
    }
}

#[test]
fn a_young_task_and_a_slow_starter_have_time() {
    assert!(!judged(one_of_three().for_minutes(1)).contains("target-unhealthy"));
    let slow = one_of_three().for_minutes(8).whose(|service| service.health_check_grace_seconds = Some(600));
    assert_eq!(judged(slow), "nothing");
    assert!(judged(one_of_three().for_minutes(8)).contains("target-unhealthy"));
}

#[test]
fn a_zonal_shift_explains_it() {
    assert_eq!(judged(one_of_three().shifted_away()), "nothing");
}

#[test]
fn each_service_of_a_shared_group_is_told_of_its_own() {
    let story = one_of_three().service("shop").on("web", 8080).task(4).registered().task(5).registered();
    let found = judged(story.state("unhealthy", Some("Target.Timeout")));
    assert!(found.contains("1 of 3 tasks of prod/web") && found.contains("1 of 2 tasks of prod/shop"), "{found}");
}

#[test]
fn a_strangers_target_that_fails_is_no_task_of_the_service() {
    assert_eq!(judged(sound().target("web", "10.0.9.9:8080").state("unhealthy", None)), "nothing");
}
