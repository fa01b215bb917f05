//! A task and the network interface it has to itself in awsvpc mode.

use std::net::IpAddr;

use jiff::Timestamp;

use super::{Tags, open_enum};
use crate::elb::IpVersion;
use crate::id::{AttachmentId, ClusterArn, DeploymentId, NetworkInterfaceId, SubnetId, TaskArn, TaskDefinitionArn};

/// A task, as DescribeTasks tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its ARN.
    pub arn: TaskArn,
    /// The cluster it runs in.
    pub cluster: ClusterArn,
    /// `service:NAME` for a service's task, `family:NAME` or anything else otherwise.
    pub group: Option<String>,
    /// The deployment or task set that started it.
    pub started_by: Option<DeploymentId>,
    /// Its task definition.
    pub task_definition: Option<TaskDefinitionArn>,
    /// Where it is in its life.
    pub last_status: TaskStatus,
    /// Where ECS wants it to be.
    pub desired_status: TaskStatus,
    /// Orders the events of one task; absent where the API doesn't say.
    pub version: Option<i64>,
    /// When it reached RUNNING. Unknown counts as long ago.
    pub started_at: Option<Timestamp>,
    /// When it reached STOPPED.
    pub stopped_at: Option<Timestamp>,
    /// Why it was stopped, in ECS's words, see "Stopped tasks error codes" in the developer guide.
    pub stopped_reason: Option<Box<str>>,
    /// The kind of reason.
    pub stop_code: Option<StopCode>,
    /// What it runs on; absent with a capacity provider.
    pub launch_type: Option<LaunchType>,
    /// Its network interfaces; empty unless the mode is awsvpc.
    pub interfaces: Vec<TaskInterface>,
    /// Those of its tags that this program goes by.
    pub tags: Tags,
}

/// The elastic network interface attached to a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskInterface {
    /// The attachment's id; the interface's description names it.
    pub attachment: AttachmentId,
    /// The interface, once it is known.
    pub network_interface: Option<NetworkInterfaceId>,
    /// Its subnet, once it is known.
    pub subnet: Option<SubnetId>,
    /// Its private addresses, IPv4 and IPv6; incomplete early on.
    pub addresses: Vec<IpAddr>,
}

/// Whether a task may be stopped by scale-in and deployments, as GetTaskProtection tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskProtection {
    /// It is protected …
    pub enabled: bool,
    /// … until then.
    pub until: Option<Timestamp>,
}

open_enum! {
    /// The states of a task, see "Amazon ECS task lifecycle".
    TaskStatus {
        /// The interface is being made.
        Provisioning = "PROVISIONING",
        /// Waiting for the container agent.
        Pending = "PENDING",
        /// Being registered with several target groups.
        Activating = "ACTIVATING",
        /// Running.
        Running = "RUNNING",
        /// Being deregistered from several target groups.
        Deactivating = "DEACTIVATING",
        /// Containers are being stopped.
        Stopping = "STOPPING",
        /// The interface is being detached.
        Deprovisioning = "DEPROVISIONING",
        /// Stopped.
        Stopped = "STOPPED",
        /// Deleted.
        Deleted = "DELETED",
    }
}

open_enum! {
    /// Why a task was stopped, `stopCode`.
    StopCode {
        /// Its image, interface, secrets or instance couldn't be had.
        FailedToStart = "TaskFailedToStart",
        /// A container exited without which it can't be.
        EssentialContainerExited = "EssentialContainerExited",
        /// Somebody called StopTask.
        UserInitiated = "UserInitiated",
        /// Scale-in, a deployment, or failed health checks.
        ServiceSchedulerInitiated = "ServiceSchedulerInitiated",
        /// Spot capacity was taken back.
        SpotInterruption = "SpotInterruption",
        /// Its instance was terminated.
        TerminationNotice = "TerminationNotice",
    }
}

open_enum! {
    /// What a task runs on.
    LaunchType {
        /// Container instances.
        Ec2 = "EC2",
        /// Fargate.
        Fargate = "FARGATE",
        /// Machines outside AWS (ECS Anywhere).
        External = "EXTERNAL",
        /// Instances that ECS manages.
        ManagedInstances = "MANAGED_INSTANCES",
    }
}

impl Task {
    /// Is it running, and meant to go on running? Only such a task is ever registered.
    #[must_use]
    pub fn is_serving(&self) -> bool {
        self.last_status == TaskStatus::Running && self.desired_status == TaskStatus::Running
    }

    /// May it still have its address? Everything that isn't known to be over counts as live.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !matches!(self.last_status, TaskStatus::Stopped | TaskStatus::Deleted)
    }

    /// Did it stop by itself, or for failing its health checks? `stopCode` is of Task in the Amazon ECS API reference. That the reason
    /// of a stopped task has the words `failed container health checks`, as the service's event has
    /// (repost.aws/knowledge-center/ecs-task-container-health-check-failures), is a belief: without it nothing is reported.
    #[must_use]
    pub fn stopped_badly(&self) -> bool {
        matches!(self.stop_code, Some(StopCode::FailedToStart | StopCode::EssentialContainerExited))
            || self.failed_target_health_checks()
            || self.stopped_reason.as_deref().is_some_and(|reason| reason.contains("failed container health checks"))
    }

    /// Was it stopped because its target failed the load balancer's health checks? `Task failed ELB health checks in
    /// (target-group …)`
    #[must_use]
    pub fn failed_target_health_checks(&self) -> bool {
        self.stopped_reason.as_deref().is_some_and(|reason| reason.contains("failed ELB health checks"))
    }

    /// The service it belongs to: `group` is `service:NAME`, and a deployment or task set started it (`ecs-svc/…`). Whoever
    /// runs a task by hand may choose its group, but not that.
    #[must_use]
    pub fn service_name(&self) -> Option<&str> {
        self.started_by.as_ref().filter(|starter| starter.as_str().starts_with("ecs-svc/"))?;
        self.group.as_deref()?.strip_prefix("service:").filter(|name| !name.is_empty())
    }

    /// All its private addresses.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.interfaces.iter().flat_map(|interface| interface.addresses.iter().copied())
    }

    /// The address that belongs in a target group of this IP version: the first of it on its interface.
    #[must_use]
    pub fn address(&self, version: IpVersion) -> Option<IpAddr> {
        self.addresses().find(|address| IpVersion::of(*address) == version)
    }

    /// The interface that has the address.
    #[must_use]
    pub fn interface_at(&self, address: IpAddr) -> Option<&TaskInterface> {
        self.interfaces.iter().find(|interface| interface.addresses.contains(&address))
    }
}
