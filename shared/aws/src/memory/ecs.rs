//! ECS, in memory.

use model::call::{CallError, CallErrorKind};
use model::ecs::{Cluster, Service, ServiceRevision, Task, TaskDefinition, TaskProtection, TaskStatus};
use model::id::{ClusterArn, ServiceRevisionArn, TaskArn, TaskDefinitionArn};
use model::observation::{Answer, Desired, TaskList};
use model::scope::ServiceId;

use super::{Memory, failure, known_or_absent, names};
use crate::api::{Answers, Ecs};

const UNPROTECTED: TaskProtection = TaskProtection { enabled: false, until: None };

impl Ecs for Memory {
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
}
