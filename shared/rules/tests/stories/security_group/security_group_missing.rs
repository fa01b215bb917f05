//! `security-group-missing`.

use insta::assert_snapshot;
use model::ecs::TaskStatus;

use super::steps::with_groups;
use crate::names;
use crate::story::Story;

const RULES: [&str; 2] = ["security-group-missing", "security-group-forbidden"];
const BASE: &str = "security_groups.required = [\"name:base\"]";

fn bare() -> Story {
    with_groups().declares(&["web", "base"]).task(1).having(&["web", "base"]).policy(BASE).judged_by(&RULES)
}

#[test]
fn a_required_group_that_the_task_has_not() {
    assert_snapshot!(bare().task(2).having(&["web"]).found(), @r#"
    high security-group-missing: Task t2 of prod/web lacks security group sg-base (name:base), which the policy requires
      about service web, task t2, eni-t2, sg-base; under the policy for prod/web
      worn: ["sg-web"]
      -> on interface eni-t2 add sg-base
    "#);
}

#[test]
fn a_required_group_of_another_vpc_is_missing_where_it_is_associated() {
    let policy = "security_groups.required = [\"sg-elsewhere\"]";
    let elsewhere = || bare().security_group_in(&names::vpc("other"), "elsewhere").policy(policy);
    assert_eq!(elsewhere().found(), "nothing", "the near miss: it can't be given to an interface of this VPC");
    let found = elsewhere().associated("elsewhere", "main", "associated").found();
    assert!(found.contains("lacks security group sg-elsewhere") && found.contains("add sg-elsewhere"), "{found}");
}

#[test]
fn several_required_groups_are_one_finding() {
    let policy = "security_groups.required = [\"sg-base\", \"tag:role=task\"]";
    let judged = bare().task(2).having(&["web"]).security_group("logs").policy(policy);
    let judged = judged.security_group_that("logs", |group| {
        group.tags.insert("role".to_owned(), "task".to_owned());
    });
    let found = judged.task(1).having(&["web", "base", "logs"]).found();
    assert!(found.contains("lacks security group sg-base, sg-logs (tag:role=task)"), "{found}");
    assert!(found.contains("add sg-base, sg-logs"), "{found}");
}

#[test]
fn a_group_that_the_task_has_is_not_missing() {
    assert_eq!(bare().task(2).having(&["base"]).found(), "nothing");
}

#[test]
fn a_name_that_can_not_be_resolved_asks_for_nothing() {
    let judged = bare().task(2).having(&["web"]).policy("security_groups.required = [\"name:nobody\"]");
    assert_eq!(judged.found(), "nothing");
}

#[test]
fn a_task_is_judged_as_soon_as_its_interface_is_attached() {
    let judged = bare().task(2).having(&["web"]).is(TaskStatus::Provisioning, TaskStatus::Running);
    assert!(judged.found().contains("security-group-missing"));
}

#[test]
fn a_task_of_no_service_is_judged_too() {
    let found = bare().task(2).having(&["base"]).standalone(3).having(&["web"]).found();
    assert!(found.contains("Standalone task t3 lacks security group sg-base"), "{found}");
}

#[test]
fn what_is_required_somewhere_else_asks_for_nothing_here() {
    let policy = "[[override]]\nservice = \"api\"\nsecurity_groups.required = [\"sg-base\"]";
    assert_eq!(bare().task(2).having(&["web"]).policy(policy).found(), "nothing");
    let by_group = "[[override]]\ntarget_group = \"web\"\nsecurity_groups.required = [\"sg-base\"]";
    assert!(bare().task(2).having(&["web"]).policy(by_group).found().contains("lacks security group sg-base"));
}
