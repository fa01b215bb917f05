//! Network ACLs.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::describe_network_acls::DescribeNetworkAclsOutput;
use aws_sdk_ec2::types::{NetworkAcl, NetworkAclAssociation, NetworkAclEntry, PortRange, RuleAction};
use aws_smithy_mocks::mock;
use model::id::VpcId;

use super::super::describe_network_acls::describe_network_acls;
use super::{clients, known, told};

fn entry(
    number: i32,
    egress: bool,
    protocol: &str,
    range: &str,
) -> aws_sdk_ec2::types::builders::NetworkAclEntryBuilder {
    let entry = NetworkAclEntry::builder().rule_number(number).egress(egress).protocol(protocol);
    let entry = entry.rule_action(RuleAction::Allow);
    if range.contains(':') { entry.ipv6_cidr_block(range) } else { entry.cidr_block(range) }
}

fn acl(id: &str, vpc: &str) -> aws_sdk_ec2::types::builders::NetworkAclBuilder {
    NetworkAcl::builder().network_acl_id(id).vpc_id(vpc).is_default(false)
}

#[tokio::test]
async fn network_acls_of_every_page_are_sorted_by_vpc_and_their_entries_by_number() {
    let first = mock!(Client::describe_network_acls)
        .match_requests(|request| {
            let filter = &request.filters()[0];
            request.next_token().is_none()
                && request.max_results() == Some(1000)
                && filter.name() == Some("vpc-id")
                && filter.values() == ["vpc-1", "vpc-2", "vpc-3"]
        })
        .then_output(|| {
            let ports = PortRange::builder().from(1024).to(65535).build();
            let deny = entry(32767, false, "-1", "0.0.0.0/0").rule_action(RuleAction::Deny).build();
            let acl = acl("acl-1", "vpc-1")
                .associations(NetworkAclAssociation::builder().subnet_id("subnet-1").build())
                .entries(entry(200, true, "17", "10.0.0.1/16").port_range(ports.clone()).build())
                .entries(deny)
                .entries(entry(100, false, "6", "2001:db8::/32").port_range(ports).build())
                .build();
            DescribeNetworkAclsOutput::builder().next_token("more").network_acls(acl).build()
        });
    let second = mock!(Client::describe_network_acls)
        .match_requests(|request| request.next_token() == Some("more"))
        .then_output(|| {
            DescribeNetworkAclsOutput::builder().network_acls(acl("acl-2", "vpc-2").is_default(true).build()).build()
        });
    let vpcs: [VpcId; 3] = ["vpc-1", "vpc-2", "vpc-3"].map(|id| id.parse().unwrap());
    let found = known(describe_network_acls(&clients(&[&first, &second]), &vpcs).await.unwrap());
    let acl = &found[0].1[0];
    assert_eq!((acl.id.as_str(), acl.subnets[0].as_str()), ("acl-1", "subnet-1"));
    let entries: Vec<String> = acl
        .entries
        .iter()
        .map(|one| {
            let ports = one.ports.map_or("all".to_owned(), |ports| ports.to_string());
            let (way, verdict) = (if one.egress { "out" } else { "in" }, if one.allow { "allow" } else { "deny" });
            format!("{way} {} {verdict} {} {} {ports}", one.number, one.protocol, one.range)
        })
        .collect();
    assert_eq!(
        entries,
        [
            "in 100 allow tcp 2001:db8::/32 1024-65535",
            "in 32767 deny -1 0.0.0.0/0 all",
            "out 200 allow udp 10.0.0.0/16 1024-65535",
        ]
    );
    assert_eq!(found[1].1[0].id.as_str(), "acl-2");
    assert_eq!(found[2].1, []);
}

#[tokio::test]
async fn an_entry_without_an_address_range_is_not_taken_for_one_that_matches_nothing() {
    let rule = mock!(Client::describe_network_acls).then_output(|| {
        let nowhere = NetworkAclEntry::builder().rule_number(100).egress(false).protocol("6");
        let acl = acl("acl-1", "vpc-1").entries(nowhere.rule_action(RuleAction::Allow).build());
        DescribeNetworkAclsOutput::builder().network_acls(acl.build()).build()
    });
    let answers = describe_network_acls(&clients(&[&rule]), &["vpc-1".parse().unwrap()]).await.unwrap();
    assert_eq!(told(&answers), ["vpc-1: the answer can't be understood: entries.cidrBlock is missing"]);
}
