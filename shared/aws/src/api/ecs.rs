//! What is asked of ECS.

use model::ecs::{AwsvpcConfiguration, Cluster, Service, ServiceRevision, Task, TaskDefinition, TaskProtection};
use model::id::{ClusterArn, ServiceRevisionArn, TaskArn, TaskDefinitionArn};
use model::observation::TaskList;
use model::scope::ServiceId;

use super::{Answers, Reply};

/// Elastic Container Service.
pub trait Ecs {
    /// All clusters.
    fn list_clusters(&self) -> impl Reply<Vec<ClusterArn>>;

    /// Clusters with the tags that the program goes by; at most [`CLUSTERS`](crate::batch::CLUSTERS).
    fn describe_clusters(&self, clusters: &[ClusterArn]) -> impl Reply<Answers<ClusterArn, Cluster>>;

    /// The services of a cluster.
    fn list_services(&self, cluster: &ClusterArn) -> impl Reply<Vec<ServiceId>>;

    /// Services of one cluster with the tags that the program goes by; at most [`SERVICES`](crate::batch::SERVICES).
    fn describe_services(
        &self,
        cluster: &ClusterArn,
        services: &[ServiceId],
    ) -> impl Reply<Answers<ServiceId, Service>>;

    /// The tasks in a list. They are candidates: what a task is, and whose, is known once it is described.
    fn list_tasks(&self, list: &TaskList) -> impl Reply<Vec<TaskArn>>;

    /// Tasks of one cluster with the tags that the program goes by; at most [`TASKS`](crate::batch::TASKS).
    fn describe_tasks(&self, cluster: &ClusterArn, tasks: &[TaskArn]) -> impl Reply<Answers<TaskArn, Task>>;

    /// Whether tasks of one cluster are protected from being stopped; at most
    /// [`TASK_PROTECTION`](crate::batch::TASK_PROTECTION).
    fn get_task_protection(
        &self,
        cluster: &ClusterArn,
        tasks: &[TaskArn],
    ) -> impl Reply<Answers<TaskArn, TaskProtection>>;

    /// One task definition.
    fn describe_task_definition(&self, arn: &TaskDefinitionArn) -> impl Reply<TaskDefinition>;

    /// Service revisions, of any service; at most [`SERVICE_REVISIONS`](crate::batch::SERVICE_REVISIONS).
    fn describe_service_revisions(
        &self,
        revisions: &[ServiceRevisionArn],
    ) -> impl Reply<Answers<ServiceRevisionArn, ServiceRevision>>;

    /// Gives a service another network configuration, and changes nothing else of it. That starts a deployment.
    fn update_service_network(&self, service: &ServiceId, network: &AwsvpcConfiguration) -> impl Reply<()>;

    /// Has all tasks of a service replaced by others with the same configuration, and changes nothing of it.
    fn force_new_deployment(&self, service: &ServiceId) -> impl Reply<()>;

    /// Stops a task; its service, if it has one, starts another. The reason is shown to whoever looks at the task.
    fn stop_task(&self, cluster: &ClusterArn, task: &TaskArn, reason: &str) -> impl Reply<()>;
}
