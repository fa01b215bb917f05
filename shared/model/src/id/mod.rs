//! Typed ids. An id that exists has been parsed, so nothing downstream splits strings.
//!
//! Equality and order are those of the text, which AWS keeps canonical for ARNs and ids (addresses are not ids: they
//! are [`std::net::IpAddr`], parsed and compared as numbers).

mod arn;
mod plain;
mod role;

pub use arn::{
    ArnError, ClusterArn, EventBusArn, FunctionArn, ListenerArn, LoadBalancerArn, LoadBalancerKind, ServiceArn,
    ServiceRevisionArn, TargetGroupArn, TaskArn, TaskDefinitionArn, TopicArn, partition_of,
};
pub use plain::{
    AccountId, AttachmentId, DeploymentId, IdError, NetworkInterfaceId, PrefixListId, Region, SecurityGroupId,
    SubnetId, VpcId,
};
pub use role::RoleArn;
