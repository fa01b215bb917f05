//! Another way to tell whether traffic passes: single packets, each looked at by every rule.
//!
//! It knows nothing of the rules' code. Packets are sent from every address that could make a difference: the corners of every
//! range that is named, and their neighbours.

use std::net::IpAddr;

use ipnet::IpNet;
use model::ec2::{Peer, Protocol, SecurityGroupRule};
use model::elb::{HealthCheckPort, IpVersion, Scheme};
use model::id::SecurityGroupId;

use super::scene::{NODES, SUBNETS, Scene, TASK};

/// What became of the packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    /// None passed.
    BlockedTasks,
    /// It depends on what nobody can see.
    Unsure,
    /// One passed for certain.
    Open,
}

/// What becomes of the traffic: of each protocol and port.
pub(crate) fn traffic(scene: &Scene) -> Vec<Fate> {
    flows(scene).into_iter().map(|(protocol, port)| of_flow(scene, protocol, port, false)).collect()
}

fn flows(scene: &Scene) -> Vec<(&'static Protocol, u16)> {
    let protocols: &[Protocol] = match scene.protocol.as_str() {
        "TCP" | "TLS" => &[Protocol::Tcp],
        "UDP" | "QUIC" => &[Protocol::Udp],
        _ => &[Protocol::Tcp, Protocol::Udp],
    };
    protocols.iter().flat_map(|protocol| scene.ports.iter().map(move |port| (protocol, *port))).collect()
}

/// What becomes of the health checks: on each port.
pub(crate) fn health_checks(scene: &Scene) -> Vec<Fate> {
    let ports = match scene.check {
        None => vec![],
        Some(HealthCheckPort::Fixed(port)) => vec![port],
        Some(HealthCheckPort::Traffic) => scene.ports.clone(),
    };
    ports.into_iter().map(|port| of_flow(scene, &Protocol::Tcp, port, true)).collect()
}

fn of_flow(scene: &Scene, protocol: &Protocol, port: u16, is_check: bool) -> Fate {
    let inbound = senders(scene, protocol, port, is_check);
    let task = own(scene, TASK);
    let groups = scene.balancer_groups.as_deref().unwrap_or_default();
    let leaves = if groups.is_empty() {
        Fate::Open
    } else {
        let rules: Vec<_> = groups.iter().flat_map(|id| &scene.groups[id].1).collect();
        lets(scene, &rules, protocol, port, Some(task), &scene.actual)
    };
    inbound.min(leaves)
}

/// What becomes of a packet from each node.
fn of_nodes(scene: &Scene, from: &dyn Fn(IpAddr) -> Fate) -> Vec<Fate> {
    let of_nodes = NODES.into_iter().zip(SUBNETS).map(|((_, node), subnet)| {
        if !scene.is_hidden {
            return from(own(scene, node));
        }
        let fates: Vec<Fate> = points(scene).into_iter().filter(|at| is_in(*at, &subnet)).map(from).collect();
        let (least, most) = (fates.iter().min().copied(), fates.iter().max().copied());
        let unsure = most.unwrap_or(Fate::BlockedTasks).min(Fate::Unsure);
        if least == Some(Fate::Open) { Fate::Open } else { unsure }
    });
    of_nodes.collect()
}

/// What becomes of what clients of an endpoint service send, in to the task: of each protocol and port. Nothing, where there are none.
pub(crate) fn private_link(scene: &Scene) -> Vec<Fate> {
    let groups = scene.balancer_groups.as_deref().filter(|_| !scene.is_unfiltered).unwrap_or_default();
    let rules: Vec<_> = scene.actual.iter().flat_map(|id| &scene.groups[id].0).collect();
    let fate = |(protocol, port): (&Protocol, u16)| {
        if lets(scene, &rules, protocol, port, None, groups) == Fate::Open {
            return Fate::Open;
        }
        let of_nodes = of_nodes(scene, &|from| lets(scene, &rules, protocol, port, Some(from), groups));
        let of_any = of_nodes.iter().max().copied().unwrap_or(Fate::BlockedTasks);
        let missed = if scene.crosses_zones { of_nodes.iter().min() } else { of_nodes.first() };
        if missed == Some(&Fate::BlockedTasks) && of_any == Fate::Open { Fate::BlockedTasks } else { of_any }
    };
    let is_carried = scene.is_endpoint_service && matches!(scene.protocol.as_str(), "TCP" | "TLS");
    flows(scene).into_iter().filter(|_| is_carried).map(fate).collect()
}

/// The best that becomes of a packet from anybody who sends.
fn senders(scene: &Scene, protocol: &Protocol, port: u16, is_check: bool) -> Fate {
    let rules: Vec<_> = scene.actual.iter().flat_map(|id| &scene.groups[id].0).collect();
    let groups = scene.balancer_groups.clone().unwrap_or_default();
    let is_tcp_group = matches!(scene.protocol.as_str(), "TCP" | "TLS");
    let keeps_client = !is_check && (!is_tcp_group || scene.preserve == Some(true));
    let with_suggested_rule = |from: IpAddr| lets(scene, &rules, protocol, port, Some(from), &groups);
    // Whatever its address, a packet of the balancer's has the balancer's groups.
    let mut best =
        if lets(scene, &rules, protocol, port, None, &groups) == Fate::Open { Fate::Open } else { Fate::BlockedTasks };
    if best != Fate::Open && (!keeps_client || !groups.is_empty() || scene.is_dualstack || scene.is_endpoint_service) {
        let of_nodes = of_nodes(scene, &with_suggested_rule);
        let of_any = of_nodes.iter().max().copied().unwrap_or(Fate::BlockedTasks);
        // Where nobody else sends, a node that is shut out is missed: by all tasks, or by those of its own zone.
        let missed = if scene.crosses_zones { of_nodes.iter().min() } else { of_nodes.first() };
        let is_missed = missed == Some(&Fate::BlockedTasks) && of_any == Fate::Open;
        best = if !keeps_client && is_missed { Fate::BlockedTasks } else { of_any };
    }
    if keeps_client {
        best = best.max(clients(scene, protocol, &groups, &with_suggested_rule));
    }
    best
}

fn clients(
    scene: &Scene,
    protocol: &Protocol,
    groups: &[SecurityGroupId],
    with_suggested_rule: &dyn Fn(IpAddr) -> Fate,
) -> Fate {
    let everybody: Vec<IpAddr> =
        points(scene).into_iter().filter(|at| scene.scheme == Scheme::Internal || is_public(*at)).collect();
    if groups.is_empty() {
        return everybody.into_iter().map(with_suggested_rule).max().unwrap_or(Fate::BlockedTasks);
    }
    let rules: Vec<_> = groups.iter().flat_map(|id| &scene.groups[id].0).collect();
    let mut best = Fate::BlockedTasks;
    for (listens, port) in &scene.listeners {
        let carries = match listens.as_str() {
            "TCP" | "TLS" => *protocol == Protocol::Tcp,
            "UDP" | "QUIC" => *protocol == Protocol::Udp,
            _ => true,
        };
        if !carries {
            continue;
        }
        for client in &everybody {
            if lets(scene, &rules, protocol, *port, Some(*client), &[]) == Fate::Open {
                best = best.max(with_suggested_rule(*client));
            }
        }
        // Clients that come by a group they have, or in a list that can't be read, may be anywhere.
        let by_group = |peer: &Peer| match peer {
            Peer::Group(_) => true,
            Peer::PrefixList(list) => !scene.lists.contains_key(list.as_str()),
            Peer::Range(_) => false,
        };
        let here = rules.iter().filter(|rule| is_for(rule, protocol, *port));
        if here.flat_map(|rule| &rule.peers).any(by_group) {
            let fates: Vec<Fate> = points(scene).into_iter().map(with_suggested_rule).collect();
            let some = fates.iter().max().copied().unwrap_or(Fate::BlockedTasks).min(Fate::Unsure);
            best = best.max(if fates.iter().all(|fate| *fate == Fate::Open) { Fate::Open } else { some });
        }
    }
    best
}

/// Does one of the rules let it pass? `peer` is its other end: an address, and groups.
fn lets(
    scene: &Scene,
    rules: &[&SecurityGroupRule],
    protocol: &Protocol,
    port: u16,
    peer: Option<IpAddr>,
    groups: &[SecurityGroupId],
) -> Fate {
    let mut best = Fate::BlockedTasks;
    for allowed in rules.iter().filter(|rule| is_for(rule, protocol, port)).flat_map(|rule| &rule.peers) {
        let fate = match (allowed, peer) {
            (Peer::Range(range), Some(peer)) if contains(range, peer) => Fate::Open,
            (Peer::Group(group), _) if groups.contains(&group.group) => Fate::Open,
            (Peer::PrefixList(list), Some(peer)) => match scene.lists.get(list.as_str()) {
                Some(ranges) if ranges.iter().any(|range| contains(range, peer)) => Fate::Open,
                Some(_) => Fate::BlockedTasks,
                None => Fate::Unsure,
            },
            _ => Fate::BlockedTasks,
        };
        best = best.max(fate);
    }
    best
}

fn is_for(rule: &SecurityGroupRule, protocol: &Protocol, port: u16) -> bool {
    rule.protocol == Protocol::All
        || (rule.protocol == *protocol && rule.ports.is_none_or(|ports| (ports.from..=ports.to).contains(&port)))
}

/// Bit by bit.
fn contains(range: &IpNet, address: IpAddr) -> bool {
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => u128::from(u32::from(address)) << 96,
        IpAddr::V6(address) => u128::from(address),
    };
    let same_kind = range.addr().is_ipv4() == address.is_ipv4();
    same_kind
        && (0..u32::from(range.prefix_len())).all(|bit| {
            let mask = 1 << (127 - bit);
            bits(range.addr()) & mask == bits(address) & mask
        })
}

fn is_in(address: IpAddr, subnet: &[&str; 2]) -> bool {
    subnet.iter().any(|range| contains(&range.parse().expect("a range"), address))
}

fn own(scene: &Scene, addresses: [&str; 2]) -> IpAddr {
    let at = match scene.version {
        IpVersion::Ipv4 => 0,
        IpVersion::Ipv6 => 1,
    };
    addresses[at].parse().expect("an address")
}

const BORDERS: [&str; 9] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
    "2000::/3",
];

/// Corners of every range and their neighbours, of the group's IP version.
fn points(scene: &Scene) -> Vec<IpAddr> {
    let borders = BORDERS.into_iter().chain(SUBNETS.into_iter().flatten()).chain(["0.0.0.0/0", "::/0"]);
    let borders = borders.map(|range| range.parse::<IpNet>().expect("a range"));
    let mut points = Vec::new();
    for range in borders.chain(scene.ranges()) {
        if (scene.version == IpVersion::Ipv4) != range.addr().is_ipv4() {
            continue;
        }
        points.extend(match range {
            IpNet::V4(range) => {
                let (first, last) = (u32::from(range.network()), u32::from(range.broadcast()));
                let around = [Some(first), Some(last), first.checked_sub(1), last.checked_add(1)];
                around.into_iter().flatten().map(|bits| IpAddr::from(bits.to_be_bytes())).collect::<Vec<_>>()
            }
            IpNet::V6(range) => {
                let (first, last) = (u128::from(range.network()), u128::from(range.broadcast()));
                let around = [Some(first), Some(last), first.checked_sub(1), last.checked_add(1)];
                around.into_iter().flatten().map(|bits| IpAddr::from(bits.to_be_bytes())).collect()
            }
        });
    }
    points.sort();
    points.dedup();
    points
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V6(address) => (0x2000..=0x3fff).contains(&address.segments()[0]),
        IpAddr::V4(address) => match address.octets() {
            [0 | 10 | 127 | 224.., ..] | [169, 254, ..] | [192, 168, ..] => false,
            [100, second, ..] => !(64..=127).contains(&second),
            [172, second, ..] => !(16..=31).contains(&second),
            _ => true,
        },
    }
}
