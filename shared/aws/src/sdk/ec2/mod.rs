//! EC2.

mod describe_network_acls;
mod describe_network_interfaces;
mod describe_regions;
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
use std::fmt::Display;

use model::observation::Answer;

use super::read::{Read, answer};
use crate::api::Answers;

/// An object of an answer, and the key that it belongs to. Either may make no sense.
type KeyedRead<K, V> = (Read<K>, Read<V>);

/// Each key asked about once, with what a filter for them found: what it didn't find isn't there. An object that can't be read
/// is unread by itself; one whose own id makes no sense is none of those that were asked about.
fn filtered<K: Ord + Clone + Display, V>(
    operation: &'static str,
    keys: &[K],
    items: impl IntoIterator<Item = KeyedRead<K, V>>,
) -> Answers<K, V> {
    let found = items.into_iter().filter_map(|(key, item)| Some((key.ok()?, item)));
    let mut found: BTreeMap<K, Read<V>> = found.collect();
    let read = |item: Read<V>, key: &K| answer(operation, &key.to_string(), item);
    keys.iter().map(|key| (key.clone(), found.remove(key).map_or(Answer::Absent, |item| read(item, key)))).collect()
}

/// Each key once, in the order asked, with what there is of it. An object that can't be read leaves unread what it belongs to, and
/// nothing else; one that doesn't say where it belongs may belong to any of them.
fn grouped<K: Ord + Clone + Display, V>(
    operation: &'static str,
    keys: &[K],
    items: impl IntoIterator<Item = KeyedRead<K, V>>,
) -> Answers<K, Vec<V>> {
    let mut groups: BTreeMap<K, Read<Vec<V>>> = keys.iter().map(|key| (key.clone(), Ok(Vec::new()))).collect();
    for (key, item) in items {
        match (key.map(|key| groups.get_mut(&key)), item) {
            (Ok(Some(Ok(group))), Ok(item)) => group.push(item),
            (Ok(Some(group)), Err(odd)) => *group = Err(odd),
            (Ok(_), _) => {}
            (Err(odd), _) => groups.values_mut().for_each(|group| *group = Err(odd.clone())),
        }
    }
    let answer = |(key, mut group): (K, Read<Vec<V>>)| {
        group.iter_mut().for_each(Vec::shrink_to_fit);
        let answer = answer(operation, &key.to_string(), group);
        (key, answer)
    };
    groups.into_iter().map(answer).collect()
}
