//! What stories about security groups are told with.

use std::collections::BTreeSet;

use model::ec2::{GroupReference, Peer, PortRange, SecurityGroup, SecurityGroupAssociation, SecurityGroupRule};
use model::ecs::{AwsvpcConfiguration, TaskProtection};
use model::finding::Finding;
use model::id::VpcId;

use crate::network::a_security_group;
use crate::story::{Story, story};
use crate::{entities, names};

/// Service `prod/web` with tasks 1 and 2, which declare group `web`; groups `default` and `base` besides, all in the main VPC.
pub(crate) fn with_groups() -> Story {
    without_groups().task(1).registered().task(2).registered()
}

/// The same without tasks.
pub(crate) fn without_groups() -> Story {
    let judged = story().security_group("default").security_group("base").security_group("web");
    judged.group("web").service("web").declares(&["web"]).on("web", 8080)
}

/// A rule for ports from one to another; a peer is a range, `sg-…` or `pl-…`.
pub(crate) fn rule(protocol: &str, ports: Option<(u16, u16)>, peers: &[&str]) -> SecurityGroupRule {
    let ports = ports.map(|(from, to)| PortRange { from, to });
    SecurityGroupRule { protocol: protocol.into(), ports, peers: peers.iter().map(|peer| a_peer(peer)).collect() }
}

fn a_peer(peer: &str) -> Peer {
    if let Ok(group) = peer.parse() {
        return Peer::Group(GroupReference { group, owner: None, vpc: None, peering_status: None });
    }
    if let Ok(list) = peer.parse() {
        return Peer::PrefixList(list);
    }
    Peer::Range(peer.parse().expect("a range, a group or a prefix list"))
}

impl Story {
    /// Security group `sg-NAME` of the main VPC.
    pub(crate) fn security_group(self, name: &str) -> Self {
        self.security_group_in(&names::vpc("main"), name)
    }

    /// Security group `sg-NAME` of this VPC.
    pub(crate) fn security_group_in(mut self, vpc: &VpcId, name: &str) -> Self {
        let group = a_security_group(name, vpc);
        self.account.network.groups.insert(group.id.clone(), group);
        self
    }

    /// The security group is different.
    pub(crate) fn security_group_that(mut self, name: &str, change: impl FnOnce(&mut SecurityGroup)) -> Self {
        change(self.account.network.groups.get_mut(&names::security_group(name)).expect("a group was told of"));
        self
    }

    /// Security group `sg-NAME` is associated with this VPC, or on its way there.
    pub(crate) fn associated(mut self, name: &str, vpc: &str, state: &str) -> Self {
        self.account.network.associations.push(SecurityGroupAssociation {
            group: names::security_group(name),
            vpc: names::vpc(vpc),
            state: state.to_owned(),
        });
        self
    }

    /// The service declares these groups for its tasks.
    pub(crate) fn declares(self, groups: &[&str]) -> Self {
        let security_groups = groups.iter().map(|name| names::security_group(name)).collect();
        let network = AwsvpcConfiguration { security_groups, ..entities::a_network() };
        self.whose(|service| service.network = Some(network))
    }

    /// The task's interface really has these groups.
    pub(crate) fn having(mut self, groups: &[&str]) -> Self {
        let id = self.the_task().interfaces[0].network_interface.clone().expect("an interface");
        let groups = groups.iter().map(|name| names::security_group(name)).collect();
        self.account.network.actual.insert(id, groups);
        self
    }

    /// The balancer has an interface here.
    pub(crate) fn node(mut self, subnet: &str, addresses: [&str; 2]) -> Self {
        let mut node = entities::an_interface_of_aws("network_load_balancer", addresses[0]);
        node.id = names::interface(&format!("node{subnet}"));
        node.subnet = Some(names::subnet(subnet));
        "ELB net/edge/0f".clone_into(&mut node.description);
        node.addresses = addresses.into_iter().map(names::ip).collect();
        self.account.other_interfaces.push(node);
        self
    }

    /// The whole service is looked at, and nothing else.
    pub(crate) fn whole(mut self) -> Self {
        self.scope.services.insert(self.the_service());
        self
    }

    /// The task's interface is gone.
    pub(crate) fn vanished(mut self) -> Self {
        let id = self.the_task().interfaces[0].network_interface.clone().expect("an interface");
        self.account.network.vanished.insert(id);
        self
    }

    /// Task `n` is protected, or isn't.
    pub(crate) fn protected(mut self, n: u8, protection: TaskProtection) -> Self {
        self.account.network.protection.insert(names::task(&names::cluster("prod"), n), protection);
        self
    }

    /// What a person is told to do, each remedy once.
    pub(crate) fn remedies(&self) -> String {
        let remedies: BTreeSet<String> =
            self.look().judgement.findings.into_iter().map(|finding| finding.remedy).collect();
        remedies.into_iter().collect::<Vec<_>>().join("\n")
    }

    /// The only finding.
    pub(crate) fn finding(&self) -> Finding {
        let findings = self.look().judgement.findings;
        let [finding] = findings.as_slice() else { panic!("not one finding: {findings:?}") };
        finding.clone()
    }
}
