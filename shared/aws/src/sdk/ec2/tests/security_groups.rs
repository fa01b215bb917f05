//! Security groups with their rules, and prefix lists.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::describe_security_group_vpc_associations::DescribeSecurityGroupVpcAssociationsOutput;
use aws_sdk_ec2::operation::describe_security_groups::DescribeSecurityGroupsOutput;
use aws_sdk_ec2::operation::get_managed_prefix_list_entries::GetManagedPrefixListEntriesOutput;
use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListEntry, PrefixListId, SecurityGroup, Tag, UserIdGroupPair,
};
use aws_smithy_mocks::mock;
use model::call::CallErrorKind;
use model::id::{SecurityGroupId, VpcId};
use model::observation::Answer;

use super::super::{describe_security_groups, get_managed_prefix_list_entries};
use super::{clients, known};

fn group(id: &str, vpc: &str) -> aws_sdk_ec2::types::builders::SecurityGroupBuilder {
    SecurityGroup::builder().group_id(id).vpc_id(vpc).group_name("web").owner_id("111122223333")
}

#[tokio::test]
async fn groups_of_every_page_are_sorted_by_vpc() {
    let first = mock!(Client::describe_security_groups)
        .match_requests(|request| {
            let filter = &request.filters()[0];
            request.next_token().is_none()
                && request.max_results() == Some(1000)
                && filter.name() == Some("vpc-id")
                && filter.values() == ["vpc-1", "vpc-2"]
        })
        .then_output(|| {
            let page = DescribeSecurityGroupsOutput::builder().next_token("more");
            page.security_groups(group("sg-1", "vpc-1").build()).build()
        });
    let second = mock!(Client::describe_security_groups)
        .match_requests(|request| request.next_token() == Some("more"))
        .then_output(|| {
            let page = DescribeSecurityGroupsOutput::builder().security_groups(group("sg-2", "vpc-2").build());
            page.security_groups(group("sg-3", "vpc-1").build()).build()
        });
    let vpcs: [VpcId; 2] = ["vpc-1", "vpc-2"].map(|id| id.parse().unwrap());
    let found = known(describe_security_groups::in_vpcs(&clients(&[&first, &second]), &vpcs).await.unwrap());
    let ids: Vec<(&str, Vec<&str>)> =
        found.iter().map(|(vpc, all)| (vpc.as_str(), all.iter().map(|(id, _)| id.as_str()).collect())).collect();
    assert_eq!(ids, [("vpc-1", vec!["sg-1", "sg-3"]), ("vpc-2", vec!["sg-2"])]);
}

#[tokio::test]
async fn a_group_whose_owner_makes_no_sense_stands_in_nobodys_way() {
    let rule = mock!(Client::describe_security_groups).then_output(|| {
        let groups = [group("sg-1", "vpc-1").owner_id("nobody").build(), group("sg-2", "vpc-2").build()];
        DescribeSecurityGroupsOutput::builder().set_security_groups(Some(groups.into())).build()
    });
    let vpcs: [VpcId; 2] = ["vpc-1", "vpc-2"].map(|id| id.parse().unwrap());
    let found = known(describe_security_groups::in_vpcs(&clients(&[&rule]), &vpcs).await.unwrap());
    assert_eq!(found.iter().map(|(_, all)| all.len()).collect::<Vec<_>>(), [1, 1]);
}

#[tokio::test]
async fn groups_asked_for_by_id_are_filtered_so_that_a_gone_one_fails_no_other() {
    let rule = mock!(Client::describe_security_groups)
        .match_requests(|request| request.group_ids().is_empty() && request.filters()[0].name() == Some("group-id"))
        .then_output(|| {
            DescribeSecurityGroupsOutput::builder().security_groups(group("sg-1", "vpc-1").build()).build()
        });
    let ids: [SecurityGroupId; 2] = ["sg-1", "sg-gone"].map(|id| id.parse().unwrap());
    let answers = describe_security_groups::by_id(&clients(&[&rule]), &ids).await.unwrap();
    assert!(answers[0].1.known().is_some());
    assert_eq!(answers[1], (ids[1].clone(), Answer::Absent));
}

#[tokio::test]
async fn rules_have_ports_and_every_kind_of_peer() {
    let rule = mock!(Client::describe_security_groups).then_output(|| {
        let pair = UserIdGroupPair::builder().group_id("sg-9").user_id("444455556666").vpc_id("vpc-9");
        let web = IpPermission::builder()
            .ip_protocol("tcp")
            .from_port(8080)
            .to_port(8081)
            .ip_ranges(IpRange::builder().cidr_ip("10.0.1.7/16").build())
            .ipv6_ranges(Ipv6Range::builder().cidr_ipv6("2001:db8::/32").build())
            .user_id_group_pairs(pair.peering_status("active").build())
            .prefix_list_ids(PrefixListId::builder().prefix_list_id("pl-1").build());
        let ping = IpPermission::builder().ip_protocol("icmp").from_port(8).to_port(-1).build();
        let all = IpPermission::builder().ip_protocol("-1").ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").build());
        let tags = Tag::builder().key("role").value("task").build();
        let group = group("sg-1", "vpc-1").ip_permissions(web.build()).ip_permissions(ping).tags(tags);
        let group = group.ip_permissions_egress(all.build()).build();
        DescribeSecurityGroupsOutput::builder().security_groups(group).build()
    });
    let answers = describe_security_groups::by_id(&clients(&[&rule]), &["sg-1".parse().unwrap()]).await.unwrap();
    let group = answers[0].1.known().unwrap();
    assert_eq!(group.tags["role"], "task");
    let lines: Vec<String> = [&group.ingress, &group.egress]
        .into_iter()
        .flatten()
        .map(|rule| format!("{} {:?} {:?}", rule.protocol, rule.ports, rule.peers))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    tcp Some(PortRange { from: 8080, to: 8081 }) [Range(10.0.0.0/16), Range(2001:db8::/32), Group(GroupReference { group: sg-9, owner: Some(444455556666), vpc: Some(vpc-9), peering_status: Some("active") }), PrefixList(pl-1)]
    icmp None []
    -1 None [Range(0.0.0.0/0)]
    "#);
}

#[tokio::test]
async fn a_rule_that_can_not_be_understood_is_not_left_out_and_leaves_its_own_group_unread() {
    let rule = mock!(Client::describe_security_groups).then_output(|| {
        let odd = IpPermission::builder().ip_protocol("tcp").from_port(80).to_port(80);
        let odd = odd.ip_ranges(IpRange::builder().cidr_ip("anywhere").build()).build();
        DescribeSecurityGroupsOutput::builder()
            .security_groups(group("sg-1", "vpc-1").ip_permissions(odd).build())
            .security_groups(group("sg-2", "vpc-1").build())
            .build()
    });
    let found =
        known(describe_security_groups::in_vpcs(&clients(&[&rule]), &["vpc-1".parse().unwrap()]).await.unwrap());
    let groups = &found[0].1;
    assert!(groups[0].1.unread().is_some() && groups[1].1.known().is_some(), "{groups:?}");
}

#[tokio::test]
async fn a_prefix_lists_entries_are_on_all_pages() {
    let entry = |range: &str| PrefixListEntry::builder().cidr(range).build();
    let first = mock!(Client::get_managed_prefix_list_entries)
        .match_requests(|request| request.next_token().is_none() && request.prefix_list_id() == Some("pl-1"))
        .then_output(move || {
            let page = GetManagedPrefixListEntriesOutput::builder().next_token("more");
            page.entries(entry("10.0.0.0/8")).build()
        });
    let second = mock!(Client::get_managed_prefix_list_entries)
        .match_requests(|request| request.next_token() == Some("more"))
        .then_output(move || GetManagedPrefixListEntriesOutput::builder().entries(entry("192.168.0.0/16")).build());
    let ranges = get_managed_prefix_list_entries::get_managed_prefix_list_entries(
        &clients(&[&first, &second]),
        &"pl-1".parse().unwrap(),
    )
    .await
    .unwrap();
    assert_eq!(ranges.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.0.0/8", "192.168.0.0/16"]);
}

#[tokio::test]
async fn a_gone_prefix_list_is_not_found() {
    let body = "<Response><Errors><Error><Code>InvalidPrefixListID.NotFound</Code><Message>no</Message></Error></Errors><RequestID>1</RequestID></Response>";
    let rule = mock!(Client::get_managed_prefix_list_entries).sequence();
    let rule = rule.http_status(400, Some(body.to_owned())).build();
    let error =
        get_managed_prefix_list_entries::get_managed_prefix_list_entries(&clients(&[&rule]), &"pl-1".parse().unwrap())
            .await
            .unwrap_err();
    assert_eq!(error.kind, CallErrorKind::NotFound);
}

#[tokio::test]
async fn associations_of_every_page_are_sorted_by_the_vpc_they_are_with() {
    use aws_sdk_ec2::types::{SecurityGroupVpcAssociation, SecurityGroupVpcAssociationState as State};

    use super::super::describe_security_group_vpc_associations::with_vpcs;

    let association = |group: &str, vpc: &str, state| {
        SecurityGroupVpcAssociation::builder()
            .group_id(group)
            .vpc_id(vpc)
            .vpc_owner_id("111122223333")
            .state(state)
            .build()
    };
    let first = mock!(Client::describe_security_group_vpc_associations)
        .match_requests(|request| {
            let filter = &request.filters()[0];
            request.next_token().is_none() && filter.name() == Some("vpc-id") && filter.values() == ["vpc-1", "vpc-2"]
        })
        .then_output(move || {
            DescribeSecurityGroupVpcAssociationsOutput::builder()
                .next_token("more")
                .security_group_vpc_associations(association("sg-1", "vpc-2", State::Associated))
                .build()
        });
    let second = mock!(Client::describe_security_group_vpc_associations)
        .match_requests(|request| request.next_token() == Some("more"))
        .then_output(move || {
            DescribeSecurityGroupVpcAssociationsOutput::builder()
                .security_group_vpc_associations(association("sg-2", "vpc-2", State::Associating))
                .build()
        });
    let found = known(
        with_vpcs(&clients(&[&first, &second]), &["vpc-1", "vpc-2"].map(|id| id.parse().unwrap())).await.unwrap(),
    );
    assert_eq!(found[0].1, []);
    let states: Vec<_> = found[1].1.iter().map(|one| (one.group.as_str(), one.state.as_str())).collect();
    assert_eq!(states, [("sg-1", "associated"), ("sg-2", "associating")]);
}
