//! The borders between a load balancer's nodes and a task, each with a network ACL, there and back.

use ipnet::IpNet;
use model::ec2::{NetworkAcl, PortRange, Protocol};
use model::id::SubnetId;

use super::acl_entries::Opening;
use super::network_acl::{EPHEMERAL, Packets, Passage, passage};
use crate::security_group::Flow;

/// A way across the border of a subnet that doesn't pass, or only in part.
pub(crate) struct Denied<'a> {
    pub(crate) passage: Passage,
    pub(crate) acl: &'a NetworkAcl,
    pub(crate) words: String,
    /// What would let it pass; `None` where that would be everybody, or isn't known.
    pub(crate) opening: Option<Opening<'a>>,
}

/// A task, and where it is.
pub(crate) struct TaskSide<'a> {
    pub(crate) address: IpNet,
    /// What its subnet has of the group's IP version; empty where the subnet isn't known.
    pub(crate) range: Vec<IpNet>,
    pub(crate) subnet: &'a SubnetId,
    pub(crate) acl: &'a NetworkAcl,
}

/// A node of a balancer.
pub(crate) struct NodeSide<'a> {
    pub(crate) subnet: &'a SubnetId,
    /// Its addresses; where they can't be seen, what its subnet has.
    pub(crate) addresses: Vec<IpNet>,
    /// They are its addresses.
    pub(crate) is_exact: bool,
}

impl NodeSide<'_> {
    /// Is it true whatever its address may be?
    pub(crate) fn is_certain(&self, denied: &Denied<'_>) -> bool {
        self.is_exact || denied.passage == Passage::Shut
    }
}

/// One crossing of a border.
pub(crate) struct Crossing<'a, 'h> {
    pub(crate) acl: &'a NetworkAcl,
    pub(crate) subnet: &'h SubnetId,
    pub(crate) egress: bool,
    pub(crate) protocol: &'h Protocol,
    pub(crate) peers: Vec<IpNet>,
    /// Whom an entry lets through that holds for the next tasks too; nobody where that isn't known.
    pub(crate) lasting: &'h [IpNet],
    pub(crate) ports: PortRange,
    pub(crate) is_answer: bool,
}

/// There and back again.
pub(crate) fn crossings<'a, 'h>(
    flow: &'h Flow,
    task: &'h TaskSide<'a>,
    node: &'h NodeSide<'a>,
    at_node: &'a NetworkAcl,
) -> [Crossing<'a, 'h>; 4] {
    let to = PortRange { from: flow.port, to: flow.port };
    let at_task = |egress, ports, is_answer| Crossing {
        acl: task.acl,
        subnet: task.subnet,
        egress,
        protocol: &flow.protocol,
        peers: node.addresses.clone(),
        lasting: &node.addresses,
        ports,
        is_answer,
    };
    let at_node = |egress, ports, is_answer| Crossing {
        acl: at_node,
        subnet: node.subnet,
        egress,
        protocol: &flow.protocol,
        peers: vec![task.address],
        lasting: &task.range,
        ports,
        is_answer,
    };
    [
        at_node(true, to, false),
        at_task(false, to, false),
        at_task(true, EPHEMERAL, true),
        at_node(false, EPHEMERAL, true),
    ]
}

impl<'a> Crossing<'a, '_> {
    fn passage(&self) -> Passage {
        let one = |peer: &IpNet| {
            let packets = Packets { egress: self.egress, protocol: self.protocol, peer: *peer, ports: self.ports };
            passage(self.acl, packets)
        };
        self.peers.iter().map(one).max().unwrap_or(Passage::Open)
    }

    /// What is wrong with it, if something is.
    pub(crate) fn judge(&self, what: &str) -> Option<Denied<'a>> {
        let passage = self.passage();
        let (way, side) = if self.egress { ("outbound", "to") } else { ("inbound", "from") };
        let ports = match (self.ports.from, self.ports.to) {
            (from, to) if from == to => from.to_string(),
            (from, to) => format!("{from}–{to}"),
        };
        let peers: Vec<String> = self.peers.iter().map(ToString::to_string).collect();
        let what = if self.is_answer { format!("answers to {what}") } else { what.to_owned() };
        let words = format!(
            "network ACL {} of {} denies {what} {way} ({} {ports} {side} {})",
            self.acl.id,
            self.subnet,
            self.protocol.as_str().to_uppercase(),
            peers.join(", ")
        );
        let opening = (!self.lasting.is_empty()).then(|| Opening {
            acl: self.acl,
            egress: self.egress,
            protocol: self.protocol.clone(),
            ranges: self.lasting.to_vec(),
            ports: self.ports,
        });
        (passage != Passage::Open).then_some(Denied { passage, acl: self.acl, words, opening })
    }
}
