//! Sets of addresses, as lists of ranges.
//!
//! Two ranges are apart, or one is inside the other. Merged, neighbouring ranges become one, and then a range that a list
//! covers is inside a single one of it.

use ipnet::IpNet;
use model::elb::IpVersion;

/// What isn't used on the internet, see "IANA IPv4 Special-Purpose Address Registry". Nobody comes from there to a public address.
const PRIVATE: [&str; 8] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
];

/// Every address of this version.
pub(crate) fn everywhere(version: IpVersion) -> Vec<IpNet> {
    let all = match version {
        IpVersion::Ipv4 => "0.0.0.0/0",
        IpVersion::Ipv6 => "::/0",
    };
    parse(&[all])
}

/// Every address from which somebody may come over the internet. In IPv6 a VPC's own addresses are such, too.
pub(crate) fn internet(version: IpVersion) -> Vec<IpNet> {
    match version {
        IpVersion::Ipv6 => parse(&["2000::/3"]),
        IpVersion::Ipv4 => without(everywhere(version), &parse(&PRIVATE)),
    }
}

fn parse(ranges: &[&str]) -> Vec<IpNet> {
    ranges.iter().filter_map(|range| range.parse().ok()).collect()
}

/// What is in `ranges` and not in `taken`.
pub(crate) fn without(ranges: Vec<IpNet>, taken: &[IpNet]) -> Vec<IpNet> {
    let mut left = Vec::new();
    let mut open = ranges;
    while let Some(range) = open.pop() {
        if taken.iter().any(|taken| taken.contains(&range)) {
            continue;
        }
        match taken.iter().any(|taken| range.contains(taken)).then(|| halves(range)) {
            Some(Some(halves)) => open.extend(halves),
            _ => left.push(range),
        }
    }
    IpNet::aggregate(&left)
}

fn halves(range: IpNet) -> Option<Vec<IpNet>> {
    range.subnets(range.prefix_len() + 1).ok().map(Iterator::collect)
}

/// Do they have an address in common?
pub(crate) fn meet(one: IpNet, other: IpNet) -> bool {
    one.contains(&other) || other.contains(&one)
}

/// Has `ranges` an address in common with `range`?
pub(crate) fn any_meets(ranges: &[IpNet], range: IpNet) -> bool {
    ranges.iter().any(|one| meet(*one, range))
}

/// Are all addresses of `range` in `ranges`?
pub(crate) fn cover(ranges: &[IpNet], range: IpNet) -> bool {
    IpNet::aggregate(&ranges.to_vec()).iter().any(|one| one.contains(&range))
}

/// What both lists have.
pub(crate) fn both(one: &[IpNet], other: &[IpNet]) -> Vec<IpNet> {
    let smaller = |a: &IpNet, b: &IpNet| if a.contains(b) { Some(*b) } else { b.contains(a).then_some(*a) };
    let all: Vec<IpNet> = one.iter().flat_map(|a| other.iter().filter_map(move |b| smaller(a, b))).collect();
    IpNet::aggregate(&all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    #[test]
    fn neighbours_cover_what_lies_across_them() {
        let halves = [net("10.0.0.0/25"), net("10.0.0.128/25")];
        assert!(cover(&halves, net("10.0.0.0/24")));
        assert!(!cover(&halves, net("10.0.0.0/23")));
        assert!(cover(&[net("0.0.0.0/1"), net("128.0.0.0/1")], net("0.0.0.0/0")));
    }

    #[test]
    fn what_two_lists_share() {
        let shared = both(&[net("10.0.0.0/8"), net("192.0.2.0/24")], &[net("10.1.0.0/16"), net("192.0.0.0/16")]);
        assert_eq!(shared, [net("10.1.0.0/16"), net("192.0.2.0/24")]);
        assert_eq!(both(&[net("::/0")], &[net("0.0.0.0/0")]), []);
    }

    #[test]
    fn nobody_comes_from_a_private_address_over_the_internet() {
        let internet = internet(IpVersion::Ipv4);
        for inside in ["8.8.8.8/32", "1.0.0.0/8", "203.0.113.0/24", "172.32.0.0/16", "100.128.0.0/10"] {
            assert!(cover(&internet, net(inside)), "{inside}");
        }
        for outside in PRIVATE {
            assert!(!any_meets(&internet, net(outside)), "{outside}");
        }
    }
}
