//! `security-group-unresolved`.

use insta::assert_snapshot;

use super::steps::with_groups;
use crate::names;
use crate::story::Story;

fn with(policy: &str) -> Story {
    with_groups().policy(&format!("security_groups.{policy}")).judged_by(&["security-group-unresolved"])
}

#[test]
fn a_name_that_no_group_has() {
    assert_snapshot!(with("required = [\"name:bsae\"]").found(), @r#"
    high security-group-unresolved: The policy has no effect on tasks of prod/web: required security group name:bsae matches no group in vpc-main
      about service web; under the policy for prod/web
      unresolved: ["required name:bsae matches no group in vpc-main"]
    "#);
}

#[test]
fn a_tag_that_two_groups_have() {
    let tagged = |judged: Story, name: &str| {
        judged.security_group_that(name, |group| drop(group.tags.insert("role".into(), "base".into())))
    };
    let judged = with("forbidden = [\"tag:role=base\"]");
    assert_eq!(tagged(judged.clone(), "base").found(), "nothing");
    assert_snapshot!(tagged(tagged(judged, "base"), "web").found(), @r#"
    high security-group-unresolved: The policy has no effect on tasks of prod/web: forbidden security group tag:role=base matches 2 groups in vpc-main
      about service web, sg-base, sg-web; under the policy for prod/web
      unresolved: ["forbidden tag:role=base matches 2 groups in vpc-main: sg-base, sg-web"]
    "#);
}

#[test]
fn a_name_that_two_groups_have() {
    let judged = with("required = [\"name:base\"]").security_group("second");
    let judged = judged.security_group_that("second", |group| "base".clone_into(&mut group.name));
    assert_snapshot!(judged.found(), @r#"
    high security-group-unresolved: The policy has no effect on tasks of prod/web: required security group name:base matches 2 groups in vpc-main
      about service web, sg-base, sg-second; under the policy for prod/web
      unresolved: ["required name:base matches 2 groups in vpc-main: sg-base, sg-second"]
    "#);
}

#[test]
fn several_names_are_one_finding() {
    let judged = with("required = [\"name:a\", \"name:base\", \"sg-0123\"]\nsecurity_groups.forbidden = [\"tag:b=c\"]");
    assert_snapshot!(judged.found(), @r#"
    high security-group-unresolved: The policy has no effect on tasks of prod/web: required security group sg-0123 matches no group in vpc-main (and 2 more)
      about service web; under the policy for prod/web
      unresolved: ["required sg-0123 matches no group in vpc-main","required name:a matches no group in vpc-main","forbidden tag:b=c matches no group in vpc-main"]
    "#);
}

#[test]
fn a_group_that_is_gone() {
    assert_snapshot!(with("required = [\"sg-0123\"]").found(), @r#"
    high security-group-unresolved: The policy has no effect on tasks of prod/web: required security group sg-0123 matches no group in vpc-main
      about service web; under the policy for prod/web
      unresolved: ["required sg-0123 matches no group in vpc-main"]
    "#);
}

#[test]
fn an_id_asks_nothing_of_another_vpc() {
    let judged = with("required = [\"sg-elsewhere\"]").security_group_in(&names::vpc("other"), "elsewhere");
    assert_eq!(judged.found(), "nothing");
}

#[test]
fn what_another_vpc_calls_so_does_not_count() {
    let judged = with("required = [\"name:elsewhere\"]").security_group_in(&names::vpc("other"), "elsewhere");
    assert!(judged.found().contains("matches no group in vpc-main"));
}

/// "Associate security groups with multiple VPCs" in the Amazon VPC guide.
#[test]
fn a_group_of_another_vpc_counts_where_it_is_associated() {
    let elsewhere = |policy: &str| with(policy).security_group_in(&names::vpc("other"), "elsewhere");
    for policy in ["required = [\"name:elsewhere\"]", "required = [\"sg-elsewhere\"]"] {
        assert_eq!(elsewhere(policy).associated("elsewhere", "main", "associated").found(), "nothing");
    }
    let by_name = || elsewhere("required = [\"name:elsewhere\"]");
    let near_misses = [("elsewhere", "main", "disassociating"), ("elsewhere", "third", "associated")];
    for (group, vpc, state) in near_misses {
        let found = by_name().associated(group, vpc, state).found();
        assert!(found.contains("matches no group in vpc-main"), "{vpc} {state}: {found}");
    }
}

#[test]
fn the_vpcs_own_group_is_meant_before_one_that_is_associated() {
    let judged = with("required = [\"name:base\"]").security_group_in(&names::vpc("other"), "elsewhere");
    let judged = judged.security_group_that("elsewhere", |group| "base".clone_into(&mut group.name));
    assert_eq!(judged.associated("elsewhere", "main", "associated").found(), "nothing");
}

#[test]
fn the_default_group_is_there() {
    assert_eq!(with("forbidden = [\"default\"]").found(), "nothing");
    assert_eq!(with("required = [\"name:base\", \"sg-web\"]").found(), "nothing");
}

#[test]
fn a_tag_matches_by_key_and_value() {
    let judged = with("required = [\"tag:role=base\"]");
    let judged = judged.security_group_that("base", |group| drop(group.tags.insert("role".into(), "Base".into())));
    assert!(judged.found().contains("matches no group"));
}

#[test]
fn an_override_asks_of_its_own_place_only() {
    let judged = with("required = []\n[[override]]\nservice = \"api\"\nsecurity_groups.required = [\"name:a\"]");
    assert_eq!(judged.found(), "nothing");
    let judged = judged.service("api").declares(&["web"]).task(5);
    assert!(judged.found().contains("tasks of prod/api: required security group name:a matches no group"));
}

#[test]
fn a_task_of_no_service_is_judged_by_its_clusters_policy() {
    let judged = with_groups().policy("[[override]]\ncluster = \"dr\"\nsecurity_groups.required = [\"name:a\"]");
    let judged = judged.cluster("dr").standalone(7).having(&["web"]).judged_by(&["security-group-unresolved"]);
    assert_snapshot!(judged.found(), @r#"
    high security-group-unresolved: The policy has no effect on task t7: required security group name:a matches no group in vpc-main
      about task t7, eni-t7; under the policy for 
      unresolved: ["required name:a matches no group in vpc-main"]
    "#);
}
