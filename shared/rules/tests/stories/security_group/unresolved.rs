//! `security-group-unresolved`.

use insta::assert_snapshot;

use super::steps::dressed;
use crate::names;
use crate::story::Story;

fn with(policy: &str) -> Story {
    dressed().policy(&format!("security_groups.{policy}")).judged_by(&["security-group-unresolved"])
}

#[test]
fn a_name_that_no_group_has() {
    assert_snapshot!(with("required = [\"name:bsae\"]").found(), @r#"
    high security-group-unresolved: required group name:bsae of prod/web matches no group in vpc-main
      about service web; under the policy for prod/web
      unresolved: ["required name:bsae matches no group in vpc-main"]
    "#);
}

#[test]
fn a_tag_that_two_groups_have() {
    let tagged = |told: Story, name: &str| {
        told.security_group_that(name, |group| drop(group.tags.insert("role".into(), "base".into())))
    };
    let told = with("forbidden = [\"tag:role=base\"]");
    assert_eq!(tagged(told.clone(), "base").found(), "nothing");
    assert_snapshot!(tagged(tagged(told, "base"), "web").found(), @r#"
    high security-group-unresolved: forbidden group tag:role=base of prod/web matches 2 groups in vpc-main
      about service web, sg-base, sg-web; under the policy for prod/web
      unresolved: ["forbidden tag:role=base matches 2 groups in vpc-main: sg-base, sg-web"]
    "#);
}

#[test]
fn a_name_that_two_groups_have() {
    let told = with("required = [\"name:base\"]").security_group("second");
    let told = told.security_group_that("second", |group| "base".clone_into(&mut group.name));
    assert_snapshot!(told.found(), @r#"
    high security-group-unresolved: required group name:base of prod/web matches 2 groups in vpc-main
      about service web, sg-base, sg-second; under the policy for prod/web
      unresolved: ["required name:base matches 2 groups in vpc-main: sg-base, sg-second"]
    "#);
}

#[test]
fn several_names_are_one_finding() {
    let told = with("required = [\"name:a\", \"name:base\", \"sg-0123\"]\nsecurity_groups.forbidden = [\"tag:b=c\"]");
    assert_snapshot!(told.found(), @r#"
    high security-group-unresolved: required group sg-0123 of prod/web matches no group in vpc-main (and 2 more)
      about service web; under the policy for prod/web
      unresolved: ["required sg-0123 matches no group in vpc-main","required name:a matches no group in vpc-main","forbidden tag:b=c matches no group in vpc-main"]
    "#);
}

#[test]
fn a_group_that_is_gone() {
    assert_snapshot!(with("required = [\"sg-0123\"]").found(), @r#"
    high security-group-unresolved: required group sg-0123 of prod/web matches no group in vpc-main
      about service web; under the policy for prod/web
      unresolved: ["required sg-0123 matches no group in vpc-main"]
    "#);
}

#[test]
fn an_id_asks_nothing_of_another_vpc() {
    let told = with("required = [\"sg-elsewhere\"]").security_group_in(&names::vpc("other"), "elsewhere");
    assert_eq!(told.found(), "nothing");
}

#[test]
fn what_another_vpc_calls_so_does_not_count() {
    let told = with("required = [\"name:elsewhere\"]").security_group_in(&names::vpc("other"), "elsewhere");
    assert!(told.found().contains("matches no group in vpc-main"));
}

#[test]
fn the_default_group_is_there() {
    assert_eq!(with("forbidden = [\"default\"]").found(), "nothing");
    assert_eq!(with("required = [\"name:base\", \"sg-web\"]").found(), "nothing");
}

#[test]
fn a_tag_matches_by_key_and_value() {
    let told = with("required = [\"tag:role=base\"]");
    let told = told.security_group_that("base", |group| drop(group.tags.insert("role".into(), "Base".into())));
    assert!(told.found().contains("matches no group"));
}

#[test]
fn an_override_asks_of_its_own_place_only() {
    let told = with("required = []\n[[override]]\nservice = \"api\"\nsecurity_groups.required = [\"name:a\"]");
    assert_eq!(told.found(), "nothing");
    let told = told.service("api").declares(&["web"]).task(5);
    assert!(told.found().contains("of prod/api matches no group"));
}

#[test]
fn a_task_of_no_service_is_judged_by_its_clusters_policy() {
    let told = dressed().policy("[[override]]\ncluster = \"dr\"\nsecurity_groups.required = [\"name:a\"]");
    let told = told.cluster("dr").standalone(7).wearing(&["web"]).judged_by(&["security-group-unresolved"]);
    assert_snapshot!(told.found(), @r#"
    high security-group-unresolved: required group name:a of task t7 matches no group in vpc-main
      about task t7, eni-t7; under the policy for 
      unresolved: ["required name:a matches no group in vpc-main"]
    "#);
}
