//! Rules of security groups, as commands and as Terraform.

use ipnet::IpNet;
use model::ec2::{Peer, SecurityGroupRule};
use model::id::SecurityGroupId;

use super::{AwsCommand, block, shorthand_list, string};

/// Which way a rule lets something pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// To whatever has the group.
    In,
    /// From it.
    Out,
}

/// Adding a rule to a group.
pub(crate) fn authorize(
    region: &str,
    direction: Direction,
    group: &SecurityGroupId,
    rule: &SecurityGroupRule,
) -> AwsCommand {
    let operation = match direction {
        Direction::In => "authorize-security-group-ingress",
        Direction::Out => "authorize-security-group-egress",
    };
    AwsCommand::new(region, "ec2", operation).arg("group-id", group).arg("ip-permissions", permission(rule))
}

/// Removing an inbound rule from a group.
pub(crate) fn revoke(region: &str, group: &SecurityGroupId, rule: &SecurityGroupRule) -> AwsCommand {
    AwsCommand::new(region, "ec2", "revoke-security-group-ingress")
        .arg("group-id", group)
        .arg("ip-permissions", permission(rule))
}

/// The rule in the AWS CLI's shorthand.
fn permission(rule: &SecurityGroupRule) -> String {
    let mut parts = vec![format!("IpProtocol={}", rule.protocol.as_str())];
    if let Some(ports) = rule.ports {
        parts.push(format!("FromPort={},ToPort={}", ports.from, ports.to));
    }
    let (mut v4, mut v6, mut groups, mut lists) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for peer in &rule.peers {
        match peer {
            Peer::Range(IpNet::V4(range)) => v4.push(format!("{{CidrIp={range}}}")),
            Peer::Range(IpNet::V6(range)) => v6.push(format!("{{CidrIpv6={range}}}")),
            Peer::Group(reference) => groups.push(format!("{{GroupId={}}}", reference.group)),
            Peer::PrefixList(list) => lists.push(format!("{{PrefixListId={list}}}")),
        }
    }
    for (name, peers) in [("IpRanges", v4), ("Ipv6Ranges", v6), ("UserIdGroupPairs", groups), ("PrefixListIds", lists)]
    {
        if !peers.is_empty() {
            parts.push(format!("{name}={}", shorthand_list(peers)));
        }
    }
    parts.join(",")
}

/// The rule as Terraform: a resource for each of its peers.
pub(crate) fn rule_resources(direction: Direction, group: &SecurityGroupId, rule: &SecurityGroupRule) -> String {
    let kind = match direction {
        Direction::In => "aws_vpc_security_group_ingress_rule",
        Direction::Out => "aws_vpc_security_group_egress_rule",
    };
    let protocol = rule.protocol.as_str();
    let resource = |(nth, peer): (usize, &Peer)| {
        let port = rule.ports.map(|ports| ports.from.to_string()).unwrap_or_default();
        let name = format!("{}_{port}_{}", super::label(protocol), nth + 1);
        let mut arguments = vec![("security_group_id", string(group.as_str())), ("ip_protocol", string(protocol))];
        if let Some(ports) = rule.ports {
            arguments.extend([("from_port", ports.from.to_string()), ("to_port", ports.to.to_string())]);
        }
        arguments.push(match peer {
            Peer::Range(IpNet::V4(range)) => ("cidr_ipv4", string(&range.to_string())),
            Peer::Range(IpNet::V6(range)) => ("cidr_ipv6", string(&range.to_string())),
            Peer::Group(reference) => ("referenced_security_group_id", string(reference.group.as_str())),
            Peer::PrefixList(list) => ("prefix_list_id", string(list.as_str())),
        });
        block(&format!("resource \"{kind}\" \"{name}\""), &arguments)
    };
    rule.peers.iter().enumerate().map(resource).collect::<Vec<_>>().join("\n")
}
