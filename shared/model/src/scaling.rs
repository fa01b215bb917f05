//! What Application Auto Scaling has: how far services are scaled.

use crate::scope::ServiceId;

/// The bounds within which a service's desired count is scaled, as DescribeScalableTargets tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScalableTarget {
    /// The cluster's name.
    pub cluster: String,
    /// The service's name.
    pub service: String,
    /// It isn't scaled below this …
    pub minimum: u32,
    /// … nor above this.
    pub maximum: u32,
    /// Scaling out by itself is suspended.
    pub scale_out_suspended: bool,
    /// Scaling in by itself is suspended.
    pub scale_in_suspended: bool,
}

impl ScalableTarget {
    /// Is it for this service? Application Auto Scaling names services within an account and Region.
    #[must_use]
    pub fn is_for(&self, service: &ServiceId) -> bool {
        self.cluster == service.cluster.name() && self.service == *service.name
    }
}
