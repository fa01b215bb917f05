//! DescribeNetworkInterfaces, all of some subnets, or some by their ids. No filter finds an address inside a delegated prefix, and a filter on an
//! address finds it in other VPCs too.

use std::fmt::Display;
use std::net::IpAddr;

use aws_sdk_ec2::types::{self, Filter};
use model::call::CallError;
use model::ec2::NetworkInterface;
use model::ecs::Tags;
use model::hold::HOLD_TAG;
use model::id::{NetworkInterfaceId, SecurityGroupId, SubnetId, VpcId};
use model::observation::{Answer, Table};

use super::{KeyedRead, filtered, grouped};
use crate::api::{Answers, AwsFact, Found};
use crate::batch::FILTER_VALUES;
use crate::memory::{World, known_or_absent};
use crate::sdk::Clients;
use crate::sdk::read::{Read, Repeated, parse, parse_all, parse_required};
use crate::sdk::resource::resource_of;

const OPERATION: &str = "ec2:DescribeNetworkInterfaces";
const PAGE: i32 = 1000;

impl AwsFact for Table<SubnetId, Vec<NetworkInterface>> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = FILTER_VALUES;

    async fn from_aws(clients: &Clients, subnets: &[SubnetId]) -> Result<Found<Self>, CallError> {
        Ok(in_subnets(clients, subnets).await?.into())
    }

    fn in_memory(world: &World, subnets: &[SubnetId]) -> Found<Self> {
        Found::each(subnets, |subnet| {
            let is_in = |interface: &&NetworkInterface| interface.subnet.as_ref() == Some(subnet);
            Answer::Known(world.interfaces.iter().filter(is_in).cloned().collect())
        })
    }
}

impl AwsFact for Table<NetworkInterfaceId, NetworkInterface> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = FILTER_VALUES;

    async fn from_aws(
        clients: &Clients,
        asked: &[(Option<SubnetId>, NetworkInterfaceId)],
    ) -> Result<Found<Self>, CallError> {
        let ids: Vec<_> = asked.iter().map(|(_, id)| id.clone()).collect();
        Ok(by_id(clients, &ids).await?.into())
    }

    fn in_memory(world: &World, asked: &[(Option<SubnetId>, NetworkInterfaceId)]) -> Found<Self> {
        Found::each(asked, |(_, id)| known_or_absent(world.interfaces.iter().find(|one| one.id == *id)))
    }
}

/// All of some subnets.
pub(super) async fn in_subnets(
    clients: &Clients,
    subnets: &[SubnetId],
) -> Result<Answers<SubnetId, Vec<NetworkInterface>>, CallError> {
    let subnet = |interface: &types::NetworkInterface, said: &mut InterfaceTexts| {
        said.subnets.required("subnetId", interface.subnet_id())
    };
    let found = describe(clients, "subnet-id", subnets, subnet).await?;
    Ok(grouped(OPERATION, subnets, found.into_iter().flatten()))
}

/// Some, wherever they are. A filter doesn't mind what is gone; naming it as an id would fail the whole request.
pub(super) async fn by_id(
    clients: &Clients,
    interfaces: &[NetworkInterfaceId],
) -> Result<Answers<NetworkInterfaceId, NetworkInterface>, CallError> {
    let id = |interface: &types::NetworkInterface, _: &mut InterfaceTexts| id(interface);
    let found = describe(clients, "network-interface-id", interfaces, id).await?;
    Ok(filtered(OPERATION, interfaces, found.into_iter().flatten()))
}

/// Page by page. Interfaces that AWS services manage included: whoever has an address, it is taken.
async fn describe<K: Display>(
    clients: &Clients,
    filter: &str,
    values: &[K],
    key: impl Fn(&types::NetworkInterface, &mut InterfaceTexts) -> Read<K> + Send,
) -> Result<Vec<Vec<KeyedRead<K, NetworkInterface>>>, CallError> {
    let resource = resource_of(values);
    let values = values.iter().map(ToString::to_string).collect();
    let filter = Filter::builder().name(filter).set_values(Some(values)).build();
    let request = clients.ec2().describe_network_interfaces().filters(filter).include_managed_resources(true);
    let mut pages = request.into_paginator().page_size(PAGE).send();
    // A page is read and let go of before the next: the SDK's interfaces are several times as large as ours.
    let found = async {
        let (mut found, mut said) = (Vec::new(), InterfaceTexts::default());
        while let Some(page) = pages.next().await {
            let page = page?;
            let interfaces = page.network_interfaces().iter();
            let item = |interface| (key(interface, &mut said), read(interface, &mut said));
            found.push(interfaces.map(item).collect());
        }
        Ok(found)
    };
    clients.send(OPERATION, &resource, found).await
}

/// What interfaces say alike.
#[derive(Default)]
struct InterfaceTexts {
    subnets: Repeated<SubnetId>,
    vpcs: Repeated<VpcId>,
    security_groups: Repeated<SecurityGroupId>,
}

fn read(interface: &types::NetworkInterface, said: &mut InterfaceTexts) -> Read<NetworkInterface> {
    let subnet = said.subnets.required("subnetId", interface.subnet_id())?;
    let prefixes4 = interface.ipv4_prefixes().iter().filter_map(types::Ipv4PrefixSpecification::ipv4_prefix);
    let prefixes6 = interface.ipv6_prefixes().iter().filter_map(types::Ipv6PrefixSpecification::ipv6_prefix);
    let mut security_groups = Vec::with_capacity(interface.groups().len());
    for group in interface.groups().iter().filter_map(types::GroupIdentifier::group_id) {
        security_groups.push(said.security_groups.required("groups", Some(group))?);
    }
    Ok(NetworkInterface {
        id: id(interface)?,
        vpc: said.vpcs.required("vpcId", interface.vpc_id())?,
        subnet: Some(subnet),
        description: interface.description().unwrap_or_default().to_owned(),
        interface_type: interface.interface_type().map_or("interface", types::NetworkInterfaceType::as_str).into(),
        addresses: addresses(interface)?,
        prefixes: parse_all("prefixes", prefixes4.chain(prefixes6))?,
        security_groups,
        tags: tags(interface),
    })
}

fn id(interface: &types::NetworkInterface) -> Read<NetworkInterfaceId> {
    parse_required("networkInterfaceId", interface.network_interface_id())
}

/// The tag that holds it, for there may be very many interfaces.
fn tags(interface: &types::NetworkInterface) -> Tags {
    let tags = interface.tag_set().iter().filter(|tag| tag.key() == Some(HOLD_TAG));
    tags.map(|tag| (HOLD_TAG.to_owned(), tag.value().unwrap_or_default().to_owned())).collect()
}

/// Primary and secondary, IPv4 and IPv6, each once. The primary ones are told twice, and not always in both places.
fn addresses(interface: &types::NetworkInterface) -> Read<Vec<IpAddr>> {
    let ipv4 = interface.private_ip_addresses().iter().filter_map(|address| address.private_ip_address());
    let ipv6 = interface.ipv6_addresses().iter().filter_map(types::NetworkInterfaceIpv6Address::ipv6_address);
    let texts = interface.private_ip_address().into_iter().chain(ipv4).chain(interface.ipv6_address()).chain(ipv6);
    // No larger than it must be: most interfaces have one.
    let mut addresses = Vec::with_capacity(interface.private_ip_addresses().len() + interface.ipv6_addresses().len());
    for text in texts.filter(|text| !text.is_empty()) {
        let address = parse("addresses", text)?;
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}
