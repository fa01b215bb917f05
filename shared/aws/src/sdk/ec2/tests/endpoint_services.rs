//! VPC endpoint services.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::describe_vpc_endpoint_service_configurations::DescribeVpcEndpointServiceConfigurationsOutput;
use aws_sdk_ec2::types::{ServiceConfiguration, ServiceState};
use aws_smithy_mocks::mock;

use super::super::describe_vpc_endpoint_service_configurations::all;
use super::clients;

const EDGE: &str = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/edge/50dc";

fn service(id: &str) -> aws_sdk_ec2::types::builders::ServiceConfigurationBuilder {
    let name = format!("com.amazonaws.vpce.eu-central-1.{id}");
    ServiceConfiguration::builder().service_id(id).service_name(name).service_state(ServiceState::Available)
}

#[tokio::test]
async fn endpoint_services_of_every_page_name_their_balancers() {
    let first = mock!(Client::describe_vpc_endpoint_service_configurations)
        .match_requests(|request| request.next_token().is_none() && request.max_results() == Some(1000))
        .then_output(|| {
            let fronting = service("vpce-svc-1").network_load_balancer_arns(EDGE).build();
            let page = DescribeVpcEndpointServiceConfigurationsOutput::builder().next_token("more");
            page.service_configurations(fronting).build()
        });
    let second = mock!(Client::describe_vpc_endpoint_service_configurations)
        .match_requests(|request| request.next_token() == Some("more"))
        .then_output(|| {
            // A Gateway Load Balancer's has no Network Load Balancers.
            let page = DescribeVpcEndpointServiceConfigurationsOutput::builder();
            page.service_configurations(service("vpce-svc-2").build()).build()
        });
    let found = all(&clients(&[&first, &second])).await.unwrap();
    let told = found.iter().map(|one| {
        let balancers = one.network_load_balancers.iter().map(|arn| arn.as_str().to_owned()).collect::<Vec<_>>();
        (one.id.as_str(), one.state.as_str(), balancers)
    });
    let expected = [("vpce-svc-1", "Available", vec![EDGE.to_owned()]), ("vpce-svc-2", "Available", vec![])];
    assert_eq!(told.collect::<Vec<_>>(), expected);
}
