//! What is asked of EC2.

use model::ec2::{NetworkInterface, Subnet};
use model::id::{SubnetId, VpcId};

use super::Reply;

/// Elastic Compute Cloud.
pub trait Ec2 {
    /// The subnets of some VPCs, each VPC once; at most [`FILTER_VALUES`](crate::batch::FILTER_VALUES).
    fn describe_subnets(&self, vpcs: &[VpcId]) -> impl Reply<Vec<(VpcId, Vec<Subnet>)>>;

    /// The network interfaces in some subnets, each subnet once; at most
    /// [`FILTER_VALUES`](crate::batch::FILTER_VALUES).
    fn describe_network_interfaces(&self, subnets: &[SubnetId]) -> impl Reply<Vec<(SubnetId, Vec<NetworkInterface>)>>;
}
