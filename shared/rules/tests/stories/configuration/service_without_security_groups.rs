//! `service-without-security-groups`.

use insta::assert_snapshot;
use model::ecs::TaskSetStatus;

use super::sound;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["service-without-security-groups"]).found()
}

#[test]
fn a_service_that_names_none() {
    assert_snapshot!(judged(sound().declares(&[])), @"
    medium service-without-security-groups: Tasks of prod/web get the VPC's default security group: the service declares none
      about service web; under the policy for prod/web
    ");
}

#[test]
fn a_task_set_that_names_none() {
    let story = |groups: &[&str]| sound().declares(groups).by_task_set(TaskSetStatus::Primary, &[("web", 8080)]);
    assert_ne!(judged(story(&[])), "nothing");
    assert_eq!(judged(story(&["web"])), "nothing");
}

#[test]
fn one_is_enough_and_a_service_without_interfaces_needs_none() {
    assert_eq!(judged(sound()), "nothing");
    assert_eq!(judged(sound().without_network()), "nothing");
}

#[test]
fn where_the_policy_requires_the_default_group_it_is_as_it_should_be() {
    assert_eq!(judged(sound().declares(&[]).policy("security_groups.required = [\"name:default\"]")), "nothing");
    assert_ne!(judged(sound().declares(&[]).policy("security_groups.forbidden = [\"default\"]")), "nothing");
}

#[test]
fn nothing_is_read_for_it() {
    let asked = sound().look_at_service("prod/web").judged_by(&["service-without-security-groups"]).look().asked();
    assert_eq!(asked.iter().map(crate::render::label).collect::<Vec<_>>(), ["service: prod/web"]);
}
