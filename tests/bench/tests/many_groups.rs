//! A pass that repairs many target groups: what it judges grows with its repairs, and what it has no time for is left undone and told.

use bench::repairs::{Passed, Shape, pass};
use jiff::SignedDuration;
use model::repair::RepairStatus;

async fn at_once(groups: usize, missing: usize) -> Passed {
    pass(Shape { groups, registered: 2, missing }, SignedDuration::ZERO, None).await.expect("the pass has a report")
}

/// Every look at the clock takes a second, and the pass has so many of them.
async fn within(seconds: i64) -> Passed {
    let shape = Shape { groups: 10, registered: 1, missing: 1 };
    pass(shape, SignedDuration::from_secs(1), Some(SignedDuration::from_secs(seconds)))
        .await
        .expect("the pass has a report")
}

#[tokio::test]
async fn a_hundred_groups_with_repairs_are_judged_at_most_four_times_as_often_as_without() {
    let (nothing, repairs) = (at_once(100, 0).await, at_once(100, 2).await);
    assert_eq!((nothing.repairs(RepairStatus::Done).count(), repairs.repairs(RepairStatus::Done).count()), (0, 200));
    let (judged, most) = (repairs.outcome.judged_groups, 4 * nothing.outcome.judged_groups);
    assert!(judged <= most, "{judged} judgements of a group, at most {most}");
}

#[tokio::test]
async fn twice_the_groups_with_repairs_are_judged_twice_as_often() {
    let (some, twice) = (at_once(50, 2).await, at_once(100, 2).await);
    assert_eq!(twice.outcome.judged_groups, 2 * some.outcome.judged_groups);
}

#[tokio::test]
async fn a_deadline_in_the_middle_of_many_repairs_leaves_the_rest_undone_and_tells_so() {
    let passed = within(20).await;
    let (done, failed) = (passed.repairs(RepairStatus::Done).count(), passed.repairs(RepairStatus::Failed).count());
    assert!(done > 0 && failed > 0, "{done} done, {failed} failed");
    assert_eq!(done + failed, 10);
    let reason = Some("no time was left in this pass to begin it");
    assert!(passed.repairs(RepairStatus::Failed).all(|one| one.reason.as_deref() == reason));
    let registered = |group| passed.account.world().targets[group].len();
    let groups = |status| passed.repairs(status).filter_map(|one| one.repair.target_group());
    assert!(groups(RepairStatus::Done).all(|group| registered(group) == 2));
    assert!(groups(RepairStatus::Failed).all(|group| registered(group) == 1));
}

#[tokio::test]
async fn many_repairs_with_time_enough_are_all_done() {
    assert_eq!(within(1_000).await.repairs(RepairStatus::Done).count(), 10);
}

#[tokio::test]
async fn a_pass_with_no_time_left_changes_nothing() {
    let passed = within(3).await;
    assert_eq!(passed.repairs(RepairStatus::Failed).count(), 10);
    assert_eq!(passed.account.calls().take().get("elasticloadbalancing:RegisterTargets"), None);
}
