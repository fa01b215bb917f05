//! Links to the AWS console.

use model::id::{LoadBalancerArn, Region, SecurityGroupId, TargetGroupArn};
use model::scope::ServiceId;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand in a path or a fragment as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b':').remove(b'/');

pub(super) fn target_group(arn: &TargetGroupArn) -> String {
    let region = encoded(arn.region());
    let at = origin(arn.partition(), &region);
    format!("{at}/ec2/home?region={region}#TargetGroup:targetGroupArn={}", encoded(arn.as_str()))
}

pub(super) fn load_balancer(arn: &LoadBalancerArn) -> String {
    let region = encoded(arn.region());
    let at = origin(arn.partition(), &region);
    format!("{at}/ec2/home?region={region}#LoadBalancer:loadBalancerArn={}", encoded(arn.as_str()))
}

pub(super) fn service(id: &ServiceId) -> String {
    let region = encoded(id.cluster.region());
    let at = origin(id.cluster.partition(), &region);
    let (cluster, name) = (encoded(id.cluster.name()), encoded(&id.name));
    format!("{at}/ecs/v2/clusters/{cluster}/services/{name}/health?region={region}")
}

pub(super) fn security_group(region: &Region, id: &SecurityGroupId) -> String {
    let region = encoded(region.as_str());
    // A Region's name tells its partition.
    let partition = match region.as_str() {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    let at = origin(partition, &region);
    format!("{at}/ec2/home?region={region}#SecurityGroup:groupId={}", encoded(id.as_str()))
}

/// Each partition has a console of its own.
fn origin(partition: &str, region: &str) -> String {
    match partition {
        "aws-cn" => format!("https://{region}.console.amazonaws.cn"),
        "aws-us-gov" => format!("https://{region}.console.amazonaws-us-gov.com"),
        _ => format!("https://{region}.console.aws.amazon.com"),
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}
