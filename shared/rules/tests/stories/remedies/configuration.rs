//! What the rules of configuration and headroom say, done by hand.

use model::ecs::NetworkMode;
use model::elb::TargetType;

use super::{by_every_rule, findings, is_mended};
use crate::configuration::{mapping, sound};
use crate::names;
use crate::security_group::rule;
use crate::story::Story;

pub(super) const FOLLOWED: &[&str] = &[
    "balancer-not-network",
    "port-mismatch",
    "network-mode-not-awsvpc",
    "service-without-load-balancer",
    "target-type-not-ip",
    "service-without-security-groups",
    "target-group-not-found",
    "protocol-mismatch",
    "zone-not-enabled",
    "subnet-addresses-low",
    "scaling-floor-zero",
    "deployment-headroom",
];

/// Service `web` of [`sound`], let in and judged by every rule.
pub(super) fn healthy() -> Story {
    let inbound = rule("tcp", Some((8080, 8080)), &["10.0.0.0/16"]);
    by_every_rule(sound().security_group_that("web", |web| web.ingress.push(inbound)))
}

/// The zones of the service's subnets.
pub(super) const BOTH_ZONES: [&str; 2] = ["eu-central-1a", "eu-central-1b"];

/// The next deployment spread the tasks over both.
pub(super) fn in_both(story: Story) -> Story {
    story.task(3).at("10.0.2.3").in_subnet("b").registered()
}

fn another_service() -> Story {
    healthy().service("api").declares(&["web"]).task(5).registered_in("web", 8080)
}

#[test]
fn to_begin_with_nothing_is_found() {
    assert_eq!(findings(&healthy()).into_iter().collect::<Vec<_>>(), []);
}

#[test]
fn who_does_what_a_remedy_says_is_done() {
    let two_zones = || healthy().and_in_zone("b", "eu-central-1b");
    let of_http = healthy().of_protocol("HTTP").which(|group| group.load_balancers = vec![names::balancer("app")]);
    let cases: [(&str, Story, Story); 15] = [
        ("balancer-not-network", of_http, healthy()),
        ("port-mismatch", healthy().mapping(vec![mapping(80, None, "tcp")]), healthy()),
        ("port-mismatch", healthy().mapping(vec![mapping(8080, Some(80), "tcp")]), healthy()),
        ("network-mode-not-awsvpc", healthy().defined(|one| one.network_mode = NetworkMode::Bridge), healthy()),
        ("protocol-mismatch", healthy().mapping(vec![mapping(8080, None, "udp")]), healthy()),
        ("target-type-not-ip", healthy().of_type(TargetType::Instance), healthy()),
        ("target-group-not-found", healthy().without_group("web"), healthy()),
        ("service-without-load-balancer", another_service(), another_service().on("web", 8080)),
        ("service-without-security-groups", healthy().declares(&[]), healthy()),
        ("zone-not-enabled", two_zones(), in_both(two_zones().balancer_in(&BOTH_ZONES))),
        ("zone-not-enabled", two_zones(), healthy()),
        (
            "subnet-addresses-low",
            healthy().scaled(1, 30).free_addresses(27),
            healthy().scaled(1, 29).free_addresses(27),
        ),
        (
            "subnet-addresses-low",
            healthy().scaled(1, 30).free_addresses(27),
            healthy().scaled(1, 30).free_addresses(100),
        ),
        (
            "deployment-headroom",
            healthy().free_addresses(1),
            healthy().free_addresses(1).whose(|one| one.percents.maximum = 150),
        ),
        ("scaling-floor-zero", healthy().scaled(0, 10), healthy().scaled(1, 10)),
    ];
    for (slug, before, after) in &cases {
        is_mended(slug, before, after);
    }
}
