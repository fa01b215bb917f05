//! Pages, addresses and ranges of EC2.

mod endpoint_services;
mod network_acls;
mod regions;
mod route_tables;
mod security_groups;

use std::fmt::{Debug, Display};

use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::describe_network_interfaces::DescribeNetworkInterfacesOutput;
use aws_sdk_ec2::operation::describe_subnets::DescribeSubnetsOutput;
use aws_sdk_ec2::types::{
    Ipv4PrefixSpecification, Ipv6PrefixSpecification, NetworkInterface, NetworkInterfaceIpv6Address,
    NetworkInterfacePrivateIpAddress, Subnet, SubnetCidrBlockState, SubnetCidrBlockStateCode,
    SubnetIpv6CidrBlockAssociation, Tag,
};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use aws_smithy_types::retry::RetryConfig;
use model::call::CallErrorKind;
use model::ec2::InterfaceType;
use model::id::{AccountId, SubnetId, VpcId};
use model::observation::Answer;

use super::{describe_network_interfaces, describe_subnets};
use crate::api::{Account as _, Answers};
use crate::sdk::Clients;

fn clients(rules: &[&Rule]) -> Clients {
    mock_client!(aws_sdk_ec2, RuleMode::MatchAny, rules, |config| config.retry_config(RetryConfig::disabled())).into()
}

/// Lists that could all be read.
fn known<K, V: Debug>(answers: Answers<K, V>) -> Vec<(K, V)> {
    let known = |answer| match answer {
        Answer::Known(list) => list,
        other => panic!("{other:?}"),
    };
    answers.into_iter().map(|(key, answer)| (key, known(answer))).collect()
}

/// The kinds of answers: `known`, or what is wrong.
fn told<K: Display, V>(answers: &Answers<K, V>) -> Vec<String> {
    let told = |answer: &Answer<V>| answer.unread().map_or("known".to_owned(), |unread| unread.error.clone());
    answers.iter().map(|(key, answer)| format!("{key}: {}", told(answer))).collect()
}

#[tokio::test]
async fn interfaces_of_every_page_are_sorted_by_subnet() {
    let interface = |id: &str, subnet: &str| {
        NetworkInterface::builder().network_interface_id(id).subnet_id(subnet).vpc_id("vpc-1").build()
    };
    let first = mock!(Client::describe_network_interfaces)
        .match_requests(|request| {
            let filter = &request.filters()[0];
            request.next_token().is_none()
                && request.max_results() == Some(1000)
                && request.include_managed_resources() == Some(true)
                && filter.name() == Some("subnet-id")
                && filter.values() == ["subnet-1", "subnet-2", "subnet-3"]
        })
        .then_output(move || {
            let page = DescribeNetworkInterfacesOutput::builder().next_token("more");
            page.network_interfaces(interface("eni-1", "subnet-1"))
                .network_interfaces(interface("eni-2", "subnet-2"))
                .build()
        });
    let second = mock!(Client::describe_network_interfaces)
        .match_requests(|request| request.next_token() == Some("more"))
        .then_output(move || {
            DescribeNetworkInterfacesOutput::builder().network_interfaces(interface("eni-3", "subnet-1")).build()
        });
    let subnets: Vec<SubnetId> = ["subnet-1", "subnet-2", "subnet-3"].map(|id| id.parse().unwrap()).to_vec();
    let found = known(describe_network_interfaces::in_subnets(&clients(&[&first, &second]), &subnets).await.unwrap());
    let ids: Vec<(&str, Vec<&str>)> =
        found.iter().map(|(subnet, all)| (subnet.as_str(), all.iter().map(|one| one.id.as_str()).collect())).collect();
    assert_eq!(ids, [("subnet-1", vec!["eni-1", "eni-3"]), ("subnet-2", vec!["eni-2"]), ("subnet-3", vec![])]);
}

#[tokio::test]
async fn interfaces_asked_for_by_id_are_filtered_so_that_a_gone_one_fails_no_other() {
    let rule = mock!(Client::describe_network_interfaces)
        .match_requests(|request| {
            let filter = &request.filters()[0];
            request.network_interface_ids().is_empty()
                && filter.name() == Some("network-interface-id")
                && filter.values() == ["eni-1", "eni-gone"]
        })
        .then_output(|| {
            let interface = NetworkInterface::builder().network_interface_id("eni-1").subnet_id("subnet-1");
            let interface = interface.vpc_id("vpc-1").interface_type("trunk".into()).build();
            DescribeNetworkInterfacesOutput::builder().network_interfaces(interface).build()
        });
    let ids = ["eni-1", "eni-gone"].map(|id| id.parse().unwrap());
    let answers = describe_network_interfaces::by_id(&clients(&[&rule]), &ids).await.unwrap();
    let found = answers[0].1.known().unwrap();
    assert_eq!((&found.id, &found.interface_type), (&ids[0], &InterfaceType::Trunk));
    assert_eq!(answers[1], (ids[1].clone(), Answer::Absent));
}

#[tokio::test]
async fn an_interface_has_secondary_addresses_and_delegated_prefixes() {
    let rule = mock!(Client::describe_network_interfaces).then_output(|| {
        let address = |ip: &str| NetworkInterfacePrivateIpAddress::builder().private_ip_address(ip).build();
        let interface = NetworkInterface::builder()
            .network_interface_id("eni-1")
            .subnet_id("subnet-1")
            .vpc_id("vpc-1")
            .private_ip_address("10.0.1.7")
            .private_ip_addresses(address("10.0.1.7"))
            .private_ip_addresses(address("10.0.1.8"))
            .ipv6_addresses(NetworkInterfaceIpv6Address::builder().ipv6_address("2001:db8::7").build())
            .ipv4_prefixes(Ipv4PrefixSpecification::builder().ipv4_prefix("10.0.1.16/28").build())
            .ipv6_prefixes(Ipv6PrefixSpecification::builder().ipv6_prefix("2001:db8:1::/80").build());
        DescribeNetworkInterfacesOutput::builder().network_interfaces(interface.build()).build()
    });
    let subnet: SubnetId = "subnet-1".parse().unwrap();
    let found = known(describe_network_interfaces::in_subnets(&clients(&[&rule]), &[subnet]).await.unwrap());
    let interface = &found[0].1[0];
    assert_eq!(interface.addresses.len(), 3);
    for address in ["10.0.1.7", "10.0.1.8", "10.0.1.20", "2001:db8::7", "2001:db8:1::ff"] {
        assert!(interface.has(address.parse().unwrap()), "{address}");
    }
    assert!(!interface.has("10.0.1.9".parse().unwrap()));
}

#[tokio::test]
async fn of_an_interfaces_tags_the_one_that_holds_it_is_kept() {
    let rule = mock!(Client::describe_network_interfaces).then_output(|| {
        let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
        let interface = NetworkInterface::builder().network_interface_id("eni-1").subnet_id("subnet-1").vpc_id("vpc-1");
        let interface = interface.tag_set(tag("Name", "web")).tag_set(tag("ecs-nlb-guard:hold", "true"));
        DescribeNetworkInterfacesOutput::builder().network_interfaces(interface.build()).build()
    });
    let subnet: SubnetId = "subnet-1".parse().unwrap();
    let found = known(describe_network_interfaces::in_subnets(&clients(&[&rule]), &[subnet]).await.unwrap());
    let tags: Vec<(&str, &str)> = found[0].1[0].tags.iter().map(|(key, value)| (&**key, &**value)).collect();
    assert_eq!(tags, [("ecs-nlb-guard:hold", "true")]);
}

#[tokio::test]
async fn an_odd_interface_leaves_its_own_subnet_unread_or_itself() {
    let interface = |id: &str, subnet: &str, ip: &str| {
        let interface = NetworkInterface::builder().network_interface_id(id).subnet_id(subnet).vpc_id("vpc-1");
        interface.private_ip_address(ip).build()
    };
    let rule = mock!(Client::describe_network_interfaces).then_output(move || {
        DescribeNetworkInterfacesOutput::builder()
            .network_interfaces(interface("eni-1", "subnet-1", "10.0.1.7"))
            .network_interfaces(interface("eni-2", "subnet-2", "anywhere"))
            .build()
    });
    let subnets: Vec<SubnetId> = ["subnet-1", "subnet-2"].map(|id| id.parse().unwrap()).to_vec();
    let answers = describe_network_interfaces::in_subnets(&clients(&[&rule]), &subnets).await.unwrap();
    let odd = "the answer can't be understood: addresses \"anywhere\": invalid IP address syntax";
    assert_eq!(told(&answers), ["subnet-1: known".to_owned(), format!("subnet-2: {odd}")]);
    let ids = ["eni-1", "eni-2"].map(|id| id.parse().unwrap());
    let answers = describe_network_interfaces::by_id(&clients(&[&rule]), &ids).await.unwrap();
    assert_eq!(told(&answers), ["eni-1: known".to_owned(), format!("eni-2: {odd}")]);
}

#[tokio::test]
async fn an_odd_subnet_leaves_its_own_vpc_unread_and_one_of_no_vpc_all() {
    let answers_of = |vpc: Option<&'static str>| async move {
        let rule = mock!(Client::describe_subnets).then_output(move || {
            let odd = subnet("subnet-2").set_vpc_id(vpc.map(str::to_owned)).cidr_block("everywhere").build();
            let sound = subnet("subnet-1").build();
            DescribeSubnetsOutput::builder().subnets(sound).subnets(odd).build()
        });
        let vpcs: [VpcId; 2] = ["vpc-1", "vpc-2"].map(|id| id.parse().unwrap());
        told(&describe_subnets::describe_subnets(&clients(&[&rule]), &vpcs).await.unwrap())
    };
    let odd = "the answer can't be understood:";
    let of_two = answers_of(Some("vpc-2")).await;
    assert!(of_two[0] == "vpc-1: known" && of_two[1].contains(odd), "{of_two:?}");
    let of_none = answers_of(None).await;
    assert!(of_none.iter().all(|told| told.contains("vpcId is missing")), "{of_none:?}");
}

fn subnet(id: &str) -> aws_sdk_ec2::types::builders::SubnetBuilder {
    Subnet::builder().subnet_id(id).vpc_id("vpc-1").cidr_block("10.0.1.0/24").available_ip_address_count(240)
}

#[tokio::test]
async fn a_subnet_knows_its_owner_and_the_ranges_it_has_now() {
    let rule = mock!(Client::describe_subnets)
        .match_requests(|request| request.filters()[0].name() == Some("vpc-id"))
        .then_output(|| {
            let range = |range: &str, state| {
                let state = SubnetCidrBlockState::builder().state(state).build();
                SubnetIpv6CidrBlockAssociation::builder().ipv6_cidr_block(range).ipv6_cidr_block_state(state).build()
            };
            let subnet = subnet("subnet-1")
                .owner_id("444455556666")
                .ipv6_cidr_block_association_set(range("2001:db8:0:1::/64", SubnetCidrBlockStateCode::Associated))
                .ipv6_cidr_block_association_set(range("2001:db8:0:2::/64", SubnetCidrBlockStateCode::Disassociated));
            DescribeSubnetsOutput::builder().subnets(subnet.build()).build()
        });
    let vpcs: [VpcId; 2] = ["vpc-1", "vpc-2"].map(|id| id.parse().unwrap());
    let found = known(describe_subnets::describe_subnets(&clients(&[&rule]), &vpcs).await.unwrap());
    assert_eq!(found[1].1, []);
    let subnet = &found[0].1[0];
    assert_eq!(subnet.owner.as_ref().map(AccountId::as_str), Some("444455556666"));
    assert!(subnet.contains("2001:db8:0:1::5".parse().unwrap()));
    assert!(!subnet.contains("2001:db8:0:2::5".parse().unwrap()));
}

#[tokio::test]
async fn a_subnet_without_an_owner_is_neither_taken_for_ours_nor_in_the_way_of_others() {
    let rule = mock!(Client::describe_subnets).then_output(|| {
        let subnets =
            [subnet("subnet-1"), subnet("subnet-2").owner_id("nobody"), subnet("subnet-3").owner_id("111122223333")];
        DescribeSubnetsOutput::builder().set_subnets(Some(subnets.map(|one| one.build()).into())).build()
    });
    let found =
        known(describe_subnets::describe_subnets(&clients(&[&rule]), &["vpc-1".parse().unwrap()]).await.unwrap());
    let owners: Vec<_> = found[0].1.iter().map(|subnet| subnet.owner.as_ref().map(AccountId::as_str)).collect();
    assert_eq!(owners, [None, None, Some("111122223333")]);
}

#[tokio::test]
async fn ec2s_codes_are_known_though_it_models_none() {
    let error_of = |status: u16, code: &'static str| async move {
        let body = format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors><RequestID>1</RequestID></Response>"
        );
        let rule = mock!(Client::describe_subnets).sequence().http_status(status, Some(body)).repeatedly().build();
        describe_subnets::describe_subnets(&clients(&[&rule]), &["vpc-1".parse().unwrap()]).await.unwrap_err().kind
    };
    assert_eq!(error_of(503, "RequestLimitExceeded").await, CallErrorKind::Throttled);
    assert_eq!(error_of(403, "UnauthorizedOperation").await, CallErrorKind::Denied);
    assert_eq!(error_of(400, "InvalidVpcID.NotFound").await, CallErrorKind::NotFound);
    assert_eq!(error_of(503, "Unavailable").await, CallErrorKind::Transient);
}

#[tokio::test]
async fn an_interfaces_groups_are_set_as_a_whole_and_refusals_are_told_from_missing_permissions() {
    use aws_sdk_ec2::config::http::HttpResponse;
    use std::collections::BTreeSet;

    let interface = "eni-1".parse().unwrap();
    let groups: BTreeSet<_> = ["sg-2", "sg-1"].map(|id| id.parse().unwrap()).into();
    let set = mock!(Client::modify_network_interface_attribute)
        .match_requests(|request| {
            request.network_interface_id() == Some("eni-1") && request.groups() == ["sg-1", "sg-2"]
        })
        .then_output(|| {
            aws_sdk_ec2::operation::modify_network_interface_attribute::ModifyNetworkInterfaceAttributeOutput::builder()
                .build()
        });
    assert_eq!(clients(&[&set]).modify_network_interface_groups(&interface, &groups).await, Ok(()));

    for (code, kind) in [
        ("AuthFailure", CallErrorKind::Denied),
        ("UnauthorizedOperation", CallErrorKind::Denied),
        ("OperationNotPermitted", CallErrorKind::Permanent),
        ("InvalidParameterCombination", CallErrorKind::Permanent),
        ("SecurityGroupsPerInterfaceLimitExceeded", CallErrorKind::Permanent),
        ("InvalidNetworkInterfaceID.NotFound", CallErrorKind::NotFound),
        ("RequestLimitExceeded", CallErrorKind::Throttled),
        ("InternalError", CallErrorKind::Transient),
    ] {
        let refused = mock!(Client::modify_network_interface_attribute).then_http_response(move || {
            let body = format!(
                "<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors></Response>"
            );
            HttpResponse::new(400.try_into().unwrap(), body.into())
        });
        let error = clients(&[&refused]).modify_network_interface_groups(&interface, &groups).await.unwrap_err();
        assert_eq!((error.code.as_deref(), error.kind), (Some(code), kind));
    }
}
