//! What has tags that Elastic Load Balancing tells.

use std::fmt;

use crate::id::{LoadBalancerArn, TargetGroupArn};

/// Something with tags. One request may ask for those of both kinds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tagged {
    /// A target group.
    TargetGroup(TargetGroupArn),
    /// A load balancer.
    LoadBalancer(LoadBalancerArn),
}

impl Tagged {
    /// Its ARN.
    #[must_use]
    pub fn arn(&self) -> &str {
        match self {
            Self::TargetGroup(arn) => arn.as_str(),
            Self::LoadBalancer(arn) => arn.as_str(),
        }
    }
}

impl fmt::Display for Tagged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.arn())
    }
}

impl From<TargetGroupArn> for Tagged {
    fn from(arn: TargetGroupArn) -> Self {
        Self::TargetGroup(arn)
    }
}

impl From<LoadBalancerArn> for Tagged {
    fn from(arn: LoadBalancerArn) -> Self {
        Self::LoadBalancer(arn)
    }
}
