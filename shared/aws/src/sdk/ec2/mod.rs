//! EC2.

mod describe_network_interfaces;
mod describe_subnets;
#[cfg(test)]
mod tests;

use model::call::CallError;
use model::ec2::{NetworkInterface, Subnet};
use model::id::{SubnetId, VpcId};

use super::Clients;
use crate::api::Ec2;

impl Ec2 for Clients {
    async fn describe_subnets(&self, vpcs: &[VpcId]) -> Result<Vec<(VpcId, Vec<Subnet>)>, CallError> {
        describe_subnets::describe_subnets(self, vpcs).await
    }

    async fn describe_network_interfaces(
        &self,
        subnets: &[SubnetId],
    ) -> Result<Vec<(SubnetId, Vec<NetworkInterface>)>, CallError> {
        describe_network_interfaces::describe_network_interfaces(self, subnets).await
    }
}

/// Each key once, in the order asked, with what there is of it.
fn grouped<K: Ord + Clone, V>(keys: &[K], items: impl IntoIterator<Item = (K, V)>) -> Vec<(K, Vec<V>)> {
    let mut groups: std::collections::BTreeMap<K, Vec<V>> = keys.iter().map(|key| (key.clone(), Vec::new())).collect();
    for (key, item) in items {
        if let Some(group) = groups.get_mut(&key) {
            group.push(item);
        }
    }
    groups.into_iter().collect()
}
