//! The cheap look at the tasks that events named, and when it isn't enough.

use insta::assert_snapshot;
use model::observation::{Desired, Question, TaskList};

use super::removals::{healthy, new_owner, stale_by_ledger, stale_by_stopped_task};
use crate::names;
use crate::story::{Story, story};

/// Three tasks, all registered, of which an event named the last.
fn three() -> Story {
    healthy().task(3).registered().event()
}

fn is_cheap(judged: &Story) -> bool {
    !judged.look().asked().iter().any(|question| matches!(question, Question::Tasks(_)))
}

#[test]
fn numbers_that_tally_are_enough() {
    assert!(is_cheap(&three()));
    assert_eq!(three().found(), "nothing");
}

#[test]
fn numbers_that_do_not_are_not() {
    assert!(!is_cheap(&three().target("web", "10.0.1.9:8080")), "one target more");
    assert!(!is_cheap(&three().task(4)), "one task more");
    assert!(!is_cheap(&three().wants(4)), "one wanted more");
    assert!(!is_cheap(&three().rolling()), "a deployment in flight");
    assert!(!is_cheap(&three().service("web").on("web", 9090)), "an entry more");
}

#[test]
fn a_named_task_that_is_missing_is_never_explained_away() {
    let judged = healthy().target("web", "10.0.1.9:8080").recorded("web", "10.0.1.9:8080", 9).task(3).event();
    assert_snapshot!(judged.found(), @"
    high target-stale: Target group web sends to nobody at 10.0.1.9:8080: no network interface has this address
      about service web, group web, 10.0.1.9:8080; under the policy for prod/web
      past_owner: the ledger saw it registered for task t9 at 2026-03-01T10:00:00Z
      -> deregister 10.0.1.9:8080 from web
    high target-missing: Task t3 of prod/web gets no traffic: 10.0.1.3:8080 isn't registered in target group web
      about service web, task t3, group web, 10.0.1.3:8080, eni-t3; under the policy for prod/web
      started_at: 2026-03-01T11:00:00Z
      started_by: ecs-svc/web
      -> register 10.0.1.3:8080 in web
    ");
}

/// As many targets as tasks, but one of them is the stopped task's.
#[test]
fn the_address_of_a_stopped_task_is_never_explained_away() {
    let judged = story().group("web").service("web").on("web", 8080).task(1).registered().task(2);
    let judged = judged.task(9).registered().stopped().event();
    assert_snapshot!(judged.found(), @"
    high target-stale: Target group web sends to nobody at 10.0.1.9:8080: no network interface has this address
      about service web, group web, 10.0.1.9:8080; under the policy for prod/web
      past_owner: task t9 had the address before it stopped
      -> deregister 10.0.1.9:8080 from web
    high target-missing: Task t2 of prod/web gets no traffic: 10.0.1.2:8080 isn't registered in target group web
      about service web, task t2, group web, 10.0.1.2:8080, eni-t2; under the policy for prod/web
      started_at: 2026-03-01T11:00:00Z
      started_by: ecs-svc/web
      -> register 10.0.1.2:8080 in web
    ");
}

#[test]
fn nor_is_the_one_only_the_event_tells() {
    let mut judged = story().group("web").service("web").on("web", 8080).task(1).registered().task(2);
    judged = judged.task(9).registered().stopped().event();
    judged.the_task().interfaces.clear();
    assert!(judged.found().contains("target-stale"));
    assert!(judged.forgotten().found().contains("withheld: deregister 10.0.1.9:8080"), "no task, no proof");
}

#[test]
fn what_only_an_event_knows_is_gone_with_it() {
    let mut judged = stale_by_stopped_task();
    judged.the_task().interfaces.clear();
    assert_eq!(judged.removals().len(), 0);
}

/// The event named a task of `api`; that `web` shares the group is not known yet.
#[test]
fn the_tasks_of_another_user_are_found_at_their_interfaces() {
    let judged = healthy().cluster("dr").service("api").on("web", 8080).task(5).registered().event();
    assert_eq!(judged.found(), "nothing");
    let judged = stale_by_ledger().cluster("dr").service("api").on("web", 8080).task(5).registered().event();
    assert_eq!(judged.removals().len(), 1);
}

#[test]
fn an_event_of_the_heir_says_nothing_of_the_group_it_inherited() {
    assert_eq!(new_owner(stale_by_ledger()).event().found(), "nothing");
}

#[test]
fn a_list_that_can_not_be_read_suspects_nobody() {
    let list =
        |service| Question::Tasks(TaskList { cluster: names::cluster("prod"), service, desired: Desired::Running });
    let judged = stale_by_ledger();
    assert_snapshot!(judged.clone().unread(list(None)).found(), @"can't judge service prod/web: list of: RUNNING tasks of prod timed out");
    let judged = judged.look_at_service("prod/web").unread(list(Some(names::service("prod/web"))));
    assert_snapshot!(judged.found(), @"can't judge service prod/web: list of: RUNNING tasks of prod/web timed out");
}

/// Where tasks that are meant to stop are listed by cluster, those of other services are in the list too.
#[test]
fn a_list_of_all_with_an_unreadable_task_of_another_service_keeps_nobody_back() {
    let question = Question::Task { cluster: names::cluster("prod"), task: names::task(&names::cluster("prod"), 5) };
    let judged = stale_by_ledger().service("worker").task(5).stopped().unread(question);
    assert_eq!(judged.removals().len(), 1);
    // Judged by service and by cluster, the same comes out.
    judged.found();
}

#[test]
fn an_event_of_a_standalone_task_is_none_of_our_business() {
    assert_eq!(stale_by_ledger().standalone(5).event().found(), "nothing");
}

#[test]
fn an_event_of_a_task_that_can_not_be_read_fails_for_that_task() {
    let question = Question::Task { cluster: names::cluster("prod"), task: names::task(&names::cluster("prod"), 3) };
    assert_snapshot!(three().unread(question).found(), @"can't judge task t3: task: prod/t3 timed out");
}

#[test]
fn a_service_and_a_group_that_are_gone_are_nothing_to_judge() {
    assert_eq!(story().look_at_service("prod/gone").found(), "nothing");
    assert_eq!(story().look_at_group("gone").found(), "nothing");
}
