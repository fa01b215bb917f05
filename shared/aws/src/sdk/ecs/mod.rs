//! ECS.

mod describe_clusters;
mod describe_service_revisions;
mod describe_services;
mod describe_task_definition;
mod describe_tasks;
mod failure;
mod get_task_protection;
mod list_clusters;
mod list_services;
mod list_tasks;
mod load_balancer;
mod network;
mod stop_task;
mod tags;
#[cfg(test)]
mod tests;
mod update_service;

use model::call::CallError;
use model::ecs::{AwsvpcConfiguration, Cluster, Service, ServiceRevision, Task, TaskDefinition, TaskProtection};
use model::id::{ClusterArn, ServiceRevisionArn, TaskArn, TaskDefinitionArn};
use model::observation::TaskList;
use model::scope::ServiceId;

use super::Clients;
use crate::api::{Answers, Ecs};

impl Ecs for Clients {
    async fn list_clusters(&self) -> Result<Vec<ClusterArn>, CallError> {
        list_clusters::list_clusters(self).await
    }

    async fn describe_clusters(&self, clusters: &[ClusterArn]) -> Result<Answers<ClusterArn, Cluster>, CallError> {
        describe_clusters::describe_clusters(self, clusters).await
    }

    async fn list_services(&self, cluster: &ClusterArn) -> Result<Vec<ServiceId>, CallError> {
        list_services::list_services(self, cluster).await
    }

    async fn describe_services(
        &self,
        cluster: &ClusterArn,
        services: &[ServiceId],
    ) -> Result<Answers<ServiceId, Service>, CallError> {
        describe_services::describe_services(self, cluster, services).await
    }

    async fn list_tasks(&self, list: &TaskList) -> Result<Vec<TaskArn>, CallError> {
        list_tasks::list_tasks(self, list).await
    }

    async fn describe_tasks(
        &self,
        cluster: &ClusterArn,
        tasks: &[TaskArn],
    ) -> Result<Answers<TaskArn, Task>, CallError> {
        describe_tasks::describe_tasks(self, cluster, tasks).await
    }

    async fn get_task_protection(
        &self,
        cluster: &ClusterArn,
        tasks: &[TaskArn],
    ) -> Result<Answers<TaskArn, TaskProtection>, CallError> {
        get_task_protection::get_task_protection(self, cluster, tasks).await
    }

    async fn describe_task_definition(&self, arn: &TaskDefinitionArn) -> Result<TaskDefinition, CallError> {
        describe_task_definition::describe_task_definition(self, arn).await
    }

    async fn describe_service_revisions(
        &self,
        revisions: &[ServiceRevisionArn],
    ) -> Result<Answers<ServiceRevisionArn, ServiceRevision>, CallError> {
        describe_service_revisions::describe_service_revisions(self, revisions).await
    }

    async fn update_service_network(
        &self,
        service: &ServiceId,
        network: &AwsvpcConfiguration,
    ) -> Result<(), CallError> {
        update_service::update_service_network(self, service, network).await
    }

    async fn force_new_deployment(&self, service: &ServiceId) -> Result<(), CallError> {
        update_service::force_new_deployment(self, service).await
    }

    async fn stop_task(&self, cluster: &ClusterArn, task: &TaskArn, reason: &str) -> Result<(), CallError> {
        stop_task::stop_task(self, cluster, task, reason).await
    }
}
