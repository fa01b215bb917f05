//! What is asked of EC2.

use std::collections::BTreeSet;

use ipnet::IpNet;
use model::ec2::{NetworkInterface, SecurityGroup, Subnet};
use model::id::{NetworkInterfaceId, PrefixListId, SecurityGroupId, SubnetId, VpcId};

use super::{Answers, Reply};

/// Elastic Compute Cloud.
pub trait Ec2 {
    /// The subnets of some VPCs, each VPC once; at most [`FILTER_VALUES`](crate::batch::FILTER_VALUES).
    fn describe_subnets(&self, vpcs: &[VpcId]) -> impl Reply<Vec<(VpcId, Vec<Subnet>)>>;

    /// The network interfaces in some subnets, each subnet once; at most
    /// [`FILTER_VALUES`](crate::batch::FILTER_VALUES).
    fn describe_network_interfaces(&self, subnets: &[SubnetId]) -> impl Reply<Vec<(SubnetId, Vec<NetworkInterface>)>>;

    /// Network interfaces, wherever they are; at most [`FILTER_VALUES`](crate::batch::FILTER_VALUES).
    fn describe_network_interfaces_by_id(
        &self,
        interfaces: &[NetworkInterfaceId],
    ) -> impl Reply<Answers<NetworkInterfaceId, NetworkInterface>>;

    /// The security groups of some VPCs with their rules, each VPC once; at most
    /// [`FILTER_VALUES`](crate::batch::FILTER_VALUES).
    fn describe_security_groups(&self, vpcs: &[VpcId]) -> impl Reply<Vec<(VpcId, Vec<SecurityGroup>)>>;

    /// Security groups with their rules, wherever they are; at most [`FILTER_VALUES`](crate::batch::FILTER_VALUES).
    fn describe_security_groups_by_id(
        &self,
        groups: &[SecurityGroupId],
    ) -> impl Reply<Answers<SecurityGroupId, SecurityGroup>>;

    /// The ranges in a prefix list, the account's own or one that AWS manages.
    fn get_managed_prefix_list_entries(&self, list: &PrefixListId) -> impl Reply<Vec<IpNet>>;

    /// Sets the security groups of an interface: the whole set, at least one. AWS refuses it for interfaces that it
    /// manages, by [`Refused`](model::call::CallErrorKind::Refused) or [`Denied`](model::call::CallErrorKind::Denied).
    fn modify_network_interface_groups(
        &self,
        interface: &NetworkInterfaceId,
        groups: &BTreeSet<SecurityGroupId>,
    ) -> impl Reply<()>;
}
