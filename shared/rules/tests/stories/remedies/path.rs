//! What the rules on the way of traffic say, done by hand.

use model::ecs::ServiceEvent;
use model::elb::{CrossZone, HealthCheckPort, LoadBalancer};

use super::configuration::{BOTH_ZONES, healthy, in_both};
use super::{by_every_rule, is_mended};
use crate::names;
use crate::path::{acl, between, peering};
use crate::security_group::rule;
use crate::story::Story;

pub(super) const FOLLOWED: &[&str] = &[
    "balancer-not-serving",
    "balancer-ingress-blocked",
    "listener-forwards-nothing",
    "zone-without-targets",
    "no-health-check-grace",
    "health-check-mismatch",
    "client-ip-loopback",
    "network-acl-blocked",
    "target-outside-vpc",
    "drain-too-short-for-nlb",
];

/// The balancer has a group that lets in this port, and that the tasks' group lets in.
fn behind_a_group(port: u16) -> Story {
    let story = healthy().security_group("edge").security_group_that("edge", |edge| {
        edge.ingress = vec![rule("tcp", Some((port, port)), &["0.0.0.0/0"])];
    });
    story.balancer_that(|balancer| balancer.security_groups = Some(vec![names::security_group("edge")]))
}

fn weight(weight: u32) -> Story {
    healthy().listeners_that(|listeners| listeners[0].forwards[0].weight = Some(weight))
}

fn stopped_while_starting() -> Story {
    let message = "(service web) (port 8080) is unhealthy in (target-group web) due to (reason Health checks failed)";
    let event = ServiceEvent { at: Some(names::minutes_ago(9)), message: message.to_owned() };
    healthy().whose(|service| service.events.extend([event.clone(), event]))
}

fn client_of_itself(preserves: bool) -> Story {
    let name = "edge-0f.elb.eu-central-1.amazonaws.com";
    let story = healthy().balancer_that(|balancer: &mut LoadBalancer| balancer.dns_name = Some(name.to_owned()));
    let story = story.defined(|definition| definition.containers[0].balancer_names = vec![name.to_owned()]);
    // The clients are in the VPC, which the tasks' group lets in.
    story.with_attributes("web", |attributes| attributes.preserve_client_ip = Some(preserves))
}

/// The balancer's subnet denies what clients send, or allows it.
fn with_an_acl(action: &str) -> Story {
    let first = format!("in 90 {action} tcp 80 0.0.0.0/0");
    let mut story = healthy();
    story.account.network.acls =
        vec![acl("a", &["a"], &[&first, "in 100 allow -1 all 0.0.0.0/0", "out 100 allow -1 all 0.0.0.0/0"])];
    story
}

fn draining_for(seconds: u32) -> Story {
    healthy().with_attributes("web", |attributes| attributes.deregistration_delay_seconds = Some(seconds))
}

fn checked_on(port: u16) -> Story {
    let open = rule("tcp", Some((9000, 9000)), &["10.0.0.0/16"]);
    let story = healthy().security_group_that("web", |web| web.ingress.push(open));
    story.which(|group| group.health_check.port = Ok(HealthCheckPort::Fixed(port)))
}

#[test]
fn who_does_what_a_remedy_says_is_done() {
    let lopsided = || healthy().and_in_zone("b", "eu-central-1b").balancer_in(&BOTH_ZONES);
    let graced = stopped_while_starting().whose(|service| service.health_check_grace_seconds = Some(120));
    let (there, back) = ([("10.0.1.0/24", peering())], [("10.0.2.0/24", peering())]);
    let cases: [(&str, Story, Story); 12] = [
        ("balancer-not-serving", healthy().listeners_that(Vec::clear), healthy()),
        ("balancer-ingress-blocked", behind_a_group(443), behind_a_group(80)),
        ("listener-forwards-nothing", weight(0), weight(1)),
        ("zone-without-targets", lopsided(), lopsided().cross_zone("web", CrossZone::On)),
        ("zone-without-targets", lopsided(), in_both(lopsided())),
        ("zone-without-targets", lopsided(), healthy()),
        ("no-health-check-grace", stopped_while_starting(), graced),
        ("health-check-mismatch", checked_on(9000), checked_on(8080)),
        ("client-ip-loopback", client_of_itself(true), client_of_itself(false)),
        ("network-acl-blocked", with_an_acl("deny"), with_an_acl("allow")),
        ("target-outside-vpc", by_every_rule(between(&[], &back)), by_every_rule(between(&there, &back))),
        ("drain-too-short-for-nlb", draining_for(5), draining_for(120)),
    ];
    for (slug, before, after) in &cases {
        is_mended(slug, before, after);
    }
}
