//! A list of tasks, as ListTasks is asked for it.

use std::fmt;

use crate::id::ClusterArn;
use crate::scope::ServiceId;

/// A list of tasks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskList {
    /// Of this cluster …
    pub cluster: ClusterArn,
    /// … and, if given, of this service only …
    pub service: Option<ServiceId>,
    /// … that ECS wants to be in this state.
    pub desired: Desired,
}

impl TaskList {
    /// Is it of one service's tasks that are meant to stop?
    #[must_use]
    pub fn is_stopped_of_service(&self) -> bool {
        self.service.is_some() && self.desired == Desired::Stopped
    }

    /// The same of the whole cluster.
    #[must_use]
    pub fn of_cluster(&self) -> Self {
        Self { service: None, ..self.clone() }
    }
}

/// The desired status that a list of tasks is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Desired {
    /// Meant to run.
    Running,
    /// Meant to stop: on their way out, or stopped within the last hour or so.
    Stopped,
}

impl Desired {
    /// The word for it in ListTasks.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Stopped => "STOPPED",
        }
    }
}

impl fmt::Display for TaskList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.service {
            Some(service) => write!(f, "{} tasks of {service}", self.desired.as_str()),
            None => write!(f, "{} tasks of {}", self.desired.as_str(), self.cluster.name()),
        }
    }
}
