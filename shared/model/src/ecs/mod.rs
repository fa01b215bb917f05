//! What ECS has: clusters, services with their deployments and task sets, tasks, task definitions.

mod service;
mod task;
mod task_definition;

pub use service::{
    AwsvpcConfiguration, Deployment, DeploymentController, DeploymentPercents, DeploymentStatus, RolloutState, Service,
    ServiceEvent, ServiceLoadBalancer, ServiceRevision, ServiceStatus, Strategy, TaskSet, TaskSetStatus,
};
pub use task::{LaunchType, StopCode, Task, TaskInterface, TaskProtection, TaskStatus};
pub use task_definition::{Container, NetworkMode, PortMapping, PortRangeMapping, TaskDefinition};

use std::collections::BTreeMap;

use crate::id::ClusterArn;
use crate::observation::Unread;

/// Tags of one resource.
pub type Tags = BTreeMap<String, String>;

/// The clusters of an account, as ListClusters names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterList {
    /// Those that can be looked at.
    pub clusters: Vec<ClusterArn>,
    /// Why another can't, if there is one whose name makes no sense: what is in that is not known.
    pub odd: Option<Unread>,
}

impl From<Vec<ClusterArn>> for ClusterList {
    fn from(clusters: Vec<ClusterArn>) -> Self {
        Self { clusters, odd: None }
    }
}

/// A cluster, as DescribeClusters tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Its ARN.
    pub arn: ClusterArn,
    /// `ACTIVE`, `INACTIVE`, `DEPROVISIONING` …
    pub status: String,
    /// How many tasks run or are about to, of services or not.
    pub tasks: u32,
    /// Those of its tags that this program goes by.
    pub tags: Tags,
}

/// An enum of AWS's that grows: what isn't known is kept as text.
macro_rules! open_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A value this program doesn't know.
            Other(String),
        }

        impl $name {
            /// The value as AWS writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(|text| Self::from(&*text))
            }
        }
    };
}
pub(crate) use open_enum;
