//! `service-without-load-balancer`.

use insta::assert_snapshot;
use model::ecs::{ServiceStatus, TaskStatus};

use super::sound;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["service-without-load-balancer"]).found()
}

/// Service `prod/api` declares no balancer, and its tasks 5 and 6 are in `web`.
fn registered_by_hand() -> Story {
    let story = sound().service("api").declares(&["web"]);
    story.task(5).registered_in("web", 8080).task(6).registered_in("web", 8080)
}

#[test]
fn tasks_that_somebody_registered() {
    assert_snapshot!(judged(registered_by_hand()), @r#"
    high service-without-load-balancer: New tasks of prod/api will get no traffic from target group web: the service names no target group, and its 2 tasks were registered by hand
      about service api, group web; under the policy for prod/api
      targets: ["10.0.1.5:8080 of t5","10.0.1.6:8080 of t6"]
    "#);
}

#[test]
fn in_a_group_that_no_service_uses() {
    let story = sound().group("spare").service("api").declares(&["web"]).task(5).registered_in("spare", 8080);
    assert!(judged(story.clone()).contains("New tasks of prod/api will get no traffic"), "{}", judged(story));
}

#[test]
fn a_service_that_declares_another_group_is_another_matter() {
    let story = sound().group("api").service("api").on("api", 8080).declares(&["web"]).task(5).registered();
    assert_eq!(judged(story.clone()), "nothing");
    assert_eq!(judged(story.registered_in("web", 8080)), "nothing");
}

#[test]
fn tasks_that_are_nowhere_registered_are_fine() {
    assert_eq!(judged(sound().service("worker").declares(&["web"]).task(5)), "nothing");
}

#[test]
fn what_may_be_on_its_way_out_is_left() {
    assert_eq!(judged(registered_by_hand().rolling()), "nothing");
    assert_eq!(judged(registered_by_hand().whose(|service| service.status = ServiceStatus::Draining)), "nothing");
    let story = sound().service("api").task(5).registered_in("web", 8080);
    assert_eq!(judged(story.is(TaskStatus::Running, TaskStatus::Stopped)), "nothing");
    assert_eq!(judged(sound().standalone(5).registered_in("web", 8080)), "nothing");
}

#[test]
fn a_group_of_another_kind_of_balancer() {
    let story = registered_by_hand().group("web").of_protocol("HTTP");
    assert_eq!(judged(story.policy("registration.balancers = [\"network\", \"application\"]")), "nothing");
}
