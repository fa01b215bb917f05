//! What the AWS guides say, case by case.
//!
//! "Security groups", "Client IP preservation" and "Health checks" in the guide to Network Load Balancers; "Security group
//! rules" and "Managed prefix lists" in the guide to Amazon VPC.

use super::packets::{Fate, health_checks, traffic};
use super::random::assert_agrees;
use super::scene::Scene;
use Fate::{BlockedTasks, Open, Unsure};

/// What it is about; the scene; what becomes of traffic, and of health checks.
type Case = (&'static str, &'static str, Fate, Option<Fate>);

const CASES: &[Case] = &[
    // The balancer has security groups.
    ("reference to the balancer's group", "TCP 8080; lb sg-lb; in web: tcp 8080 sg-lb", Open, Some(Open)),
    ("the same, TLS", "TLS 8443; lb sg-lb; in web: tcp 8443 sg-lb", Open, Some(Open)),
    ("reference to one of its two groups", "TCP 8080; lb sg-lb,sg-lb2; in web: tcp 8080 sg-lb2", Open, Some(Open)),
    ("reference to another group", "TCP 8080; lb sg-lb; in web: tcp 8080 sg-web", BlockedTasks, Some(BlockedTasks)),
    ("its private addresses", "TCP 8080; lb sg-lb; in web: tcp 8080 10.0.1.200/32 10.0.2.200/32", Open, Some(Open)),
    // The task is in the first zone, and the balancer has a node in each of two.
    ("the node in its own zone", "TCP 8080; lb sg-lb; in web: tcp 8080 10.0.1.200/32", Open, Some(Open)),
    (
        "the node in another zone",
        "TCP 8080; lb sg-lb; in web: tcp 8080 10.0.2.200/32",
        BlockedTasks,
        Some(BlockedTasks),
    ),
    (
        "one node of two that send across zones",
        "TCP 8080; cross zone; lb sg-lb; in web: tcp 8080 10.0.1.0/24",
        BlockedTasks,
        Some(BlockedTasks),
    ),
    ("both nodes, across zones", "TCP 8080; cross zone; lb sg-lb; in web: tcp 8080 10.0.0.0/16", Open, Some(Open)),
    (
        "clients, and one node of two for the checks",
        "TCP 8080; preserve on; cross zone; lb none; in web: tcp 8080 203.0.113.0/24 10.0.1.0/24",
        Open,
        Some(BlockedTasks),
    ),
    (
        "a neighbour of its addresses",
        "TCP 8080; lb sg-lb; in web: tcp 8080 10.0.1.201/32",
        BlockedTasks,
        Some(BlockedTasks),
    ),
    ("no rule at all", "TCP 8080; lb sg-lb", BlockedTasks, Some(BlockedTasks)),
    ("another port", "TCP 8080; lb sg-lb; in web: tcp 8081 sg-lb", BlockedTasks, Some(BlockedTasks)),
    ("another protocol", "TCP 8080; lb sg-lb; in web: udp 8080 sg-lb", BlockedTasks, Some(BlockedTasks)),
    ("a range of ports", "TCP 8080; lb sg-lb; in web: tcp 8000-8100 sg-lb", Open, Some(Open)),
    ("a range that ends before", "TCP 8080; lb sg-lb; in web: tcp 8000-8079 sg-lb", BlockedTasks, Some(BlockedTasks)),
    ("all protocols", "TCP 8080; lb sg-lb; in web: -1 sg-lb", Open, Some(Open)),
    ("the protocol's number", "TCP 8080; lb sg-lb; in web: 6 8080 sg-lb", Open, Some(Open)),
    ("ICMP only", "TCP 8080; lb sg-lb; in web: icmp sg-lb", BlockedTasks, Some(BlockedTasks)),
    ("reference, address preserved", "TCP 8080; preserve on; lb sg-lb; in web: tcp 8080 sg-lb", Open, Some(Open)),
    ("reference, UDP", "UDP 53; lb sg-lb; in web: udp 53 sg-lb", Open, Some(BlockedTasks)),
    ("reference, UDP and its checks", "UDP 53; lb sg-lb; in web: -1 sg-lb", Open, Some(Open)),
    // Outbound rules of the balancer.
    ("outbound to nobody", "TCP 8080; lb sg-lb; out lb:; in web: tcp 8080 sg-lb", BlockedTasks, Some(BlockedTasks)),
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
        BlockedTasks,
        Some(BlockedTasks),
    ),
    (
        "outbound on the listener's port only",
        "TCP 8080; lb sg-lb; out lb: tcp 80 0.0.0.0/0; in web: tcp 8080 sg-lb",
        BlockedTasks,
        Some(BlockedTasks),
    ),
    (
        "outbound for traffic, not for checks",
        "TCP 8080; check 9090; lb sg-lb; out lb: tcp 8080 0.0.0.0/0; in web: -1 sg-lb",
        Open,
        Some(BlockedTasks),
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
        Some(BlockedTasks),
    ),
    (
        "clients let in on one side only",
        "TCP 8080; preserve on; lb sg-lb; in lb: tcp 80 203.0.113.0/24; in web: tcp 8080 198.51.100.0/24",
        BlockedTasks,
        Some(BlockedTasks),
    ),
    (
        "clients let in to another listener port",
        "TCP 8080; preserve on; lb sg-lb; in lb: tcp 443 0.0.0.0/0; in web: tcp 8080 203.0.113.0/24",
        BlockedTasks,
        Some(BlockedTasks),
    ),
    (
        "clients of a TLS listener",
        "TCP 8080; preserve on; lb sg-lb; listen TLS 443; in lb: tcp 443 0.0.0.0/0; in web: tcp 8080 203.0.113.0/24",
        Open,
        Some(BlockedTasks),
    ),
    (
        "clients that come by their own group",
        "TCP 8080; preserve on; internal; lb sg-lb; in lb: tcp 80 sg-app; in web: tcp 8080 10.1.0.0/16",
        Unsure,
        Some(BlockedTasks),
    ),
    // The balancer has none, and the clients' addresses aren't preserved.
    ("the balancer's addresses", "TCP 8080; lb none; in web: tcp 8080 10.0.1.200/32 10.0.2.200/32", Open, Some(Open)),
    ("the balancer's subnet in its zone", "TCP 8080; lb none; in web: tcp 8080 10.0.1.0/24", Open, Some(Open)),
    ("the VPC", "TCP 8080; lb none; in web: tcp 8080 10.0.0.0/16", Open, Some(Open)),
    (
        "half of a subnet without its node",
        "TCP 8080; lb none; in web: tcp 8080 10.0.1.0/25",
        BlockedTasks,
        Some(BlockedTasks),
    ),
    ("half of a subnet with its node", "TCP 8080; lb none; in web: tcp 8080 10.0.1.128/25", Open, Some(Open)),
    ("another subnet", "TCP 8080; lb none; in web: tcp 8080 10.0.3.0/24", BlockedTasks, Some(BlockedTasks)),
    (
        "the clients, whom nobody sees",
        "TCP 8080; lb none; in web: tcp 8080 203.0.113.0/24",
        BlockedTasks,
        Some(BlockedTasks),
    ),
    ("the world", "TCP 8080; lb none; in web: tcp 8080 0.0.0.0/0", Open, Some(Open)),
    (
        "the world in two halves",
        "TCP 8080; lb none; in web: tcp 8080 0.0.0.0/1; in web: tcp 8080 128.0.0.0/1",
        Open,
        Some(Open),
    ),
    (
        "a group that isn't the balancer's",
        "TCP 8080; lb none; in web: tcp 8080 sg-web",
        BlockedTasks,
        Some(BlockedTasks),
    ),
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
    (
        "its interfaces hidden, elsewhere",
        "TCP 8080; lb none; hidden; in web: tcp 8080 10.0.3.0/24",
        BlockedTasks,
        Some(BlockedTasks),
    ),
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
        BlockedTasks,
        Some(Open),
    ),
    (
        "clients, but no health checks",
        "TCP 8080; preserve on; lb none; in web: tcp 8080 203.0.113.0/24",
        Open,
        Some(BlockedTasks),
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
        BlockedTasks,
        Some(BlockedTasks),
    ),
    (
        "private clients of an internal balancer",
        "TCP 8080; preserve on; lb none; internal; in web: tcp 8080 192.168.0.0/16",
        Open,
        Some(BlockedTasks),
    ),
    (
        "told not to preserve",
        "TCP 8080; preserve off; lb none; in web: tcp 8080 203.0.113.0/24",
        BlockedTasks,
        Some(BlockedTasks),
    ),
    (
        "the clients' own group",
        "TCP 8080; preserve on; lb none; internal; in web: tcp 8080 sg-app",
        BlockedTasks,
        Some(BlockedTasks),
    ),
    // UDP is always preserved, and checked over TCP.
    ("UDP from the world, unchecked", "UDP 53; lb none; in web: udp 53 0.0.0.0/0", Open, Some(BlockedTasks)),
    (
        "UDP from the world, checked",
        "UDP 53; lb none; in web: udp 53 0.0.0.0/0; in web: tcp 53 10.0.0.0/16",
        Open,
        Some(Open),
    ),
    (
        "UDP from the balancer's addresses",
        "UDP 53; lb none; in web: udp 53 10.0.0.0/16; in web: tcp 53 10.0.0.0/16",
        BlockedTasks,
        Some(Open),
    ),
    (
        "UDP from an endpoint service's clients, who come with the balancer's addresses",
        "UDP 53; lb none; endpoint service; in web: udp 53 10.0.0.0/16; in web: tcp 53 10.0.0.0/16",
        Open,
        Some(Open),
    ),
    (
        "an endpoint service, and nobody let in",
        "UDP 53; lb none; endpoint service; in web: tcp 53 10.0.0.0/16",
        BlockedTasks,
        Some(Open),
    ),
    (
        "UDP, preserved whatever the attribute says",
        "UDP 53; preserve off; lb none; in web: udp 53 10.0.0.0/16",
        BlockedTasks,
        Some(BlockedTasks),
    ),
    ("TCP_UDP, TCP only", "TCP_UDP 53; lb none; in web: tcp 53 0.0.0.0/0", BlockedTasks, Some(Open)),
    ("TCP_UDP, both", "TCP_UDP 53; lb none; in web: tcp 53 0.0.0.0/0; in web: udp 53 0.0.0.0/0", Open, Some(Open)),
    ("QUIC is UDP", "QUIC 443; lb none; in web: udp 443 0.0.0.0/0", Open, Some(BlockedTasks)),
    ("TCP_QUIC is both", "TCP_QUIC 443; lb none; in web: tcp 443 0.0.0.0/0", BlockedTasks, Some(Open)),
    // Health checks on a port of their own.
    (
        "checked elsewhere, let in",
        "TCP 8080; check 9090; lb sg-lb; in web: tcp 8080 sg-lb; in web: tcp 9090 sg-lb",
        Open,
        Some(Open),
    ),
    ("checked elsewhere, shut out", "TCP 8080; check 9090; lb sg-lb; in web: tcp 8080 sg-lb", Open, Some(BlockedTasks)),
    ("only the check is let in", "TCP 8080; check 9090; lb sg-lb; in web: tcp 9090 sg-lb", BlockedTasks, Some(Open)),
    ("not checked", "TCP 8080; check off; lb sg-lb; in web: tcp 8080 sg-lb", Open, None),
    // IPv6.
    (
        "IPv6 from the balancer's addresses",
        "TCP 8080; ipv6; lb none; in web: tcp 8080 2001:db8:1::c8/128",
        Open,
        Some(Open),
    ),
    (
        "IPv6 targets and an IPv4 rule",
        "TCP 8080; ipv6; lb none; in web: tcp 8080 0.0.0.0/0",
        BlockedTasks,
        Some(BlockedTasks),
    ),
    ("IPv4 targets and an IPv6 rule", "TCP 8080; lb none; in web: tcp 8080 ::/0", BlockedTasks, Some(BlockedTasks)),
    ("IPv6 by reference", "TCP 8080; ipv6; lb sg-lb; in web: tcp 8080 sg-lb", Open, Some(Open)),
    ("IPv6 clients preserved", "UDP 53; ipv6; lb none; in web: udp 53 2a00::/12", Open, Some(BlockedTasks)),
    (
        "IPv4 clients of IPv6 targets come with its address",
        "UDP 53; ipv6; lb none; in web: udp 53 2001:db8:1::/64",
        Open,
        Some(BlockedTasks),
    ),
    (
        "IPv6 clients of IPv4 targets come with its address",
        "UDP 53; dualstack; lb none; in web: udp 53 10.0.0.0/16",
        Open,
        Some(BlockedTasks),
    ),
    (
        "outbound over IPv4 only",
        "TCP 8080; ipv6; lb sg-lb; out lb: -1 0.0.0.0/0; in web: tcp 8080 sg-lb",
        BlockedTasks,
        Some(BlockedTasks),
    ),
    // Prefix lists.
    ("a list with the subnets", "TCP 8080; lb none; list pl-1 10.0.0.0/16; in web: tcp 8080 pl-1", Open, Some(Open)),
    (
        "a list with others",
        "TCP 8080; lb none; list pl-1 10.9.0.0/16; in web: tcp 8080 pl-1",
        BlockedTasks,
        Some(BlockedTasks),
    ),
    ("an empty list", "TCP 8080; lb none; list pl-1; in web: tcp 8080 pl-1", BlockedTasks, Some(BlockedTasks)),
    ("a list that can't be seen", "TCP 8080; lb none; in web: tcp 8080 pl-1", Unsure, Some(Unsure)),
    (
        "one that can't be seen and one that can",
        "TCP 8080; lb none; in web: tcp 8080 pl-1 10.0.0.0/16",
        Open,
        Some(Open),
    ),
    ("a list for another port", "TCP 8080; lb none; in web: tcp 9090 pl-1", BlockedTasks, Some(BlockedTasks)),
    (
        "outbound by a list",
        "TCP 8080; lb sg-lb; list pl-1 10.0.1.0/24; out lb: tcp 8080 pl-1; in web: tcp 8080 sg-lb",
        Open,
        Some(Open),
    ),
    // Several groups on one interface: their rules count together.
    ("the other group lets it in", "TCP 8080; lb sg-lb; has web,base; in base: tcp 8080 sg-lb", Open, Some(Open)),
    (
        "each lets in half of it",
        "TCP 8080,9090; lb sg-lb; has web,base; in web: tcp 8080 sg-lb; in base: tcp 9090 sg-lb",
        Open,
        Some(Open),
    ),
    (
        "two halves of a subnet",
        "TCP 8080; lb none; hidden; has web,base; in web: tcp 8080 10.0.1.0/25; in base: tcp 8080 10.0.1.128/25",
        Open,
        Some(Open),
    ),
    ("one of two ports", "TCP 8080,9090; lb sg-lb; in web: tcp 8080 sg-lb", BlockedTasks, Some(BlockedTasks)),
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
