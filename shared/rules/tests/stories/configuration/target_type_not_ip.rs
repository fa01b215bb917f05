//! `target-type-not-ip`.

use insta::assert_snapshot;
use model::ecs::NetworkMode;
use model::elb::TargetType;

use super::sound;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["target-type-not-ip"]).found()
}

#[test]
fn an_awsvpc_service_on_a_group_of_instances() {
    assert_snapshot!(judged(sound().of_type(TargetType::Instance)), @"
    high target-type-not-ip: ECS can't register tasks of prod/web in target group web: its targets are of type instance, and task definition web:7 uses network mode awsvpc, whose tasks are registered by IP address
      about service web, group web; under the policy for prod/web
      target_type: instance
    ");
}

#[test]
fn a_bridge_service_belongs_there() {
    let story = sound().of_type(TargetType::Instance);
    for mode in [NetworkMode::Bridge, NetworkMode::Host] {
        assert_eq!(judged(story.clone().defined(|definition| definition.network_mode = mode)), "nothing");
    }
}

#[test]
fn a_group_of_addresses_is_fine() {
    assert_eq!(judged(sound()), "nothing");
    assert_eq!(judged(sound().of_type(TargetType::Instance).of_protocol("HTTPS")), "nothing");
}
