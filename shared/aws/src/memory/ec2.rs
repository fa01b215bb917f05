//! EC2, in memory.

use std::collections::BTreeSet;

use ipnet::IpNet;
use model::call::{CallError, CallErrorKind};
use model::ec2::{NetworkInterface, SecurityGroup, Subnet};
use model::id::{NetworkInterfaceId, PrefixListId, SecurityGroupId, SubnetId, VpcId};

use super::{MemoryAccount, failure, known_or_absent, names};
use crate::api::{Answers, Ec2};

impl Ec2 for MemoryAccount {
    async fn describe_subnets(&self, vpcs: &[VpcId]) -> Result<Vec<(VpcId, Vec<Subnet>)>, CallError> {
        let world = self.call("ec2:DescribeSubnets", &names(vpcs))?;
        let of = |vpc: &VpcId| world.subnets.iter().filter(|subnet| subnet.vpc == *vpc).cloned().collect();
        Ok(vpcs.iter().map(|vpc| (vpc.clone(), of(vpc))).collect())
    }

    async fn describe_network_interfaces(
        &self,
        subnets: &[SubnetId],
    ) -> Result<Vec<(SubnetId, Vec<NetworkInterface>)>, CallError> {
        let world = self.call("ec2:DescribeNetworkInterfaces", &names(subnets))?;
        let of = |id: &SubnetId| {
            world.interfaces.iter().filter(|interface| interface.subnet.as_ref() == Some(id)).cloned().collect()
        };
        Ok(subnets.iter().map(|subnet| (subnet.clone(), of(subnet))).collect())
    }

    async fn describe_network_interfaces_by_id(
        &self,
        interfaces: &[NetworkInterfaceId],
    ) -> Result<Answers<NetworkInterfaceId, NetworkInterface>, CallError> {
        let world = self.call("ec2:DescribeNetworkInterfaces", &names(interfaces))?;
        let all = world.interfaces.iter().map(|interface| (interface.id.clone(), interface.clone())).collect();
        Ok(known_or_absent(interfaces, &all))
    }

    async fn describe_security_groups(&self, vpcs: &[VpcId]) -> Result<Vec<(VpcId, Vec<SecurityGroup>)>, CallError> {
        let world = self.call("ec2:DescribeSecurityGroups", &names(vpcs))?;
        let of = |vpc: &VpcId| world.security_groups.iter().filter(|group| group.vpc == *vpc).cloned().collect();
        Ok(vpcs.iter().map(|vpc| (vpc.clone(), of(vpc))).collect())
    }

    async fn describe_security_groups_by_id(
        &self,
        groups: &[SecurityGroupId],
    ) -> Result<Answers<SecurityGroupId, SecurityGroup>, CallError> {
        let world = self.call("ec2:DescribeSecurityGroups", &names(groups))?;
        let all = world.security_groups.iter().map(|group| (group.id.clone(), group.clone())).collect();
        Ok(known_or_absent(groups, &all))
    }

    async fn get_managed_prefix_list_entries(&self, list: &PrefixListId) -> Result<Vec<IpNet>, CallError> {
        let operation = "ec2:GetManagedPrefixListEntries";
        let found = self.call(operation, list.as_str())?.prefix_lists.get(list).cloned();
        found.ok_or_else(|| failure(operation, list.as_str(), CallErrorKind::NotFound))
    }

    async fn modify_network_interface_groups(
        &self,
        interface: &NetworkInterfaceId,
        groups: &BTreeSet<SecurityGroupId>,
    ) -> Result<(), CallError> {
        let operation = "ec2:ModifyNetworkInterfaceAttribute";
        let mut world = self.call(operation, interface.as_str())?;
        match world.interfaces.iter_mut().find(|one| one.id == *interface) {
            Some(found) => found.security_groups = groups.iter().cloned().collect(),
            None => return Err(failure(operation, interface.as_str(), CallErrorKind::NotFound)),
        }
        Ok(())
    }
}
