//! Route tables.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::describe_route_tables::DescribeRouteTablesOutput;
use aws_sdk_ec2::types::{
    Route, RouteState, RouteTable, RouteTableAssociation, RouteTableAssociationState, RouteTableAssociationStateCode,
};
use aws_smithy_mocks::mock;
use model::ec2::{RouteDestination, RouteTarget};
use model::id::VpcId;
use model::observation::Answer;

use super::super::describe_route_tables::describe_route_tables;
use super::{clients, known};

fn vpcs() -> [VpcId; 2] {
    ["vpc-1", "vpc-2"].map(|id| id.parse().unwrap())
}

#[tokio::test]
async fn route_tables_of_every_page_are_sorted_by_vpc_and_say_where_packets_go() {
    let first = mock!(Client::describe_route_tables)
        .match_requests(|request| {
            let filter = &request.filters()[0];
            request.next_token().is_none() && filter.name() == Some("vpc-id") && filter.values() == ["vpc-1", "vpc-2"]
        })
        .then_output(|| {
            let to = |range: &str| Route::builder().destination_cidr_block(range).state(RouteState::Active);
            let subnet = |id: &str, state| {
                let state = RouteTableAssociationState::builder().state(state).build();
                RouteTableAssociation::builder().subnet_id(id).association_state(state).main(false).build()
            };
            let table = RouteTable::builder().route_table_id("rtb-1").vpc_id("vpc-1");
            let table = table
                .associations(subnet("subnet-1", RouteTableAssociationStateCode::Associated))
                .associations(subnet("subnet-2", RouteTableAssociationStateCode::Disassociated))
                .routes(to("10.0.0.0/16").gateway_id("local").build())
                .routes(to("0.0.0.0/0").nat_gateway_id("nat-1").build())
                .routes(to("10.1.0.0/16").transit_gateway_id("tgw-1").state(RouteState::Blackhole).build())
                .routes(to("10.2.0.0/16").vpc_peering_connection_id("pcx-1").build())
                .routes(to("10.3.0.0/16").gateway_id("vgw-1").build())
                .routes(to("10.4.0.0/16").instance_id("i-1").network_interface_id("eni-1").build())
                .routes(to("10.5.0.0/16").local_gateway_id("lgw-1").build())
                .routes(Route::builder().destination_prefix_list_id("pl-1").gateway_id("vpce-1").build())
                .routes(Route::builder().destination_ipv6_cidr_block("::/0").gateway_id("igw-1").build())
                .routes(
                    Route::builder()
                        .destination_ipv6_cidr_block("fd00::/8")
                        .egress_only_internet_gateway_id("e-1")
                        .build(),
                );
            DescribeRouteTablesOutput::builder().next_token("more").route_tables(table.build()).build()
        });
    let second = mock!(Client::describe_route_tables)
        .match_requests(|request| request.next_token() == Some("more"))
        .then_output(|| {
            let main = RouteTableAssociation::builder().main(true).build();
            let table = RouteTable::builder().route_table_id("rtb-2").vpc_id("vpc-2").associations(main).build();
            DescribeRouteTablesOutput::builder().route_tables(table).build()
        });
    let found = known(describe_route_tables(&clients(&[&first, &second]), &vpcs()).await.unwrap());
    let table = &found[0].1[0];
    assert_eq!((table.id.as_str(), table.is_main), ("rtb-1", false));
    assert_eq!(table.subnets, ["subnet-1".parse().unwrap()], "those that are associated");
    let targets: Vec<RouteTarget> = table.routes.iter().map(|route| route.target.clone()).collect();
    assert_eq!(
        targets,
        [
            RouteTarget::Local,
            RouteTarget::NatGateway("nat-1".to_owned()),
            RouteTarget::TransitGateway("tgw-1".to_owned()),
            RouteTarget::VpcPeeringConnection("pcx-1".to_owned()),
            RouteTarget::VirtualPrivateGateway("vgw-1".to_owned()),
            RouteTarget::NetworkInterface("eni-1".parse().unwrap()),
            RouteTarget::Other("lgw-1".to_owned()),
            RouteTarget::VpcEndpoint("vpce-1".to_owned()),
            RouteTarget::InternetGateway("igw-1".to_owned()),
            RouteTarget::EgressOnlyInternetGateway("e-1".to_owned()),
        ]
    );
    let blackholes: Vec<_> =
        table.routes.iter().filter(|route| route.is_blackhole).map(|one| &one.destination).collect();
    assert_eq!(blackholes, [&RouteDestination::Range("10.1.0.0/16".parse().unwrap())]);
    assert_eq!(table.prefix_lists().map(|list| list.as_str()).collect::<Vec<_>>(), ["pl-1"]);
    assert!(found[1].1[0].is_main);
}

#[tokio::test]
async fn a_route_that_leads_nowhere_is_no_answer() {
    let rule = mock!(Client::describe_route_tables).then_output(|| {
        let route = Route::builder().destination_cidr_block("0.0.0.0/0").build();
        let table = RouteTable::builder().route_table_id("rtb-1").vpc_id("vpc-1").routes(route).build();
        DescribeRouteTablesOutput::builder().route_tables(table).build()
    });
    let answers = describe_route_tables(&clients(&[&rule]), &vpcs()).await.unwrap();
    assert!(answers[0].1.unread().is_some(), "{answers:?}");
    assert_eq!(answers[1].1, Answer::Known(Vec::new()), "the other VPC's are known");
}
