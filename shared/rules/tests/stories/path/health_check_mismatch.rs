//! `health-check-mismatch`.

use insta::assert_snapshot;
use model::ecs::{NetworkMode, PortMapping};
use model::elb::HealthCheckPort;
use model::observation::{Unread, UnreadKind};

use crate::configuration::{mapping, sound};
use crate::names;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["health-check-mismatch"]).found()
}

fn udp_only() -> Story {
    sound().of_protocol("UDP").mapping(vec![mapping(8080, None, "udp")])
}

fn failing(mut story: Story) -> Story {
    let all = story.account.health.values_mut().flatten();
    all.for_each(|one| one.state = "unhealthy".into());
    story
}

#[test]
fn a_tcp_check_of_a_port_that_is_mapped_for_udp_alone() {
    assert_snapshot!(judged(udp_only()), @r"
    low health-check-mismatch: prod/web behind web: its health checks may not be what was meant, as the checks go over TCP to port 8080, which web:7 maps for UDP alone
      about service web, group web; under the policy for prod/web
      health_check: TCP on the traffic port
      problem: the checks go over TCP to port 8080, which web:7 maps for UDP alone
    ");
    assert!(
        judged(failing(udp_only()))
            .starts_with("high health-check-mismatch: prod/web behind web: all of its targets fail")
    );
}

#[test]
fn one_healthy_target_shows_that_it_can_be_answered() {
    let story = udp_only().task(3).registered().state("unhealthy", None);
    assert!(judged(story).starts_with("low"));
}

#[test]
fn a_port_that_no_container_maps() {
    let checked_on = |port| sound().which(|group| group.health_check.port = Ok(HealthCheckPort::Fixed(port)));
    assert!(judged(checked_on(9000)).contains("port 9000, which no container of web:7 maps"));
    assert_eq!(judged(checked_on(8080)), "nothing");
    let beside = checked_on(9000).with_container("probe");
    let beside = beside.defined(|definition| definition.containers[1].ports = vec![mapping(9000, None, "tcp")]);
    assert_eq!(judged(beside), "nothing");
}

/// Neither is it taken for the traffic port, nor for a port that nobody maps.
#[test]
fn a_port_that_is_not_understood() {
    let unread = Unread {
        resource: names::group("web").to_string(),
        operation: "elasticloadbalancing:DescribeTargetGroups".to_owned(),
        error: "the answer can't be understood: healthCheckPort \"any\"".to_owned(),
        kind: UnreadKind::Permanent,
        code: None,
    };
    let story = udp_only().which(|group| group.health_check.port = Err(unread));
    let look = story.clone().judged_by(&["health-check-mismatch"]).look();
    assert!(look.judgement.findings.is_empty() && !look.judgement.abstentions.is_empty());
    // What doesn't rest on it is judged.
    let unregistered = story.task(9).judged_by(&["target-missing"]);
    assert!(unregistered.found().contains("10.0.1.9:8080 isn't registered"));
}

#[test]
fn another_application_protocol_than_the_check_speaks() {
    let checked = |protocol: &str, app: Option<&str>| {
        let mapping = PortMapping { app_protocol: app.map(str::to_owned), ..mapping(8080, None, "tcp") };
        let check = Some(protocol.to_owned());
        sound().mapping(vec![mapping]).which(|group| group.health_check.protocol = check)
    };
    for app in ["grpc", "http2"] {
        assert!(judged(checked("HTTP", Some(app))).contains(&format!("whose application protocol is {app}")));
        assert_eq!(judged(checked("TCP", Some(app))), "nothing");
    }
    assert_eq!(judged(checked("HTTP", Some("http"))), "nothing");
    assert_eq!(judged(checked("HTTP", None)), "nothing");
    assert!(judged(checked("HTTP", None).of_protocol("TLS")).contains("plain HTTP to port 8080, which is sent TLS"));
    assert_eq!(judged(checked("HTTPS", None).of_protocol("TLS")), "nothing");
}

#[test]
fn what_is_not_checked_or_not_awsvpc_is_left() {
    assert_eq!(judged(udp_only().which(|group| group.health_check.enabled = false)), "nothing");
    assert_eq!(judged(udp_only().defined(|definition| definition.network_mode = NetworkMode::Bridge)), "nothing");
    assert_eq!(judged(sound()), "nothing");
}

/// The commands of all fixes.
fn commands(story: Story) -> Vec<String> {
    let found = story.judged_by(&["health-check-mismatch"]).look().judgement.findings;
    found.into_iter().flat_map(|finding| finding.fixes).flat_map(|fix| fix.commands).collect()
}

/// In awsvpc mode a port needs no mapping: checks of a port that nobody maps may well be answered.
#[test]
fn the_traffic_port_is_advised_only_where_it_can_answer() {
    let checked = |story: Story| story.which(|group| group.health_check.port = Ok(HealthCheckPort::Fixed(9000)));
    assert!(commands(checked(sound()))[0].contains("--health-check-port traffic-port"));
    assert_eq!(commands(checked(udp_only())), [""; 0], "it serves UDP alone");
    let grpc = PortMapping { app_protocol: Some("grpc".to_owned()), ..mapping(8080, None, "tcp") };
    let grpc = sound().mapping(vec![grpc]).which(|group| group.health_check.protocol = Some("HTTP".to_owned()));
    assert_eq!(commands(checked(grpc)), [""; 0], "it doesn't speak HTTP/1.1");
}

#[test]
fn another_port_that_is_mapped_for_tcp_is_advised() {
    let beside = udp_only().with_container("probe");
    let beside = beside.defined(|definition| definition.containers[1].ports = vec![mapping(9000, None, "tcp")]);
    assert!(commands(beside)[0].contains("--health-check-protocol TCP --health-check-port 9000"));
}
