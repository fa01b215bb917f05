//! A service, its deployments, task sets and revisions: which tasks it keeps and which target groups it uses.

use jiff::Timestamp;

use super::{Tags, open_enum};
use crate::id::TaskDefinitionArn;
use crate::id::{ClusterArn, DeploymentId, SecurityGroupId, ServiceArn, ServiceRevisionArn, SubnetId, TargetGroupArn};

/// A service, as DescribeServices tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its ARN.
    pub arn: ServiceArn,
    /// The cluster it is in.
    pub cluster: ClusterArn,
    /// ACTIVE, DRAINING, INACTIVE.
    pub status: ServiceStatus,
    /// Who carries out deployments; absent from AWS means ECS.
    pub controller: DeploymentController,
    /// How ECS carries them out; absent from AWS means ROLLING.
    pub strategy: Strategy,
    /// Tasks wanted.
    pub desired_count: u32,
    /// Tasks RUNNING.
    pub running_count: u32,
    /// Tasks not yet RUNNING.
    pub pending_count: u32,
    /// The task definition it runs; absent with an external controller.
    pub task_definition: Option<TaskDefinitionArn>,
    /// The target groups it names.
    pub load_balancers: Vec<ServiceLoadBalancer>,
    /// Its deployments (ECS controller).
    pub deployments: Vec<Deployment>,
    /// Its task sets (CODE_DEPLOY, EXTERNAL).
    pub task_sets: Vec<TaskSet>,
    /// The revisions that have tasks now (`currentServiceRevisions`).
    pub current_revisions: Vec<ServiceRevisionArn>,
    /// A native strategy's deployment is under way (`currentServiceDeployment` is present).
    pub has_current_deployment: bool,
    /// Network settings of its awsvpc tasks.
    pub network: Option<AwsvpcConfiguration>,
    /// How many tasks a deployment keeps and makes.
    pub percents: DeploymentPercents,
    /// `FARGATE`, `EC2` …; absent with capacity providers.
    pub launch_type: Option<String>,
    /// The capacity providers its tasks are spread over; none with a launch type.
    pub capacity_providers: Vec<String>,
    /// How long ECS ignores failing health checks of a task that has just started, in seconds.
    pub health_check_grace_seconds: Option<u32>,
    /// Those of its newest events that tell of trouble, the newest first.
    pub events: Vec<ServiceEvent>,
    /// Those of its tags that this program goes by.
    pub tags: Tags,
}

/// What ECS tells about a service in `events`, see "Amazon ECS service event messages" in the developer guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceEvent {
    /// When.
    pub at: Option<Timestamp>,
    /// What, in ECS's words: `(service web) failed to register targets in (target-group …) with (error …)`.
    pub message: String,
}

/// Bounds on the number of tasks during a deployment, in percent of the desired count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeploymentPercents {
    /// At least so many stay RUNNING, rounded up; 100 where AWS doesn't say.
    pub minimum_healthy: u32,
    /// At most so many run, rounded down; 200 where AWS doesn't say.
    pub maximum: u32,
}

impl Default for DeploymentPercents {
    fn default() -> Self {
        Self { minimum_healthy: 100, maximum: 200 }
    }
}

open_enum! {
    /// A service's status.
    ServiceStatus {
        /// In use.
        Active = "ACTIVE",
        /// Deleted, but tasks are left.
        Draining = "DRAINING",
        /// Deleted.
        Inactive = "INACTIVE",
    }
}

open_enum! {
    /// Who carries out deployments.
    DeploymentController {
        /// ECS itself.
        Ecs = "ECS",
        /// CodeDeploy, with task sets.
        CodeDeploy = "CODE_DEPLOY",
        /// Another program, with task sets.
        External = "EXTERNAL",
    }
}

open_enum! {
    /// How ECS carries out deployments.
    Strategy {
        /// Tasks are replaced in place.
        Rolling = "ROLLING",
        /// All at once, between two target groups.
        BlueGreen = "BLUE_GREEN",
        /// In equal steps, between two target groups.
        Linear = "LINEAR",
        /// A small share first, between two target groups.
        Canary = "CANARY",
    }
}

/// An entry of `loadBalancers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceLoadBalancer {
    /// The target group; absent for a classic balancer.
    pub target_group: Option<TargetGroupArn>,
    /// The other target group of a native strategy (`advancedConfiguration.alternateTargetGroupArn`).
    pub alternate_target_group: Option<TargetGroupArn>,
    /// The container that serves.
    pub container_name: Option<String>,
    /// The port it serves: the target's port, not the group's own.
    pub container_port: Option<u16>,
}

/// A deployment of the ECS controller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// `ecs-svc/…`, the `startedBy` of its tasks.
    pub id: DeploymentId,
    /// PRIMARY, ACTIVE, INACTIVE.
    pub status: DeploymentStatus,
    /// COMPLETED, FAILED, IN_PROGRESS; absent from older services.
    pub rollout_state: Option<RolloutState>,
    /// What it runs.
    pub task_definition: Option<TaskDefinitionArn>,
    /// Tasks wanted.
    pub desired_count: u32,
    /// Tasks RUNNING.
    pub running_count: u32,
    /// Tasks not yet RUNNING.
    pub pending_count: u32,
    /// When it began.
    pub created_at: Option<Timestamp>,
    /// Network settings it was started with.
    pub network: Option<AwsvpcConfiguration>,
}

open_enum! {
    /// A deployment's status.
    DeploymentStatus {
        /// The most recent.
        Primary = "PRIMARY",
        /// Being replaced, tasks left.
        Active = "ACTIVE",
        /// Over.
        Inactive = "INACTIVE",
    }
}

open_enum! {
    /// How far a deployment is. Says nothing about whether one is in flight.
    RolloutState {
        /// Done.
        Completed = "COMPLETED",
        /// Given up by the circuit breaker.
        Failed = "FAILED",
        /// Under way, or never going to end.
        InProgress = "IN_PROGRESS",
    }
}

/// A task set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskSet {
    /// Its id, the `startedBy` of its tasks.
    pub id: DeploymentId,
    /// PRIMARY, ACTIVE, DRAINING.
    pub status: TaskSetStatus,
    /// What it runs.
    pub task_definition: Option<TaskDefinitionArn>,
    /// Its target groups; may be none.
    pub load_balancers: Vec<ServiceLoadBalancer>,
    /// Network settings of its tasks.
    pub network: Option<AwsvpcConfiguration>,
}

open_enum! {
    /// A task set's status.
    TaskSetStatus {
        /// Serving production traffic.
        Primary = "PRIMARY",
        /// Not serving production traffic.
        Active = "ACTIVE",
        /// Being deregistered and stopped.
        Draining = "DRAINING",
    }
}

/// A service revision, as DescribeServiceRevisions tells it. Revisions never change, but what they resolve to may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRevision {
    /// Its ARN.
    pub arn: ServiceRevisionArn,
    /// The load balancers it was made with.
    pub load_balancers: Vec<ServiceLoadBalancer>,
    /// The groups it serves through now (`resolvedConfiguration.loadBalancers`); perhaps the *alternate* one.
    pub resolved_target_groups: Vec<TargetGroupArn>,
    /// What it runs.
    pub task_definition: Option<TaskDefinitionArn>,
}

/// `awsvpcConfiguration`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsvpcConfiguration {
    /// Subnets of its tasks, up to 16.
    pub subnets: Vec<SubnetId>,
    /// Security groups of its tasks, up to 5; none means the VPC's default group.
    pub security_groups: Vec<SecurityGroupId>,
    /// `ENABLED` or `DISABLED`.
    pub assign_public_ip: Option<String>,
}

impl Service {
    /// The deployment ECS is moving to.
    #[must_use]
    pub fn primary_deployment(&self) -> Option<&Deployment> {
        self.deployments.iter().find(|deployment| deployment.status == DeploymentStatus::Primary)
    }

    /// Is a deployment in flight? More than one deployment, or a native strategy's or task set's shift not finished.
    /// `rolloutState` alone says nothing: it stays IN_PROGRESS while a service can't start its tasks.
    #[must_use]
    pub fn in_flight(&self) -> bool {
        match (&self.controller, &self.strategy) {
            (DeploymentController::Ecs, Strategy::Rolling) => self.deployments.len() > 1,
            (DeploymentController::Ecs, _) => {
                self.deployments.len() > 1 || self.has_current_deployment || self.current_revisions.len() > 1
            }
            _ => self.task_sets.len() > 1,
        }
    }

    /// Is it at rest: exactly one deployment, which didn't fail, as many tasks running as wanted and none pending?
    #[must_use]
    pub fn is_steady(&self) -> bool {
        let failed = |deployment: &Deployment| deployment.rollout_state == Some(RolloutState::Failed);
        let one = self.controller != DeploymentController::Ecs || self.deployments.len() == 1;
        one && !self.in_flight()
            && !self.deployments.iter().any(failed)
            && self.running_count == self.desired_count
            && self.pending_count == 0
    }

    /// Is it deleted, or being deleted?
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.status, ServiceStatus::Draining | ServiceStatus::Inactive)
    }

    /// The revisions its tasks are made from: its own, its deployments' and its task sets'.
    pub fn task_definitions(&self) -> impl Iterator<Item = &TaskDefinitionArn> {
        let deployments = self.deployments.iter().filter_map(|one| one.task_definition.as_ref());
        let sets = self.task_sets.iter().filter_map(|one| one.task_definition.as_ref());
        self.task_definition.iter().chain(deployments).chain(sets)
    }

    /// Does it name a second target group for a native strategy? Then its tasks may serve in either.
    #[must_use]
    pub fn has_alternate_groups(&self) -> bool {
        self.load_balancers.iter().any(|entry| entry.alternate_target_group.is_some())
    }

    /// The groups it names now, in `loadBalancers` (alternates too) and its task sets: what is known without asking
    /// for revisions.
    pub fn named_target_groups(&self) -> impl Iterator<Item = &TargetGroupArn> {
        let sets = self.task_sets.iter().flat_map(|set| &set.load_balancers);
        self.load_balancers.iter().chain(sets).flat_map(ServiceLoadBalancer::target_groups)
    }
}

impl ServiceEvent {
    /// `(service web) (port 8080) is unhealthy in (target-group …) due to (reason Health checks failed)`, or a task that was
    /// stopped for it. ECS gives as the reason what the load balancer says of the target; one that gets no traffic isn't checked
    /// at all, and no grace period would change that.
    #[must_use]
    pub fn tells_of_failed_health_checks(&self) -> bool {
        // The first is quoted by AWS in its knowledge center
        // (repost.aws/knowledge-center/fargate-nlb-health-checks); that ECS passes on the second as well is a belief. The target
        // group stands in parentheses or not (repost.aws/knowledge-center/ecs-fargate-health-check-failures).
        const NOT_CHECKED: [&str; 2] = [
            "that is not enabled for the load balancer",
            "is not configured to receive traffic from the load balancer",
        ];
        let has = |text: &str| self.message.contains(text);
        (has("is unhealthy in ") && has("target-group") || has("failed ELB health checks"))
            && !NOT_CHECKED.into_iter().any(has)
    }

    /// `(service web) was unable to place a task because no container instance met all of its requirements.`, or that its tasks
    /// fail to start again and again, or that the circuit breaker gave up: "Service event messages" in the developer guide, which has
    /// `unable to place a task in` of a single Availability Zone besides.
    #[must_use]
    pub fn reports_that_none_is_started(&self) -> bool {
        const MESSAGES: [&str; 3] = [
            "unable to place a task because",
            "unable to consistently start tasks",
            "deployment failed: tasks failed to start",
        ];
        MESSAGES.into_iter().any(|text| self.message.contains(text))
    }

    /// `(service web) failed to register targets in (target-group …) with (error …)`
    #[must_use]
    pub fn tells_of_failed_registration(&self) -> bool {
        self.message.contains("register targets") && !self.message.contains("deregister")
    }
}

impl ServiceLoadBalancer {
    /// The group and its alternate.
    pub fn target_groups(&self) -> impl Iterator<Item = &TargetGroupArn> {
        self.target_group.iter().chain(&self.alternate_target_group)
    }
}
