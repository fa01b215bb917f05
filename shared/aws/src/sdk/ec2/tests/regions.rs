//! Regions.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::describe_regions::DescribeRegionsOutput;
use aws_sdk_ec2::types::Region;
use aws_smithy_mocks::mock;
use model::call::CallErrorKind;

use super::clients;

fn answer(names: &[&str]) -> DescribeRegionsOutput {
    let regions = names.iter().map(|name| Region::builder().region_name(*name).build()).collect();
    DescribeRegionsOutput::builder().set_regions(Some(regions)).build()
}

#[tokio::test]
async fn only_enabled_regions_are_asked_for_and_sorted() {
    let rule = mock!(Client::describe_regions)
        .match_requests(|request| request.all_regions() == Some(false))
        .then_output(|| answer(&["us-east-1", "eu-west-1"]));
    let regions = clients(&[&rule]).enabled_regions().await.unwrap();
    assert_eq!(regions.iter().map(|region| region.as_str()).collect::<Vec<_>>(), ["eu-west-1", "us-east-1"]);
}

#[tokio::test]
async fn a_name_that_is_no_region_makes_the_list_unread() {
    let rule = mock!(Client::describe_regions).then_output(|| answer(&["us-east-1", "Frankfurt"]));
    let error = clients(&[&rule]).enabled_regions().await.unwrap_err();
    assert_eq!((error.operation, error.kind), ("ec2:DescribeRegions", CallErrorKind::Permanent));
    assert!(error.message.contains("regionName \"Frankfurt\""), "{error}");
}
