//! EC2.

mod describe_network_acls;
mod describe_network_interfaces;
mod describe_route_tables;
mod describe_security_group_vpc_associations;
mod describe_security_groups;
mod describe_subnets;
mod describe_vpc_endpoint_service_configurations;
mod get_managed_prefix_list_entries;
mod modify_network_interface_attribute;
#[cfg(test)]
mod tests;

pub(super) use modify_network_interface_attribute::modify_network_interface_groups;

use std::collections::BTreeMap;

use model::observation::Answer;

use crate::api::Answers;

/// Each key asked about once, with what a filter for them found: what it didn't find isn't there.
fn filtered<K: Ord + Clone, V>(keys: &[K], items: impl IntoIterator<Item = (K, V)>) -> Answers<K, V> {
    let mut found: BTreeMap<K, V> = items.into_iter().collect();
    keys.iter().map(|key| (key.clone(), found.remove(key).map_or(Answer::Absent, Answer::Known))).collect()
}

/// Each key once, in the order asked, with what there is of it.
fn grouped<K: Ord + Clone, V>(keys: &[K], items: impl IntoIterator<Item = (K, V)>) -> Vec<(K, Vec<V>)> {
    let mut groups: BTreeMap<K, Vec<V>> = keys.iter().map(|key| (key.clone(), Vec::new())).collect();
    for (key, item) in items {
        if let Some(group) = groups.get_mut(&key) {
            group.push(item);
        }
    }
    groups.values_mut().for_each(Vec::shrink_to_fit);
    groups.into_iter().collect()
}

fn known<K, V>(found: Vec<(K, V)>) -> Answers<K, V> {
    found.into_iter().map(|(key, value)| (key, Answer::Known(value))).collect()
}
