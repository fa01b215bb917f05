//! `security-group-forbidden`.

use insta::assert_snapshot;

use super::steps::with_groups;
use crate::story::Story;

const RULES: [&str; 2] = ["security-group-missing", "security-group-forbidden"];
const NO_DEFAULT: &str = "security_groups.forbidden = [\"default\"]";

fn judged() -> Story {
    with_groups().task(1).having(&["web"]).policy(NO_DEFAULT).judged_by(&RULES).task(2)
}

#[test]
fn a_forbidden_group_that_the_task_has() {
    assert_snapshot!(judged().having(&["web", "default"]).found(), @r#"
    high security-group-forbidden: Task t2 of prod/web has security group sg-default (name:default), which the policy forbids
      about service web, task t2, eni-t2, sg-default; under the policy for prod/web
      worn: ["sg-default","sg-web"]
      -> on interface eni-t2 take off sg-default
    "#);
}

#[test]
fn the_last_group_is_never_taken_off() {
    assert_snapshot!(judged().having(&["default"]).found(), @r#"
    high security-group-forbidden: Task t2 of prod/web has security group sg-default (name:default), which the policy forbids
      about service web, task t2, eni-t2, sg-default; under the policy for prod/web
      worn: ["sg-default"]
      withheld: on interface eni-t2 take off sg-default: it is the only group of the interface, which can't be without one: require another
    "#);
}

#[test]
fn a_required_group_takes_its_place() {
    let policy = format!("{NO_DEFAULT}\nsecurity_groups.required = [\"sg-web\"]");
    let found = judged().having(&["default"]).policy(&policy).found();
    assert!(found.contains("-> on interface eni-t2 add sg-web and take off sg-default"), "{found}");
    assert_eq!(found.matches("-> on interface").count(), 2, "both findings want the same: {found}");
}

#[test]
fn what_is_required_by_another_name_is_not_forbidden() {
    let policy = "security_groups.forbidden = [\"default\"]\nsecurity_groups.required = [\"sg-default\"]";
    assert_eq!(judged().task(1).having(&["default"]).task(2).having(&["default"]).policy(policy).found(), "nothing");
}

#[test]
fn a_rule_that_is_disabled_asks_nothing_of_the_other_either() {
    let policy = "[security_groups]\nforbidden = [\"default\"]\nrequired = [\"sg-base\"]\n[rules]\ndisable = [\"security-group-forbidden\"]";
    let judged = judged().having(&["web", "default"]).task(1).having(&["web", "base"]).policy(policy);
    let found = judged.found();
    assert!(found.contains("-> on interface eni-t2 add sg-base\n"), "{found}");
}
