//! ECS: the account's other writer. It starts and stops tasks, registers and deregisters them with AWS's delays, and
//! sometimes forgets to.

mod lifecycle;
pub(crate) mod pool;
mod reconcile;
mod render;
mod script;
mod shift;

use std::collections::{BTreeMap, BTreeSet};

use model::ecs::Task;
use model::id::{DeploymentId, SecurityGroupId, TargetGroupArn, TaskArn, TaskDefinitionArn};
use model::scope::ServiceId;

use crate::time::Moment;
use pool::{Place, Pool};

/// What ECS knows.
#[derive(Debug, Default)]
pub(crate) struct Ecs {
    pub(crate) services: BTreeMap<ServiceId, Service>,
    pub(crate) tasks: BTreeMap<TaskArn, Plan>,
    pub(crate) pool: Pool,
    /// Tasks of which an event was lost.
    pub(crate) untold: BTreeSet<TaskArn>,
    /// What the last event of a task said of it.
    pub(crate) told: BTreeMap<TaskArn, Task>,
    /// Tasks that are protected, and since when.
    pub(crate) protected: BTreeMap<TaskArn, Moment>,
    /// Things other than tasks that have addresses.
    pub(crate) things: Vec<(u32, Place)>,
    numbers: u32,
    /// The next tasks of a service that crash before they are registered.
    pub(crate) crashing: BTreeMap<ServiceId, u32>,
    /// Services whose tasks a script registers in a group, on a port. ECS knows nothing of it.
    pub(crate) scripts: BTreeMap<ServiceId, (TargetGroupArn, u16)>,
    /// The next registrations that ECS forgets, and the next deregistrations.
    pub(crate) forgets: [u32; 2],
}

/// How a service is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// ECS, rolling.
    Rolling,
    /// CODE_DEPLOY or EXTERNAL.
    TaskSets,
    /// ECS, blue/green.
    Native,
}

/// What ECS wants of a service.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) kind: Kind,
    pub(crate) desired: usize,
    /// Deployments, the newest last.
    pub(crate) deployments: Vec<Deployment>,
    /// The other group of a native service.
    pub(crate) alternate: Option<TargetGroupArn>,
    pub(crate) deleted: bool,
    /// The security groups it declares.
    pub(crate) groups: Vec<SecurityGroupId>,
    /// Of a native service: production traffic goes to the newest deployment, and the older one is kept until then.
    pub(crate) bakes_until: Option<Moment>,
    /// Its deployments succeed with the first task that runs, and those before are cleaned up later.
    pub(crate) early: bool,
    /// Its minimum healthy percent.
    pub(crate) minimum_healthy: usize,
}

/// A deployment or a task set.
#[derive(Debug, Clone)]
pub(crate) struct Deployment {
    pub(crate) id: DeploymentId,
    pub(crate) number: u32,
    pub(crate) uses: Vec<(TargetGroupArn, u16)>,
    pub(crate) definition: TaskDefinitionArn,
    pub(crate) groups: Vec<SecurityGroupId>,
}

/// What ECS is doing with a task.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) service: Option<ServiceId>,
    pub(crate) deployment: Option<DeploymentId>,
    pub(crate) uses: Vec<(TargetGroupArn, u16)>,
    pub(crate) place: Place,
    pub(crate) number: u32,
    /// It crashes as soon as it runs, before it is registered.
    pub(crate) crashes: bool,
    /// The interface is gone.
    pub(crate) gone: bool,
}

impl Ecs {
    /// A number nobody has had.
    pub(crate) const fn number(&mut self) -> u32 {
        self.numbers += 1;
        self.numbers
    }
}
