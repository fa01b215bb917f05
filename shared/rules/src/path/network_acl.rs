//! What network ACLs let pass: arithmetic over their entries; nothing is asked here.
//!
//! A network ACL stands at the border of each of its subnets and keeps no state: what enters, what leaves, and the answers to both
//! are judged one by one, by the first entry that matches, see "Network ACL rules" in the Amazon VPC guide. What stays inside
//! one subnet meets none.

use ipnet::IpNet;
use model::ec2::{NetworkAcl, NetworkAclEntry, PortRange, Protocol};
use model::elb::IpVersion;
use model::id::SubnetId;

use crate::security_group::everywhere;

/// How much of something passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Passage {
    /// Nothing.
    Shut,
    /// Some of its addresses or ports.
    Partly,
    /// All of it.
    Open,
}

/// The ports that answers go to: whoever opens a connection chooses one of these. The range that the guide to Network Load
/// Balancers recommends to allow ("Recommended rules", network ACLs).
pub(crate) const EPHEMERAL: PortRange = PortRange { from: 1024, to: 65535 };

/// Packets of one protocol, to these ports, that cross the border of a subnet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packets<'p> {
    /// They leave the subnet.
    pub(crate) egress: bool,
    /// TCP or UDP.
    pub(crate) protocol: &'p Protocol,
    /// The address on the other side.
    pub(crate) peer: IpNet,
    /// The ports they go to.
    pub(crate) ports: PortRange,
}

/// The network ACL of a subnet.
pub(crate) fn acl_of<'a>(acls: &'a [NetworkAcl], subnet: &SubnetId) -> Option<&'a NetworkAcl> {
    acls.iter().find(|acl| acl.subnets.contains(subnet))
}

/// Does it let everything pass, as a VPC's own does until somebody changes it?
pub(crate) fn is_open(acl: &NetworkAcl) -> bool {
    let all = [IpVersion::Ipv4, IpVersion::Ipv6].map(everywhere).concat();
    [true, false].into_iter().all(|egress| {
        // A VPC without IPv6 has no entry for it.
        let of_version =
            |one: &IpNet| acl.entries.iter().any(|entry| entry.egress == egress && same_version(entry.range, *one));
        let mut judged = all.iter().filter(|one| one.addr().is_ipv4() || of_version(one));
        judged.all(|peer| {
            let ports = PortRange { from: 0, to: 65535 };
            let all = |protocol| passage(acl, Packets { egress, protocol, peer: *peer, ports }) == Passage::Open;
            all(&Protocol::Tcp) && all(&Protocol::Udp)
        })
    })
}

/// How much of it passes.
pub(crate) fn passage(acl: &NetworkAcl, packets: Packets<'_>) -> Passage {
    let mut undecided = vec![(packets.peer, packets.ports)];
    let (mut allowed, mut denied) = (false, false);
    let mut entries: Vec<&NetworkAclEntry> = acl.entries.iter().filter(|entry| matches(entry, &packets)).collect();
    entries.sort_by_key(|entry| entry.number);
    for entry in entries {
        let mut left = Vec::new();
        for part in undecided {
            match decided(entry, part, &mut left) {
                true if entry.allow => allowed = true,
                true => denied = true,
                false => {}
            }
        }
        undecided = left;
        if undecided.is_empty() {
            break;
        }
    }
    denied |= !undecided.is_empty();
    match (allowed, denied) {
        (true, false) => Passage::Open,
        (true, true) => Passage::Partly,
        (false, _) => Passage::Shut,
    }
}

fn matches(entry: &NetworkAclEntry, packets: &Packets<'_>) -> bool {
    let of_protocol = entry.protocol == Protocol::All || entry.protocol == *packets.protocol;
    entry.egress == packets.egress && of_protocol && same_version(entry.range, packets.peer)
}

fn same_version(one: IpNet, other: IpNet) -> bool {
    one.addr().is_ipv4() == other.addr().is_ipv4()
}

/// Decides what of the part the entry is about, and leaves the rest. Did it decide anything?
fn decided(entry: &NetworkAclEntry, (peer, ports): (IpNet, PortRange), left: &mut Vec<(IpNet, PortRange)>) -> bool {
    let of_entry = entry.ports.unwrap_or(PortRange { from: 0, to: 65535 });
    let (from, to) = (ports.from.max(of_entry.from), ports.to.min(of_entry.to));
    let meets = entry.range.contains(&peer) || peer.contains(&entry.range);
    if !meets || from > to {
        left.push((peer, ports));
        return false;
    }
    let common = if entry.range.contains(&peer) { peer } else { entry.range };
    left.extend(without(peer, common).into_iter().map(|peer| (peer, ports)));
    if ports.from < from {
        left.push((common, PortRange { from: ports.from, to: from - 1 }));
    }
    if to < ports.to {
        left.push((common, PortRange { from: to + 1, to: ports.to }));
    }
    true
}

/// What is in `range` and not in `taken`, which lies in it.
fn without(range: IpNet, taken: IpNet) -> Vec<IpNet> {
    let (mut left, mut rest) = (Vec::new(), range);
    while rest != taken {
        let Ok(halves) = rest.subnets(rest.prefix_len() + 1) else { break };
        for half in halves {
            if half.contains(&taken) { rest = half } else { left.push(half) }
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    /// Eight addresses and eight ports.
    const PORTS: PortRange = PortRange { from: 0, to: 7 };

    /// Numbers by chance, the same every time (Knuth's MMIX).
    struct Chance(u64);

    impl Chance {
        fn below(&mut self, end: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % end
        }

        fn range(&mut self) -> IpNet {
            let prefix = 29 + u8::try_from(self.below(4)).unwrap();
            let address = Ipv4Addr::new(10, 0, 0, u8::try_from(self.below(8)).unwrap());
            IpNet::new(address.into(), prefix).unwrap().trunc()
        }

        fn ports(&mut self) -> PortRange {
            let (one, other) = (u16::try_from(self.below(8)).unwrap(), u16::try_from(self.below(8)).unwrap());
            PortRange { from: one.min(other), to: one.max(other) }
        }

        fn protocol(&mut self) -> Protocol {
            [Protocol::Tcp, Protocol::Udp, Protocol::All][usize::try_from(self.below(3)).unwrap()].clone()
        }

        fn entry(&mut self, number: u32) -> NetworkAclEntry {
            let ports = (self.below(3) > 0).then(|| self.ports());
            let (egress, allow) = (self.below(2) == 0, self.below(2) == 0);
            NetworkAclEntry { number, egress, allow, protocol: self.protocol(), range: self.range(), ports }
        }
    }

    fn acl(entries: Vec<NetworkAclEntry>) -> NetworkAcl {
        let (id, vpc) = ("acl-1".to_owned(), "vpc-1".parse().unwrap());
        NetworkAcl { id, vpc, subnets: vec![], entries }
    }

    /// One packet after the other, each by the first entry that matches it.
    fn walked(acl: &NetworkAcl, packets: Packets<'_>) -> Passage {
        let (mut passed, mut dropped) = (0, 0);
        for host in 0..8 {
            let address = Ipv4Addr::new(10, 0, 0, host);
            for port in packets.ports.from..=packets.ports.to {
                if !packets.peer.contains(&std::net::IpAddr::from(address)) {
                    continue;
                }
                let matching = |entry: &&NetworkAclEntry| {
                    entry.egress == packets.egress
                        && (entry.protocol == Protocol::All || entry.protocol == *packets.protocol)
                        && entry.range.contains(&std::net::IpAddr::from(address))
                        && entry.ports.is_none_or(|ports| ports.contains(port))
                };
                match acl.entries.iter().filter(matching).min_by_key(|entry| entry.number) {
                    Some(entry) if entry.allow => passed += 1,
                    _ => dropped += 1,
                }
            }
        }
        match (passed, dropped) {
            (_, 0) => Passage::Open,
            (0, _) => Passage::Shut,
            _ => Passage::Partly,
        }
    }

    #[test]
    fn a_hundred_thousand_network_acls_agree_with_a_walk_of_every_packet() {
        let mut chance = Chance(20_261_129);
        let mut seen = [0_u32; 3];
        for _ in 0..100_000 {
            let count = u32::try_from(chance.below(6)).unwrap();
            let mut entries: Vec<_> = (1..=count).map(|number| chance.entry(number)).collect();
            entries.reverse();
            let acl = acl(entries);
            let (peer, ports) = (chance.range(), chance.ports());
            let protocol = [Protocol::Tcp, Protocol::Udp][usize::try_from(chance.below(2)).unwrap()].clone();
            let packets = Packets { egress: chance.below(2) == 0, protocol: &protocol, peer, ports };
            let passage = passage(&acl, packets);
            assert_eq!(passage, walked(&acl, packets), "{packets:?} at {acl:?}");
            seen[passage as usize] += 1;
        }
        assert!(seen.iter().all(|times| *times > 1_000), "each of the three turns up: {seen:?}");
    }

    #[test]
    fn a_vpcs_own_network_acl_is_open_until_it_is_changed() {
        let entry = |number, egress, allow, range: &str| NetworkAclEntry {
            number,
            egress,
            allow,
            protocol: Protocol::All,
            range: range.parse().unwrap(),
            ports: None,
        };
        let own = |allow| {
            let v4 = [true, false].map(|egress| entry(100, egress, allow, "0.0.0.0/0"));
            let last = [true, false].map(|egress| entry(32767, egress, false, "0.0.0.0/0"));
            acl([v4, last].concat())
        };
        assert!(is_open(&own(true)) && !is_open(&own(false)));
        let mut without_udp = own(true);
        without_udp.entries.push(NetworkAclEntry { protocol: Protocol::Udp, ..entry(9, true, false, "10.0.0.0/8") });
        assert!(!is_open(&without_udp), "one protocol is denied");
        let mut dual = own(true);
        dual.entries.push(entry(101, false, false, "::/0"));
        assert!(!is_open(&dual), "IPv6 is denied");
        let packets =
            Packets { egress: false, protocol: &Protocol::Tcp, peer: "10.0.0.0/29".parse().unwrap(), ports: PORTS };
        assert_eq!(passage(&acl(vec![]), packets), Passage::Shut, "what no entry matches is denied");
    }
}
