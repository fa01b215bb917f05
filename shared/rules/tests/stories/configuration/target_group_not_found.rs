//! `target-group-not-found`.

use insta::assert_snapshot;
use model::ecs::{ServiceStatus, Strategy, TaskSetStatus};

use super::sound;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["target-group-not-found"]).found()
}

#[test]
fn a_group_that_was_deleted() {
    assert_snapshot!(judged(sound().without_group("web")), @"
    critical target-group-not-found: New tasks of prod/web get no traffic: its target group web doesn't exist
      about service web, group web; under the policy for prod/web
    ");
}

#[test]
fn the_alternate_of_a_native_strategy() {
    let story = sound().group("green").shifting(Strategy::BlueGreen, "green");
    assert_eq!(judged(story.clone()), "nothing");
    let story = story.without_group("green");
    assert!(judged(story.clone()).contains("its alternate target group green doesn't exist"), "{}", judged(story));
}

#[test]
fn the_group_of_a_task_set() {
    let story = |status| sound().by_task_set(status, &[("blue", 8080)]);
    assert!(judged(story(TaskSetStatus::Active)).contains("its target group blue doesn't exist"));
    assert_eq!(judged(story(TaskSetStatus::Draining)), "nothing");
}

#[test]
fn a_service_without_tasks_is_judged_and_a_deleted_one_is_not() {
    let story = sound().without_group("web").wants(0);
    assert_ne!(judged(story.clone()), "nothing");
    for status in [ServiceStatus::Draining, ServiceStatus::Inactive] {
        assert_eq!(judged(story.clone().whose(|service| service.status = status)), "nothing");
    }
}
