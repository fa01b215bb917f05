//! GetManagedPrefixListEntries, which answers for lists that AWS manages too.

use ipnet::IpNet;
use model::call::CallError;
use model::id::PrefixListId;
use model::observation::Table;

use crate::api::{AwsFact, Found};
use crate::memory::{World, known_or_absent};
use crate::sdk::Clients;
use crate::sdk::read::{Read, parse_required};

const OPERATION: &str = "ec2:GetManagedPrefixListEntries";
const PAGE: i32 = 100;

impl AwsFact for Table<PrefixListId, Vec<IpNet>> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 1;

    async fn from_aws(clients: &Clients, lists: &[PrefixListId]) -> Result<Found<Self>, CallError> {
        Found::by(lists, |list| get_managed_prefix_list_entries(clients, list)).await
    }

    fn in_memory(world: &World, lists: &[PrefixListId]) -> Found<Self> {
        Found::each(lists, |list| known_or_absent(world.prefix_lists.get(list)))
    }
}

pub(super) async fn get_managed_prefix_list_entries(
    clients: &Clients,
    list: &PrefixListId,
) -> Result<Vec<IpNet>, CallError> {
    let request = clients.ec2().get_managed_prefix_list_entries().prefix_list_id(list.as_str());
    let pages = request.into_paginator().page_size(PAGE).items().send();
    let entries = clients.send(OPERATION, list.as_str(), pages.collect::<Result<Vec<_>, _>>()).await?;
    let ranges = entries.iter().map(|entry| parse_required("cidr", entry.cidr()));
    let ranges = ranges.map(|range: Read<IpNet>| Ok(range?.trunc())).collect::<Read<_>>();
    ranges.map_err(|unusable| unusable.into_error(OPERATION, list.as_str()))
}
