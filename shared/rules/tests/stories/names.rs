//! Ids of the stories' things.

use std::net::{IpAddr, SocketAddr};

use jiff::SignedDuration;
use model::Timestamp;
use model::elb::Target;
use model::id::{
    AccountId, ClusterArn, DeploymentId, ListenerArn, LoadBalancerArn, NetworkInterfaceId, SecurityGroupId,
    ServiceRevisionArn, SubnetId, TargetGroupArn, TaskArn, TaskDefinitionArn, VpcId,
};
use model::scope::ServiceId;

const ECS: &str = "arn:aws:ecs:eu-central-1:111122223333";
const ELB: &str = "arn:aws:elasticloadbalancing:eu-central-1:111122223333";

pub(crate) fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().expect("a time")
}

pub(crate) fn minutes_ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

pub(crate) fn account() -> AccountId {
    "111122223333".parse().expect("an account")
}

pub(crate) fn another_account() -> AccountId {
    "444455556666".parse().expect("an account")
}

pub(crate) fn cluster(name: &str) -> ClusterArn {
    format!("{ECS}:cluster/{name}").parse().expect("a cluster ARN")
}

/// `CLUSTER/NAME`.
pub(crate) fn service(path: &str) -> ServiceId {
    let (cluster_name, name) = path.split_once('/').expect("CLUSTER/NAME");
    ServiceId::new(&cluster(cluster_name), name)
}

pub(crate) fn task(cluster: &ClusterArn, n: u8) -> TaskArn {
    format!("{ECS}:task/{}/t{n}", cluster.name()).parse().expect("a task ARN")
}

/// `FAMILY:REVISION`.
pub(crate) fn definition(name: &str) -> TaskDefinitionArn {
    format!("{ECS}:task-definition/{name}").parse().expect("a task definition ARN")
}

pub(crate) fn revision(service: &ServiceId, id: &str) -> ServiceRevisionArn {
    let path = format!("{}/{}/{id}", service.cluster.name(), service.name);
    format!("{ECS}:service-revision/{path}").parse().expect("a service revision ARN")
}

pub(crate) fn group(name: &str) -> TargetGroupArn {
    format!("{ELB}:targetgroup/{name}/0f").parse().expect("a target group ARN")
}

pub(crate) fn balancer(kind: &str) -> LoadBalancerArn {
    format!("{ELB}:loadbalancer/{kind}/edge/0f").parse().expect("a load balancer ARN")
}

/// The listener of that balancer on this port.
pub(crate) fn listener(port: u16) -> ListenerArn {
    format!("{ELB}:listener/net/edge/0f/{port}").parse().expect("a listener ARN")
}

pub(crate) fn deployment(id: &str) -> DeploymentId {
    id.parse().expect("a deployment id")
}

pub(crate) fn interface(name: &str) -> NetworkInterfaceId {
    format!("eni-{name}").parse().expect("an interface id")
}

pub(crate) fn security_group(name: &str) -> SecurityGroupId {
    format!("sg-{name}").parse().expect("a security group id")
}

pub(crate) fn vpc(name: &str) -> VpcId {
    format!("vpc-{name}").parse().expect("a VPC id")
}

pub(crate) fn subnet(name: &str) -> SubnetId {
    format!("subnet-{name}").parse().expect("a subnet id")
}

/// The address of task number `n`, unless its story says otherwise.
pub(crate) fn address(n: u8) -> IpAddr {
    IpAddr::from([10, 0, 1, n])
}

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

pub(crate) fn target(text: &str) -> Target {
    let socket: SocketAddr = text.parse().expect("an address and a port");
    Target { ip: socket.ip(), port: socket.port() }
}
