//! A VPC endpoint service.

use crate::id::LoadBalancerArn;

/// A VPC endpoint service of this account, as DescribeVpcEndpointServiceConfigurations tells it. Clients in other VPCs and
/// accounts reach its load balancers through PrivateLink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointService {
    /// Its id, `vpce-svc-…`.
    pub id: String,
    /// Its name, `com.amazonaws.vpce.eu-central-1.vpce-svc-…`.
    pub name: String,
    /// `Pending`, `Available`, `Deleting`, `Deleted`, `Failed` …
    pub state: String,
    /// The Network Load Balancers that it fronts.
    pub network_load_balancers: Vec<LoadBalancerArn>,
}
