//! ECS, in memory.

use model::call::{CallError, CallErrorKind};
use model::ecs::{
    AwsvpcConfiguration, Cluster, Deployment, DeploymentStatus, Service, ServiceRevision, Task, TaskDefinition,
    TaskProtection, TaskStatus,
};
use model::id::{ClusterArn, ServiceRevisionArn, TaskArn, TaskDefinitionArn};
use model::observation::{Answer, Desired, TaskList};
use model::scope::ServiceId;

use super::{MemoryAccount, failure, known_or_absent, names};
use crate::api::{Answers, Ecs};

const UNPROTECTED: TaskProtection = TaskProtection { enabled: false, until: None };

impl Ecs for MemoryAccount {
    async fn list_clusters(&self) -> Result<Vec<ClusterArn>, CallError> {
        Ok(self.call("ecs:ListClusters", "all clusters")?.clusters.keys().cloned().collect())
    }

    async fn describe_clusters(&self, clusters: &[ClusterArn]) -> Result<Answers<ClusterArn, Cluster>, CallError> {
        Ok(known_or_absent(clusters, &self.call("ecs:DescribeClusters", &names(clusters))?.clusters))
    }

    async fn list_services(&self, cluster: &ClusterArn) -> Result<Vec<ServiceId>, CallError> {
        let world = self.in_cluster("ecs:ListServices", cluster, cluster.as_str())?;
        Ok(world.services.keys().filter(|id| id.cluster == *cluster).cloned().collect())
    }

    async fn describe_services(
        &self,
        cluster: &ClusterArn,
        services: &[ServiceId],
    ) -> Result<Answers<ServiceId, Service>, CallError> {
        Ok(known_or_absent(services, &self.in_cluster("ecs:DescribeServices", cluster, &names(services))?.services))
    }

    async fn list_tasks(&self, list: &TaskList) -> Result<Vec<TaskArn>, CallError> {
        let world = self.in_cluster("ecs:ListTasks", &list.cluster, &list.to_string())?;
        let stopped = |task: &Task| task.desired_status == TaskStatus::Stopped;
        let listed = |task: &&Task| {
            task.cluster == list.cluster
                && stopped(task) == (list.desired == Desired::Stopped)
                && list.service.as_ref().is_none_or(|service| task.service_name() == Some(&*service.name))
        };
        Ok(world.tasks.values().filter(listed).map(|task| task.arn.clone()).collect())
    }

    async fn describe_tasks(
        &self,
        cluster: &ClusterArn,
        tasks: &[TaskArn],
    ) -> Result<Answers<TaskArn, Task>, CallError> {
        Ok(known_or_absent(tasks, &self.in_cluster("ecs:DescribeTasks", cluster, &names(tasks))?.tasks))
    }

    async fn get_task_protection(
        &self,
        cluster: &ClusterArn,
        tasks: &[TaskArn],
    ) -> Result<Answers<TaskArn, TaskProtection>, CallError> {
        let world = self.in_cluster("ecs:GetTaskProtection", cluster, &names(tasks))?;
        let answer = |arn: &TaskArn| match world.tasks.contains_key(arn) {
            true => Answer::Known(world.task_protection.get(arn).copied().unwrap_or(UNPROTECTED)),
            false => Answer::Absent,
        };
        Ok(tasks.iter().map(|arn| (arn.clone(), answer(arn))).collect())
    }

    async fn describe_task_definition(&self, arn: &TaskDefinitionArn) -> Result<TaskDefinition, CallError> {
        let operation = "ecs:DescribeTaskDefinition";
        let found = self.call(operation, arn.as_str())?.task_definitions.get(arn).cloned();
        found.ok_or_else(|| failure(operation, arn.as_str(), CallErrorKind::NotFound))
    }

    async fn describe_service_revisions(
        &self,
        revisions: &[ServiceRevisionArn],
    ) -> Result<Answers<ServiceRevisionArn, ServiceRevision>, CallError> {
        let world = self.call("ecs:DescribeServiceRevisions", &names(revisions))?;
        Ok(known_or_absent(revisions, &world.service_revisions))
    }

    async fn update_service_network(
        &self,
        service: &ServiceId,
        network: &AwsvpcConfiguration,
    ) -> Result<(), CallError> {
        let operation = "ecs:UpdateService";
        let mut world = self.in_cluster(operation, &service.cluster, &service.to_string())?;
        let gone = || failure(operation, &service.to_string(), CallErrorKind::NotFound);
        let found = world.services.get_mut(service).ok_or_else(gone)?;
        if found.network.as_ref() == Some(network) {
            return Ok(());
        }
        found.network = Some(network.clone());
        deploy(found).ok_or_else(gone)
    }

    async fn force_new_deployment(&self, service: &ServiceId) -> Result<(), CallError> {
        let operation = "ecs:UpdateService";
        let mut world = self.in_cluster(operation, &service.cluster, &service.to_string())?;
        let deployed = world.services.get_mut(service).and_then(deploy);
        deployed.ok_or_else(|| failure(operation, &service.to_string(), CallErrorKind::NotFound))
    }

    /// Whoever plays ECS lets it stop, and starts another.
    async fn stop_task(&self, cluster: &ClusterArn, task: &TaskArn, _: &str) -> Result<(), CallError> {
        let operation = "ecs:StopTask";
        let mut world = self.in_cluster(operation, cluster, task.as_str())?;
        match world.tasks.get_mut(task) {
            Some(found) => found.desired_status = TaskStatus::Stopped,
            None => return Err(failure(operation, task.as_str(), CallErrorKind::NotFound)),
        }
        Ok(())
    }
}

/// The deployment it starts has no task yet: whoever plays ECS rolls the tasks over.
fn deploy(service: &mut Service) -> Option<()> {
    let Some(before) = service.primary_deployment().cloned() else { return Some(()) };
    service.deployments.iter_mut().for_each(|deployment| deployment.status = DeploymentStatus::Active);
    let id = format!("{}-next", before.id).parse().ok()?;
    let fresh = Deployment { id, network: service.network.clone(), running_count: 0, pending_count: 0, ..before };
    service.deployments.insert(0, fresh);
    Some(())
}
