//! `security-group-default`.

use insta::assert_snapshot;

use super::steps::with_groups;

const RULE: &[&str] = &["security-group-default"];

#[test]
fn a_service_that_declares_no_groups() {
    let judged = with_groups().declares(&[]).task(1).having(&["default"]).task(2).having(&["default"]);
    assert_snapshot!(judged.judged_by(RULE).found(), @"
    medium security-group-default: Everything with security group sg-default, the default of vpc-main, can reach tasks of prod/web: the service declares no security groups
      about service web, sg-default; under the policy for prod/web
      task: t1
      tasks: 2
    ");
}

#[test]
fn a_service_that_declares_it() {
    let judged = with_groups().declares(&["web", "default"]);
    assert_snapshot!(judged.judged_by(RULE).found(), @"
    medium security-group-default: Everything with security group sg-default, the default of vpc-main, can reach tasks of prod/web: the service declares it
      about service web, sg-default; under the policy for prod/web
      task: t1
      tasks: 2
    ");
}

#[test]
fn one_task_that_was_given_it_by_hand() {
    let judged = with_groups().task(2).having(&["web", "default"]);
    assert_snapshot!(judged.judged_by(RULE).found(), @"
    medium security-group-default: Everything with security group sg-default, the default of vpc-main, can reach tasks of prod/web
      about service web, sg-default; under the policy for prod/web
      task: t2
      tasks: 1
    ");
}

#[test]
fn a_task_of_no_service() {
    let judged = with_groups().standalone(3).having(&["default"]);
    assert_snapshot!(judged.judged_by(RULE).found(), @"
    medium security-group-default: Everything with security group sg-default, the default of vpc-main, can reach task t3
      about task t3, eni-t3, sg-default; under the policy for 
      task: t3
      tasks: 1
    ");
}

#[test]
fn groups_of_their_own_are_fine() {
    assert_eq!(with_groups().judged_by(RULE).found(), "nothing");
    let named_alike = with_groups().security_group("default2").task(2).having(&["default2"]);
    assert_eq!(named_alike.judged_by(RULE).found(), "nothing");
}

#[test]
fn where_the_policy_speaks_of_it_other_rules_do() {
    for policy in ["forbidden = [\"default\"]", "required = [\"name:default\"]"] {
        let judged = with_groups().declares(&["default"]).policy(&format!("security_groups.{policy}"));
        assert_eq!(judged.judged_by(RULE).found(), "nothing", "{policy}");
    }
}
