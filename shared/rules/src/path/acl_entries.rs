//! The entries of network ACLs that let pass what is denied between a load balancer and its tasks.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use model::ec2::{NetworkAcl, NetworkAclEntry, PortRange, Protocol};
use model::fix::Fix;

use crate::fix::{AwsCommand, block, fix, string};

/// The number of AWS's own last entry, which denies everything. A person's entries have lower ones.
const LAST: u32 = 32767;

/// The entries that AWS lets a network ACL have each way, its own last ones counted, unless raised ("Amazon VPC quotas").
const MOST: usize = 20;

/// What an entry would let pass.
#[derive(Debug, Clone)]
pub(crate) struct Opening<'a> {
    /// Where it is denied.
    pub(crate) acl: &'a NetworkAcl,
    /// It leaves the subnets.
    pub(crate) egress: bool,
    /// TCP or UDP.
    pub(crate) protocol: Protocol,
    /// The addresses on the other side. Those of tasks come and go: it is their subnet's range.
    pub(crate) ranges: Vec<IpNet>,
    /// The ports it goes to.
    pub(crate) ports: PortRange,
}

/// An entry to add.
struct NewAclEntry {
    acl: String,
    egress: bool,
    number: u32,
    protocol: String,
    range: IpNet,
    ports: PortRange,
}

/// The openings as entries that come before all that deny them; `what` they let pass, in words. `None` where AWS takes no more
/// entries, or none that comes before.
pub(crate) fn allowing(region: &str, openings: &[&Opening<'_>], what: &str) -> Option<Fix> {
    let mut by_acl: BTreeMap<(&str, bool), (&NetworkAcl, u32, BTreeSet<_>)> = BTreeMap::new();
    for opening in openings {
        let at = (opening.acl.id.as_str(), opening.egress);
        let (_, first, parts) = by_acl.entry(at).or_insert_with(|| (opening.acl, LAST, BTreeSet::new()));
        *first = first_that_denies(opening).min(*first);
        let ports = (opening.ports.from, opening.ports.to);
        parts.extend(opening.ranges.iter().map(|range| (opening.protocol.as_str(), ports, *range)));
    }
    let (mut entries, mut denying) = (Vec::new(), BTreeSet::<u32>::new());
    for ((id, egress), (acl, first, parts)) in &by_acl {
        denying.extend(Some(*first).filter(|first| *first < LAST));
        let used: BTreeSet<u32> =
            acl.entries.iter().filter(|one| one.egress == *egress).map(|one| one.number).collect();
        let free: Vec<u32> = (1..*first).rev().filter(|number| !used.contains(number)).take(parts.len()).collect();
        if free.len() < parts.len() || used.len() + parts.len() > MOST {
            return None;
        }
        entries.extend(parts.iter().zip(free).map(|((protocol, (from, to), range), number)| NewAclEntry {
            acl: (*id).to_owned(),
            egress: *egress,
            number,
            protocol: (*protocol).to_owned(),
            range: *range,
            ports: PortRange { from: *from, to: *to },
        }));
    }
    let acls: BTreeSet<&str> = by_acl.keys().map(|(id, _)| *id).collect();
    let acls: Vec<&str> = acls.into_iter().collect();
    let only = "It takes effect at once, and lets through nothing but this.";
    let note = match denying.first() {
        None => format!("Safe now: no rule denies it on purpose. {only}"),
        Some(number) => format!("Not safe before a person has found out why rule {number} denies it. {only}"),
    };
    let draft = fix(format!("Let {what} through network ACL {}", acls.join(" and ")), note);
    let draft = entries.iter().fold(draft, |draft, entry| draft.command(entry.command(region)));
    let text: Vec<String> = entries.iter().map(NewAclEntry::resource).collect();
    Some(draft.terraform(text.join("\n")).done())
}

/// The number of the first entry that denies some of it.
fn first_that_denies(opening: &Opening<'_>) -> u32 {
    let denies = |entry: &&NetworkAclEntry| {
        let of_protocol = entry.protocol == Protocol::All || entry.protocol == opening.protocol;
        let meets = |range: &IpNet| entry.range.contains(range) || range.contains(&entry.range);
        let of_ports = entry.ports.is_none_or(|ports| ports.from <= opening.ports.to && opening.ports.from <= ports.to);
        !entry.allow && entry.egress == opening.egress && of_protocol && of_ports && opening.ranges.iter().any(meets)
    };
    opening.acl.entries.iter().filter(denies).map(|entry| entry.number).min().unwrap_or(LAST).min(LAST)
}

impl NewAclEntry {
    fn command(&self, region: &str) -> AwsCommand {
        let range = if self.range.addr().is_ipv4() { "cidr-block" } else { "ipv6-cidr-block" };
        AwsCommand::new(region, "ec2", "create-network-acl-entry")
            .arg("network-acl-id", &self.acl)
            .flag(if self.egress { "egress" } else { "ingress" })
            .arg("rule-number", self.number)
            .arg("protocol", &self.protocol)
            .arg("port-range", format!("From={},To={}", self.ports.from, self.ports.to))
            .arg(range, self.range)
            .arg("rule-action", "allow")
    }

    fn resource(&self) -> String {
        let way = if self.egress { "out" } else { "in" };
        let head =
            format!("resource \"aws_network_acl_rule\" \"{}_{way}_{}\"", crate::fix::label(&self.acl), self.number);
        let range = if self.range.addr().is_ipv4() { "cidr_block" } else { "ipv6_cidr_block" };
        block(
            &head,
            &[
                ("network_acl_id", string(&self.acl)),
                ("egress", self.egress.to_string()),
                ("rule_number", self.number.to_string()),
                ("protocol", string(&self.protocol)),
                ("from_port", self.ports.from.to_string()),
                ("to_port", self.ports.to.to_string()),
                (range, string(&self.range.to_string())),
                ("rule_action", string("allow")),
            ],
        )
    }
}
