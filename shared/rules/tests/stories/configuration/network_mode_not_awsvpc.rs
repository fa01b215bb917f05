//! `network-mode-not-awsvpc`.

use insta::assert_snapshot;
use model::ecs::NetworkMode;
use model::elb::TargetType;

use super::sound;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["network-mode-not-awsvpc"]).found()
}

fn in_mode(mode: NetworkMode) -> Story {
    sound().defined(|definition| definition.network_mode = mode)
}

#[test]
fn a_bridge_service_behind_a_group_of_addresses() {
    assert_snapshot!(judged(in_mode(NetworkMode::Bridge)), @"
    high network-mode-not-awsvpc: ECS can't register tasks of prod/web in target group web: its targets are IP addresses, but task definition web:7 uses network mode bridge, in which tasks have none of their own
      about service web, group web; under the policy for prod/web
      network_mode: bridge
    ");
    assert_ne!(judged(in_mode(NetworkMode::Host)), "nothing");
}

#[test]
fn a_bridge_service_behind_a_group_of_instances() {
    assert_eq!(judged(in_mode(NetworkMode::Bridge).of_type(TargetType::Instance)), "nothing");
}

#[test]
fn a_bridge_service_behind_an_application_load_balancer() {
    assert_eq!(judged(in_mode(NetworkMode::Bridge).of_protocol("HTTP")), "nothing");
}

#[test]
fn awsvpc_is_fine() {
    assert_eq!(judged(sound()), "nothing");
}
