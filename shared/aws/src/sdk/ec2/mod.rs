//! EC2.

mod describe_network_interfaces;
mod describe_security_groups;
mod describe_subnets;
mod get_managed_prefix_list_entries;
mod modify_network_interface_attribute;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use ipnet::IpNet;
use model::call::CallError;
use model::ec2::{NetworkInterface, SecurityGroup, Subnet};
use model::id::{NetworkInterfaceId, PrefixListId, SecurityGroupId, SubnetId, VpcId};
use model::observation::Answer;

use super::Clients;
use crate::api::{Answers, Ec2};

impl Ec2 for Clients {
    async fn describe_subnets(&self, vpcs: &[VpcId]) -> Result<Vec<(VpcId, Vec<Subnet>)>, CallError> {
        describe_subnets::describe_subnets(self, vpcs).await
    }

    async fn describe_network_interfaces(
        &self,
        subnets: &[SubnetId],
    ) -> Result<Vec<(SubnetId, Vec<NetworkInterface>)>, CallError> {
        describe_network_interfaces::in_subnets(self, subnets).await
    }

    async fn describe_network_interfaces_by_id(
        &self,
        interfaces: &[NetworkInterfaceId],
    ) -> Result<Answers<NetworkInterfaceId, NetworkInterface>, CallError> {
        describe_network_interfaces::by_id(self, interfaces).await
    }

    async fn describe_security_groups(&self, vpcs: &[VpcId]) -> Result<Vec<(VpcId, Vec<SecurityGroup>)>, CallError> {
        describe_security_groups::in_vpcs(self, vpcs).await
    }

    async fn describe_security_groups_by_id(
        &self,
        groups: &[SecurityGroupId],
    ) -> Result<Answers<SecurityGroupId, SecurityGroup>, CallError> {
        describe_security_groups::by_id(self, groups).await
    }

    async fn get_managed_prefix_list_entries(&self, list: &PrefixListId) -> Result<Vec<IpNet>, CallError> {
        get_managed_prefix_list_entries::get_managed_prefix_list_entries(self, list).await
    }

    async fn modify_network_interface_groups(
        &self,
        interface: &NetworkInterfaceId,
        groups: &BTreeSet<SecurityGroupId>,
    ) -> Result<(), CallError> {
        modify_network_interface_attribute::modify_network_interface_groups(self, interface, groups).await
    }
}

/// Each key asked about once, with what a filter for them found: what it didn't find isn't there.
fn filtered<K: Ord + Clone, V>(keys: &[K], items: impl IntoIterator<Item = (K, V)>) -> Answers<K, V> {
    let mut found: std::collections::BTreeMap<K, V> = items.into_iter().collect();
    keys.iter().map(|key| (key.clone(), found.remove(key).map_or(Answer::Absent, Answer::Known))).collect()
}

/// Each key once, in the order asked, with what there is of it.
fn grouped<K: Ord + Clone, V>(keys: &[K], items: impl IntoIterator<Item = (K, V)>) -> Vec<(K, Vec<V>)> {
    let mut groups: std::collections::BTreeMap<K, Vec<V>> = keys.iter().map(|key| (key.clone(), Vec::new())).collect();
    for (key, item) in items {
        if let Some(group) = groups.get_mut(&key) {
            group.push(item);
        }
    }
    groups.values_mut().for_each(Vec::shrink_to_fit);
    groups.into_iter().collect()
}
