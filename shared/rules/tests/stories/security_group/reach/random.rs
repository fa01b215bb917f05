//! The rules and single packets agree, whatever the security groups say.
//!
//! `PROPTEST_CASES=100000` walks a hundred thousand.

use model::elb::{HealthCheckPort, IpVersion, Scheme};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::packets::{Fate, health_checks, private_link, traffic};
use super::scene::Scene;

const PEERS: [&str; 24] = [
    "0.0.0.0/0",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "10.0.0.0/8",
    "10.0.1.0/24",
    "10.0.1.0/25",
    "10.0.1.128/25",
    "10.0.1.200/32",
    "10.0.2.0/24",
    "10.0.2.200/32",
    "10.0.2.128/26",
    "10.0.1.1/32",
    "192.168.0.0/16",
    "203.0.113.0/24",
    "100.64.0.0/10",
    "::/0",
    "2001:db8::/32",
    "2001:db8:1::/64",
    "2001:db8:2::c8/128",
    "fd00::/8",
    "sg-lb",
    "sg-lb2",
    "sg-web",
    "pl-1",
];

const PORTS: [&str; 9] = ["8080", "8080", "53", "0-65535", "8000-9100", "9090", "80", "443", "8081-9089"];

fn a_rule() -> impl Strategy<Value = String> {
    let peers = vec(select(&PEERS), 1..5);
    (select(&["tcp", "tcp", "tcp", "udp", "udp", "-1", "6", "icmp", "50"]), select(&PORTS), peers).prop_map(
        |(protocol, ports, peers)| {
            let ports = if matches!(protocol, "tcp" | "udp" | "6") { ports } else { "" };
            format!("{protocol} {ports} {}", peers.join(" "))
        },
    )
}

/// Rules of a group, or what it has if nothing is said of it.
fn said(often: f64, path: &'static str, group: &'static str) -> impl Strategy<Value = String> {
    proptest::option::weighted(often, vec(a_rule(), 0..6)).prop_map(move |rules| {
        let Some(rules) = rules else { return String::new() };
        let rules: String = rules.iter().map(|rule| format!("; {path} {group}: {rule}")).collect();
        format!("; {path} {group}:{rules}")
    })
}

fn scene() -> impl Strategy<Value = Scene> {
    let group = (
        select(&["TCP", "TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"]),
        select(&["8080", "8080", "8080,9090", "53"]),
        select(&["", "", "preserve on", "preserve off"]),
        select(&["", "", "check 9090", "check off"]),
        select(&["", "", "ipv6"]),
    );
    let balancer = (
        select(&["lb none", "lb empty", "lb sg-lb", "lb sg-lb", "lb sg-lb,sg-lb2"]),
        select(&["", "internal"]),
        select(&["", "", "dualstack"]),
        select(&[
            "",
            "hidden",
            "endpoint service",
            "hidden; endpoint service",
            "endpoint service; unfiltered",
            "unfiltered",
        ]),
        select(&["", "cross zone"]),
        select(&["", "", "listen TLS 443", "listen TCP_UDP 53; listen TCP 8080", "listen UDP 53"]),
    );
    let rest = (
        select(&["", "has web,base", "has web,base"]),
        select(&["", "", "list pl-1 10.0.0.0/8", "list pl-1", "list pl-1 2001:db8::/32 203.0.113.0/25"]),
        said(0.95, "in", "web"),
        said(0.5, "in", "lb"),
        said(0.4, "out", "lb"),
        said(0.9, "in", "base"),
        said(0.5, "out", "lb2"),
    );
    (group, balancer, rest).prop_map(|(group, balancer, rest)| {
        let mut text = format!("{} {}; {}; {}; {}", group.0, group.1, group.2, group.3, group.4);
        text += &format!("; {}; {}; {}; {}; {}", balancer.0, balancer.1, balancer.2, balancer.3, balancer.5);
        text += &format!("; {}", balancer.4);
        text += &format!("; {}; {}{}", rest.0, rest.1, rest.2);
        if balancer.0.contains("sg-lb") {
            text += &rest.3;
            text += &rest.4;
        }
        if rest.0.contains("base") {
            text += &rest.5;
        }
        if balancer.0.contains("sg-lb2") {
            text += &rest.6;
        }
        Scene::parse(&text)
    })
}

/// A finding if, and only if, something is certainly shut.
pub(super) fn assert_agrees(scene: &Scene) {
    let judged = scene.story();
    for (slug, fates) in
        [("ingress-traffic-blocked", traffic(scene)), ("ingress-health-check-blocked", health_checks(scene))]
    {
        let judged = judged.clone().judged_by(&[slug]);
        let found = judged.look().judgement;
        let is_shut = fates.contains(&Fate::BlockedTasks);
        // Where others are let in, those that come through an endpoint service may not be.
        let is_apart =
            slug == "ingress-traffic-blocked" && !is_shut && private_link(scene).contains(&Fate::BlockedTasks);
        assert_eq!(
            found.findings.iter().map(|finding| finding.evidence.contains_key("through")).collect::<Vec<_>>(),
            if is_shut || is_apart { vec![is_apart] } else { vec![] },
            "{slug}: packets say {fates:?}\n{scene:#?}\n{}",
            judged.found()
        );
        for finding in &found.findings {
            let to_add = finding.evidence["rules_to_add"].as_array().expect("a list");
            assert!(!to_add.is_empty(), "what would open it is told");
        }
    }
}

proptest! {
    #[test]
    fn rules_and_packets_agree(scene in scene()) {
        assert_agrees(&scene);
    }
}

/// The walk would prove little if nearly all scenes were of one kind.
#[test]
fn scenes_of_every_kind_are_walked() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut counts = [0; 3];
    let (mut health, mut through, mut seen) = ([0; 3], [0; 3], [0; 4]);
    for _ in 0..600 {
        let scene = scene().new_tree(&mut runner).expect("a scene").current();
        traffic(&scene).into_iter().for_each(|fate| counts[fate as usize] += 1);
        health_checks(&scene).into_iter().for_each(|fate| health[fate as usize] += 1);
        private_link(&scene).into_iter().for_each(|fate| through[fate as usize] += 1);
        seen[0] += usize::from(scene.version == IpVersion::Ipv6);
        seen[1] += usize::from(scene.scheme == Scheme::Internal);
        seen[2] += usize::from(scene.is_hidden);
        seen[3] += usize::from(matches!(scene.check, Some(HealthCheckPort::Fixed(_))));
    }
    assert!(
        counts.into_iter().chain(health).chain([through[0], through[2]]).chain(seen).all(|count| count > 20),
        "{counts:?} {health:?} {through:?} {seen:?}"
    );
}
