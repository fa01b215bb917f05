//! What the AWS guides say, case by case.
//!
//! "Security groups", "Client IP preservation" and "Health checks" in the guide to Network Load Balancers; "Security group
//! rules" and "Managed prefix lists" in the guide to Amazon VPC.

use super::packets::{Fate, health_checks, traffic};
use super::random::assert_agrees;
use super::scene::Scene;
use Fate::{Open, Shut, Unsure};

/// What it is about; the scene; what becomes of traffic, and of health checks.
type Case = (&'static str, &'static str, Fate, Option<Fate>);

const CASES: &[Case] = &[
    // The balancer has security groups.
    ("reference to the balancer's group", "TCP 8080; lb sg-lb; in web: tcp 8080 sg-lb", Open, Some(Open)),
    ("the same, TLS", "TLS 8443; lb sg-lb; in web: tcp 8443 sg-lb", Open, Some(Open)),
    ("reference to one of its two groups", "TCP 8080; lb sg-lb,sg-lb2; in web: tcp 8080 sg-lb2", Open, Some(Open)),
    ("reference to another group", "TCP 8080; lb sg-lb; in web: tcp 8080 sg-web", Shut, Some(Shut)),
    ("its private addresses", "TCP 8080; lb sg-lb; in web: tcp 8080 10.0.1.200/32 10.0.2.200/32", Open, Some(Open)),
    ("one of its private addresses", "TCP 8080; lb sg-lb; in web: tcp 8080 10.0.2.200/32", Open, Some(Open)),
    ("a neighbour of its addresses", "TCP 8080; lb sg-lb; in web: tcp 8080 10.0.1.201/32", Shut, Some(Shut)),
    ("no rule at all", "TCP 8080; lb sg-lb", Shut, Some(Shut)),
    ("another port", "TCP 8080; lb sg-lb; in web: tcp 8081 sg-lb", Shut, Some(Shut)),
    ("another protocol", "TCP 8080; lb sg-lb; in web: udp 8080 sg-lb", Shut, Some(Shut)),
    ("a range of ports", "TCP 8080; lb sg-lb; in web: tcp 8000-8100 sg-lb", Open, Some(Open)),
    ("a range that ends before", "TCP 8080; lb sg-lb; in web: tcp 8000-8079 sg-lb", Shut, Some(Shut)),
    ("all protocols", "TCP 8080; lb sg-lb; in web: -1 sg-lb", Open, Some(Open)),
    ("the protocol's number", "TCP 8080; lb sg-lb; in web: 6 8080 sg-lb", Open, Some(Open)),
    ("ICMP only", "TCP 8080; lb sg-lb; in web: icmp sg-lb", Shut, Some(Shut)),
    ("reference, address preserved", "TCP 8080; preserve on; lb sg-lb; in web: tcp 8080 sg-lb", Open, Some(Open)),
    ("reference, UDP", "UDP 53; lb sg-lb; in web: udp 53 sg-lb", Open, Some(Shut)),
    ("reference, UDP and its checks", "UDP 53; lb sg-lb; in web: -1 sg-lb", Open, Some(Open)),
    // Outbound rules of the balancer.
    ("outbound to nobody", "TCP 8080; lb sg-lb; out lb:; in web: tcp 8080 sg-lb", Shut, Some(Shut)),
    (
        "outbound to the tasks' group",
        "TCP 8080; lb sg-lb; out lb: tcp 8080 sg-web; in web: tcp 8080 sg-lb",
        Open,
        Some(Open),
    ),
    (
        "outbound to their range",
        "TCP 8080; lb sg-lb; out lb: tcp 8080 10.0.1.0/24; in web: tcp 8080 sg-lb",
        Open,
        Some(Open),
    ),
    (
        "outbound to another range",
        "TCP 8080; lb sg-lb; out lb: tcp 8080 10.0.2.0/24; in web: tcp 8080 sg-lb",
        Shut,
        Some(Shut),
    ),
    (
        "outbound on the listener's port only",
        "TCP 8080; lb sg-lb; out lb: tcp 80 0.0.0.0/0; in web: tcp 8080 sg-lb",
        Shut,
        Some(Shut),
    ),
    (
        "outbound for traffic, not for checks",
        "TCP 8080; check 9090; lb sg-lb; out lb: tcp 8080 0.0.0.0/0; in web: -1 sg-lb",
        Open,
        Some(Shut),
    ),
    (
        "outbound of one of two groups",
        "TCP 8080; lb sg-lb,sg-lb2; out lb:; out lb2: -1 sg-web; in web: tcp 8080 sg-lb",
        Open,
        Some(Open),
    ),
    // Inbound rules of the balancer matter to the clients, never to health checks.
    ("inbound of the balancer shut", "TCP 8080; lb sg-lb; in lb:; in web: tcp 8080 sg-lb", Open, Some(Open)),
    (
        "clients let in on both sides",
        "TCP 8080; preserve on; lb sg-lb; in lb: tcp 80 203.0.113.0/24; in web: tcp 8080 203.0.113.0/25",
        Open,
        Some(Shut),
    ),
    (
        "clients let in on one side only",
        "TCP 8080; preserve on; lb sg-lb; in lb: tcp 80 203.0.113.0/24; in web: tcp 8080 198.51.100.0/24",
        Shut,
        Some(Shut),
    ),
    (
        "clients let in to another listener port",
        "TCP 8080; preserve on; lb sg-lb; in lb: tcp 443 0.0.0.0/0; in web: tcp 8080 203.0.113.0/24",
        Shut,
        Some(Shut),
    ),
    (
        "clients of a TLS listener",
        "TCP 8080; preserve on; lb sg-lb; listen TLS 443; in lb: tcp 443 0.0.0.0/0; in web: tcp 8080 203.0.113.0/24",
        Open,
        Some(Shut),
    ),
    (
        "clients that come by their own group",
        "TCP 8080; preserve on; internal; lb sg-lb; in lb: tcp 80 sg-app; in web: tcp 8080 10.1.0.0/16",
        Unsure,
        Some(Shut),
    ),
    // The balancer has none, and the clients' addresses aren't preserved.
    ("the balancer's addresses", "TCP 8080; lb none; in web: tcp 8080 10.0.1.200/32 10.0.2.200/32", Open, Some(Open)),
    ("the balancer's subnet", "TCP 8080; lb none; in web: tcp 8080 10.0.2.0/24", Open, Some(Open)),
    ("the VPC", "TCP 8080; lb none; in web: tcp 8080 10.0.0.0/16", Open, Some(Open)),
    ("half of a subnet without its node", "TCP 8080; lb none; in web: tcp 8080 10.0.1.0/25", Shut, Some(Shut)),
    ("half of a subnet with its node", "TCP 8080; lb none; in web: tcp 8080 10.0.1.128/25", Open, Some(Open)),
    ("another subnet", "TCP 8080; lb none; in web: tcp 8080 10.0.3.0/24", Shut, Some(Shut)),
    ("the clients, whom nobody sees", "TCP 8080; lb none; in web: tcp 8080 203.0.113.0/24", Shut, Some(Shut)),
    ("the world", "TCP 8080; lb none; in web: tcp 8080 0.0.0.0/0", Open, Some(Open)),
    (
        "the world in two halves",
        "TCP 8080; lb none; in web: tcp 8080 0.0.0.0/1; in web: tcp 8080 128.0.0.0/1",
        Open,
        Some(Open),
    ),
    ("a group that isn't the balancer's", "TCP 8080; lb none; in web: tcp 8080 sg-web", Shut, Some(Shut)),
    ("its list of groups is empty", "TCP 8080; lb empty; in web: tcp 8080 10.0.1.200/32", Open, Some(Open)),
    (
        "its interfaces hidden, a whole subnet",
        "TCP 8080; lb none; hidden; in web: tcp 8080 10.0.1.0/24",
        Open,
        Some(Open),
    ),
    (
        "its interfaces hidden, half a subnet",
        "TCP 8080; lb none; hidden; in web: tcp 8080 10.0.1.0/25",
        Unsure,
        Some(Unsure),
    ),
    ("its interfaces hidden, elsewhere", "TCP 8080; lb none; hidden; in web: tcp 8080 10.0.3.0/24", Shut, Some(Shut)),
    (
        "its interfaces hidden, two halves",
        "TCP 8080; lb none; hidden; in web: tcp 8080 10.0.1.0/25 10.0.1.128/25",
        Open,
        Some(Open),
    ),
    // The balancer has none, and the clients' addresses are preserved.
    (
        "the balancer's addresses alone",
        "TCP 8080; preserve on; lb none; in web: tcp 8080 10.0.1.200/32 10.0.2.200/32",
        Shut,
        Some(Open),
    ),
    (
        "clients, but no health checks",
        "TCP 8080; preserve on; lb none; in web: tcp 8080 203.0.113.0/24",
        Open,
        Some(Shut),
    ),
    (
        "clients and the subnets",
        "TCP 8080; preserve on; lb none; in web: tcp 8080 203.0.113.0/24 10.0.0.0/16",
        Open,
        Some(Open),
    ),
    (
        "private clients of a public balancer",
        "TCP 8080; preserve on; lb none; in web: tcp 8080 192.168.0.0/16",
        Shut,
        Some(Shut),
    ),
    (
        "private clients of an internal balancer",
        "TCP 8080; preserve on; lb none; internal; in web: tcp 8080 192.168.0.0/16",
        Open,
        Some(Shut),
    ),
    ("told not to preserve", "TCP 8080; preserve off; lb none; in web: tcp 8080 203.0.113.0/24", Shut, Some(Shut)),
    ("the clients' own group", "TCP 8080; preserve on; lb none; internal; in web: tcp 8080 sg-app", Shut, Some(Shut)),
    // UDP is always preserved, and checked over TCP.
    ("UDP from the world, unchecked", "UDP 53; lb none; in web: udp 53 0.0.0.0/0", Open, Some(Shut)),
    (
        "UDP from the world, checked",
        "UDP 53; lb none; in web: udp 53 0.0.0.0/0; in web: tcp 53 10.0.0.0/16",
        Open,
        Some(Open),
    ),
    (
        "UDP from the balancer's addresses",
        "UDP 53; lb none; in web: udp 53 10.0.0.0/16; in web: tcp 53 10.0.0.0/16",
        Shut,
        Some(Open),
    ),
    (
        "UDP, preserved whatever the attribute says",
        "UDP 53; preserve off; lb none; in web: udp 53 10.0.0.0/16",
        Shut,
        Some(Shut),
    ),
    ("TCP_UDP, TCP only", "TCP_UDP 53; lb none; in web: tcp 53 0.0.0.0/0", Shut, Some(Open)),
    ("TCP_UDP, both", "TCP_UDP 53; lb none; in web: tcp 53 0.0.0.0/0; in web: udp 53 0.0.0.0/0", Open, Some(Open)),
    ("QUIC is UDP", "QUIC 443; lb none; in web: udp 443 0.0.0.0/0", Open, Some(Shut)),
    ("TCP_QUIC is both", "TCP_QUIC 443; lb none; in web: tcp 443 0.0.0.0/0", Shut, Some(Open)),
    // Health checks on a port of their own.
    (
        "checked elsewhere, let in",
        "TCP 8080; check 9090; lb sg-lb; in web: tcp 8080 sg-lb; in web: tcp 9090 sg-lb",
        Open,
        Some(Open),
    ),
    ("checked elsewhere, shut out", "TCP 8080; check 9090; lb sg-lb; in web: tcp 8080 sg-lb", Open, Some(Shut)),
    ("only the check is let in", "TCP 8080; check 9090; lb sg-lb; in web: tcp 9090 sg-lb", Shut, Some(Open)),
    ("not checked", "TCP 8080; check off; lb sg-lb; in web: tcp 8080 sg-lb", Open, None),
    // IPv6.
    (
        "IPv6 from the balancer's addresses",
        "TCP 8080; ipv6; lb none; in web: tcp 8080 2001:db8:2::c8/128",
        Open,
        Some(Open),
    ),
    ("IPv6 targets and an IPv4 rule", "TCP 8080; ipv6; lb none; in web: tcp 8080 0.0.0.0/0", Shut, Some(Shut)),
    ("IPv4 targets and an IPv6 rule", "TCP 8080; lb none; in web: tcp 8080 ::/0", Shut, Some(Shut)),
    ("IPv6 by reference", "TCP 8080; ipv6; lb sg-lb; in web: tcp 8080 sg-lb", Open, Some(Open)),
    ("IPv6 clients preserved", "UDP 53; ipv6; lb none; in web: udp 53 2a00::/12", Open, Some(Shut)),
    (
        "IPv4 clients of IPv6 targets come with its address",
        "UDP 53; ipv6; lb none; in web: udp 53 2001:db8:1::/64",
        Open,
        Some(Shut),
    ),
    (
        "IPv6 clients of IPv4 targets come with its address",
        "UDP 53; dualstack; lb none; in web: udp 53 10.0.0.0/16",
        Open,
        Some(Shut),
    ),
    (
        "outbound over IPv4 only",
        "TCP 8080; ipv6; lb sg-lb; out lb: -1 0.0.0.0/0; in web: tcp 8080 sg-lb",
        Shut,
        Some(Shut),
    ),
    // Prefix lists.
    ("a list with the subnets", "TCP 8080; lb none; list pl-1 10.0.0.0/16; in web: tcp 8080 pl-1", Open, Some(Open)),
    ("a list with others", "TCP 8080; lb none; list pl-1 10.9.0.0/16; in web: tcp 8080 pl-1", Shut, Some(Shut)),
    ("an empty list", "TCP 8080; lb none; list pl-1; in web: tcp 8080 pl-1", Shut, Some(Shut)),
    ("a list that can't be seen", "TCP 8080; lb none; in web: tcp 8080 pl-1", Unsure, Some(Unsure)),
    (
        "one that can't be seen and one that can",
        "TCP 8080; lb none; in web: tcp 8080 pl-1 10.0.0.0/16",
        Open,
        Some(Open),
    ),
    ("a list for another port", "TCP 8080; lb none; in web: tcp 9090 pl-1", Shut, Some(Shut)),
    (
        "outbound by a list",
        "TCP 8080; lb sg-lb; list pl-1 10.0.1.0/24; out lb: tcp 8080 pl-1; in web: tcp 8080 sg-lb",
        Open,
        Some(Open),
    ),
    // Several groups on one interface: their rules count together.
    ("the other group lets it in", "TCP 8080; lb sg-lb; wears web,base; in base: tcp 8080 sg-lb", Open, Some(Open)),
    (
        "each lets in half of it",
        "TCP 8080,9090; lb sg-lb; wears web,base; in web: tcp 8080 sg-lb; in base: tcp 9090 sg-lb",
        Open,
        Some(Open),
    ),
    (
        "two halves of a subnet",
        "TCP 8080; lb none; hidden; wears web,base; in web: tcp 8080 10.0.1.0/25; in base: tcp 8080 10.0.1.128/25",
        Open,
        Some(Open),
    ),
    ("one of two ports", "TCP 8080,9090; lb sg-lb; in web: tcp 8080 sg-lb", Shut, Some(Shut)),
];

#[test]
fn the_guides_cases() {
    assert!(CASES.len() >= 60, "{}", CASES.len());
    for (name, text, of_traffic, of_checks) in CASES {
        let scene = Scene::parse(text);
        assert_eq!(traffic(&scene).into_iter().min(), Some(*of_traffic), "traffic, by packets: {name}");
        assert_eq!(health_checks(&scene).into_iter().min(), *of_checks, "health checks, by packets: {name}");
        assert_agrees(&scene);
    }
}
