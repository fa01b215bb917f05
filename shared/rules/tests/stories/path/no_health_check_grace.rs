//! `no-health-check-grace`.

use insta::assert_snapshot;
use model::ecs::ServiceEvent;

use crate::configuration::sound;
use crate::names;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["no-health-check-grace"]).found()
}

fn said(message: &str, minutes: i64) -> Story {
    said_once(message, minutes).whose(|service| service.events.push(service.events[0].clone()))
}

fn said_once(message: &str, minutes: i64) -> Story {
    let event = ServiceEvent { at: Some(names::minutes_ago(minutes)), message: message.to_owned() };
    sound().whose(|service| service.events.push(event))
}

const UNHEALTHY: &str =
    "(service web) (port 8080) is unhealthy in (target-group web) due to (reason Health checks failed)";

#[test]
fn tasks_are_stopped_before_they_could_start() {
    assert_snapshot!(judged(said(UNHEALTHY, 9)), @r"
    medium no-health-check-grace: Tasks of prod/web are stopped for failing the load balancer's health checks, and have no grace period to start in
      about service web; under the policy for prod/web
      event: (service web) (port 8080) is unhealthy in (target-group web) due to (reason Health checks failed)
      event_at: 2026-03-01T11:51:00Z
    ");
}

/// ECS keeps the newest hundred events, and stopped tasks for an hour.
#[test]
fn a_stopped_task_says_it_where_no_event_does() {
    let reason = "Task failed ELB health checks in (target-group arn:web)";
    let stopped = |wanted| {
        let mut story = sound().task(7).stopped().wants(wanted);
        let task = story.the_task();
        (task.stopped_at, task.stopped_reason) = (Some(names::minutes_ago(9)), Some(reason.into()));
        story
    };
    assert!(judged(stopped(9)).contains(&format!("event: {reason}")));
    let grace = stopped(9).whose(|service| service.health_check_grace_seconds = Some(30));
    assert_eq!(judged(grace), "nothing");
    assert_eq!(judged(stopped(1)), "nothing", "it has all the tasks that it wants");
}

/// It may have run for days before it hung.
#[test]
fn one_task_that_failed_once_is_no_lack_of_time_to_start() {
    assert_eq!(judged(said_once(UNHEALTHY, 9)), "nothing");
    assert!(judged(said_once(UNHEALTHY, 9).wants(9)).contains("no-health-check-grace"), "it lacks tasks");
}

#[test]
fn any_grace_is_somebodys_choice() {
    let graced = |grace| said(UNHEALTHY, 9).whose(|service| service.health_check_grace_seconds = grace);
    assert_eq!(judged(graced(Some(30))), "nothing");
    assert!(judged(graced(Some(0))).contains("no-health-check-grace"));
}

#[test]
fn other_events_and_old_ones_say_nothing_of_it() {
    assert_eq!(judged(said(UNHEALTHY, 60 * 25)), "nothing");
    assert_eq!(judged(said("(service web) was unable to place a task.", 9)), "nothing");
    assert_eq!(judged(said(UNHEALTHY, 9).of_protocol("HTTP")), "nothing", "behind an Application Load Balancer");
}
