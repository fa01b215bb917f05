//! `client-ip-loopback`.

use insta::assert_snapshot;

use crate::configuration::sound;
use crate::story::Story;

const NAME: &str = "net-0f.elb.eu-central-1.amazonaws.com";

fn judged(story: Story) -> String {
    story.judged_by(&["client-ip-loopback"]).found()
}

/// Its tasks are told of this name, and clients' addresses are preserved.
fn client_of(name: &str) -> Story {
    let story = sound().balancer_that(|balancer| balancer.dns_name = Some(NAME.to_uppercase()));
    let story = story.with_attributes("web", |attributes| attributes.preserve_client_ip = Some(true));
    story.defined(|definition| definition.containers[0].balancer_names = vec![name.to_owned()])
}

#[test]
fn a_task_that_is_told_of_its_own_balancer() {
    assert_snapshot!(judged(client_of(NAME)), @r"
    low client-ip-loopback: Some connections of prod/web to edge time out: its tasks are clients of the load balancer that sends to them, and web preserves client addresses
      about service web, group web; under the policy for prod/web
      names: net-0f.elb.eu-central-1.amazonaws.com
    ");
    assert!(judged(client_of(&format!("eu-central-1a.{NAME}"))).contains("client-ip-loopback"), "of one zone");
}

#[test]
fn another_balancer_or_one_that_does_not_preserve_addresses_is_fine() {
    assert_eq!(judged(client_of("other-0f.elb.eu-central-1.amazonaws.com")), "nothing");
    assert_eq!(judged(client_of(&format!("inter{NAME}"))), "nothing");
    let hidden = client_of(NAME).with_attributes("web", |attributes| attributes.preserve_client_ip = Some(false));
    assert_eq!(judged(hidden), "nothing");
    assert_eq!(judged(sound()), "nothing");
}

#[test]
fn over_udp_addresses_are_always_preserved() {
    let story = client_of(NAME).of_protocol("UDP").with_attributes("web", |all| all.preserve_client_ip = None);
    assert!(judged(story).contains("client-ip-loopback"));
}
