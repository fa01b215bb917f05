//! `protocol-mismatch`.

use insta::assert_snapshot;
use model::ec2::PortRange;
use model::ecs::PortRangeMapping;

use super::sound;
use super::steps::mapping;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["protocol-mismatch"]).found()
}

#[test]
fn a_group_of_udp_and_a_mapping_for_tcp() {
    assert_snapshot!(judged(sound().of_protocol("UDP")), @r#"
    low protocol-mismatch: Target group web sends UDP to prod/web, but its container maps port 8080 as TCP only
      about service web, group web; under the policy for prod/web
      problems: ["port 8080 as TCP only"]
      protocol: UDP
    "#);
}

/// Which protocols of a group go with which mappings of its port. ECS refuses a second mapping of a port, and a task with an
/// interface of its own is reached on a port that is mapped for the other protocol as well.
#[test]
fn every_protocol() {
    let fits = [
        ("TCP", "tcp", true),
        ("TLS", "tcp", true),
        ("UDP", "tcp", false),
        ("QUIC", "tcp", false),
        ("TCP_UDP", "tcp", true),
        ("TCP_QUIC", "tcp", true),
        ("TCP", "udp", false),
        ("TLS", "udp", false),
        ("UDP", "udp", true),
        ("QUIC", "udp", true),
        ("TCP_UDP", "udp", true),
        ("TCP", "tcp udp", true),
        ("UDP", "tcp udp", true),
        ("TCP_UDP", "tcp udp", true),
        ("TCP_QUIC", "tcp udp", true),
        ("SCTP", "tcp", true),
        ("HTTP", "udp", true),
    ];
    for (group, container, fit) in fits {
        let ports = container.split(' ').map(|protocol| mapping(8080, None, protocol)).collect();
        assert_eq!(judged(sound().of_protocol(group).mapping(ports)) == "nothing", fit, "{group} and {container}");
    }
}

#[test]
fn a_port_that_is_not_mapped_is_another_matter() {
    assert_eq!(judged(sound().mapping(vec![mapping(53, None, "udp")])), "nothing");
}

#[test]
fn a_range_maps_its_ports() {
    let range = PortRangeMapping { ports: PortRange { from: 8000, to: 9000 }, protocol: "udp".to_owned() };
    let story = sound().mapping(vec![]).defined(|definition| definition.containers[0].port_ranges = vec![range]);
    assert_ne!(judged(story.clone()), "nothing");
    assert_eq!(judged(story.of_protocol("UDP")), "nothing");
}
