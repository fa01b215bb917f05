//! Names and ids, by number.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use model::id::{
    AccountId, ClusterArn, DeploymentId, LoadBalancerArn, NetworkInterfaceId, SecurityGroupId, ServiceRevisionArn,
    SubnetId, TargetGroupArn, TaskArn, TaskDefinitionArn, VpcId,
};
use model::scope::ServiceId;

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const OTHER_ACCOUNT: &str = "444455556666";
pub(crate) const REGION: &str = "eu-central-1";
pub(crate) const FUNCTION: &str = "arn:aws:lambda:eu-central-1:111122223333:function:registrar";
pub(crate) const GUARD: &str = "arn:aws:lambda:eu-central-1:111122223333:function:guard";

fn parsed<T: FromStr>(text: impl Display) -> T {
    let text = text.to_string();
    text.parse().unwrap_or_else(|_| unreachable!("{text} is a proper name"))
}

pub(crate) fn account(id: &str) -> AccountId {
    parsed(id)
}

pub(crate) fn cluster(n: usize) -> ClusterArn {
    parsed(format!("arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/c{n}"))
}

pub(crate) fn service(cluster: &ClusterArn, n: usize) -> ServiceId {
    ServiceId::new(cluster, &format!("s{n}"))
}

pub(crate) fn task(cluster: &ClusterArn, n: u32) -> TaskArn {
    parsed(format!("arn:aws:ecs:{REGION}:{ACCOUNT}:task/{}/t{n}", cluster.name()))
}

pub(crate) fn definition(family: &str, revision: u32) -> TaskDefinitionArn {
    parsed(format!("arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/{family}:{revision}"))
}

pub(crate) fn revision(service: &ServiceId, n: u32) -> ServiceRevisionArn {
    parsed(format!("arn:aws:ecs:{REGION}:{ACCOUNT}:service-revision/{}/{}/{n}", service.cluster.name(), service.name))
}

pub(crate) fn deployment(n: u32) -> DeploymentId {
    parsed(format!("ecs-svc/{n}"))
}

pub(crate) fn target_group(n: usize) -> TargetGroupArn {
    parsed(format!("arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/g{n}/{n}"))
}

pub(crate) fn balancer(n: usize) -> LoadBalancerArn {
    parsed(format!("arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/net/b{n}/{n}"))
}

/// The security group that every task must wear.
pub(crate) const REQUIRED: &str = "sg-0base";
/// The one that none may.
pub(crate) const FORBIDDEN: &str = "sg-0open";
/// One of a service's own.
pub(crate) const OWN: &str = "sg-0own";

pub(crate) fn security_group(id: &str) -> SecurityGroupId {
    parsed(id)
}

pub(crate) fn vpc() -> VpcId {
    parsed("vpc-1")
}

pub(crate) fn subnet(n: usize) -> SubnetId {
    parsed(format!("subnet-{n}"))
}

pub(crate) fn interface(n: u32) -> NetworkInterfaceId {
    parsed(format!("eni-{n}"))
}

/// The address of a place in a subnet.
pub(crate) fn v4(subnet: u8, place: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 0, subnet, 4 + place))
}

/// Its IPv6 address.
pub(crate) fn v6(subnet: u8, place: u8) -> IpAddr {
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, u16::from(subnet), 0, 0, 0, 4 + u16::from(place)))
}
