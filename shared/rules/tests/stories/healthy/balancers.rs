//! Network Load Balancers, their listeners and target groups.

use model::ec2::SecurityGroup;
use model::elb::{Forward, HealthCheckPort, Listener};
use model::id::SecurityGroupId;

use super::{HealthyAccount, empty_web, web};
use crate::configuration::mapping;
use crate::names;
use crate::security_group::rule;
use crate::story::Story;

pub(super) const ACCOUNTS: &[HealthyAccount] = &[
    ("TCP_UDP, with one port mapping", "elasticloadbalancing/latest/network/load-balancer-target-groups.html", tcp_udp),
    ("two services, one per protocol, in one group", LISTENERS, one_per_protocol),
    ("TCP_QUIC, with one port mapping", LISTENERS, tcp_quic),
    ("TLS ends at the balancer", "elasticloadbalancing/latest/network/create-tls-listener.html", tls),
    ("DNS over UDP", "AmazonECS/latest/developerguide/nlb.html", udp),
    ("several groups", "AmazonECS/latest/developerguide/register-multiple-targetgroups.html", several_groups),
    ("one group of two services", "AmazonECS/latest/developerguide/service-load-balancing.html", shared_group),
    ("weighted target groups", LISTENERS, weighted),
    ("the balancer has security groups", SECURITY_GROUPS, with_security_groups),
    (
        "client addresses are preserved",
        "elasticloadbalancing/latest/network/edit-target-group-attributes.html",
        preserved,
    ),
    (
        "an Application Load Balancer beside it",
        "AmazonECS/latest/developerguide/alb.html",
        beside_an_application_balancer,
    ),
];

const LISTENERS: &str = "elasticloadbalancing/latest/network/load-balancer-listeners.html";
const SECURITY_GROUPS: &str = "elasticloadbalancing/latest/network/load-balancer-security-groups.html";

/// The group lets in this port of both protocols.
fn lets_in(
    port: u16,
    protocols: &'static [&'static str],
    from: &'static [&'static str],
) -> impl FnOnce(&mut SecurityGroup) {
    move |group| group.ingress = protocols.iter().map(|one| rule(one, Some((port, port)), from)).collect()
}

/// The balancer listens, and sends what comes to this group.
pub(super) fn listening(mut judged: Story, protocol: &str, port: u16, group: &str) -> Story {
    let arn = format!("arn:aws:elasticloadbalancing:eu-central-1:111122223333:listener/net/edge/0f/{port}");
    let listener = Listener {
        arn: arn.parse().expect("a listener ARN"),
        protocol: Some(protocol.to_owned()),
        port: Some(port),
        forwards: vec![Forward::to(names::group(group))],
    };
    judged.account.network.listeners.entry(names::balancer("net")).or_default().push(listener);
    judged
}

fn tcp_udp() -> Story {
    let judged = listening(web(), "TCP_UDP", 53, "web").of_protocol("TCP_UDP");
    judged.security_group_that("web", lets_in(8080, &["tcp", "udp"], &["0.0.0.0/0"]))
}

fn one_per_protocol() -> Story {
    let judged = tcp_udp().service("dns").declares(&["web"]).on("web", 8080);
    judged.mapping(vec![mapping(8080, None, "udp")]).task(3).registered()
}

fn tcp_quic() -> Story {
    let judged = listening(web(), "TCP_QUIC", 443, "web").of_protocol("TCP_QUIC");
    judged.security_group_that("web", lets_in(8080, &["tcp", "udp"], &["0.0.0.0/0"]))
}

fn tls() -> Story {
    listening(web(), "TLS", 443, "web")
}

/// Checked over TCP, on a port of a container of its own.
fn udp() -> Story {
    let judged = listening(web(), "UDP", 53, "web").of_protocol("UDP").mapping(vec![mapping(8080, None, "udp")]);
    let judged = judged.which(|group| group.health_check.port = Ok(HealthCheckPort::Fixed(9000)));
    judged.security_group_that("web", |group| {
        group.ingress =
            vec![rule("udp", Some((8080, 8080)), &["0.0.0.0/0"]), rule("tcp", Some((9000, 9000)), &["10.0.0.0/16"])];
    })
}

fn several_groups() -> Story {
    let judged = empty_web().group("admin").on("admin", 8080).task(1).registered();
    listening(listening(judged, "TCP", 80, "web"), "TCP", 8443, "admin")
}

fn shared_group() -> Story {
    web().service("shop").declares(&["web"]).on("web", 8080).task(3).registered()
}

/// Two services share a listener by weights.
fn weighted() -> Story {
    let judged = web().group("next").service("next").declares(&["web"]).on("next", 8080).task(3).registered();
    let mut judged = listening(judged, "TCP", 80, "web");
    let listeners = judged.account.network.listeners.get_mut(&names::balancer("net")).expect("listeners");
    listeners.iter_mut().for_each(|listener| listener.forwards.push(Forward::to(names::group("next"))));
    judged
}

fn with_security_groups() -> Story {
    let mut judged = web().security_group("edge").security_group_that("edge", lets_in(80, &["tcp"], &["0.0.0.0/0"]));
    judged = judged.security_group_that("web", |group| {
        let edge: SecurityGroupId = names::security_group("edge");
        group.ingress = vec![rule("tcp", Some((8080, 8080)), &[edge.as_str()])];
    });
    let balancer = judged.account.network.balancers.get_mut(&names::balancer("net")).expect("a balancer");
    balancer.security_groups = Some(vec![names::security_group("edge")]);
    listening(judged, "TCP", 80, "web")
}

/// Clients in the VPC.
fn preserved() -> Story {
    listening(web(), "TCP", 80, "web").with_attributes("web", |attributes| attributes.preserve_client_ip = Some(true))
}

fn beside_an_application_balancer() -> Story {
    let judged = web().group("shop").of_protocol("HTTP");
    let judged = judged.which(|group| group.load_balancers = vec![names::balancer("app")]);
    let judged = judged.service("shop").declares(&["web"]).on("shop", 8080).task(3).registered();
    judged.service("blog").declares(&["web"]).on("shop", 8080).task(4).registered()
}
