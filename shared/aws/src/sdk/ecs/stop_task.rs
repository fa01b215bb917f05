//! StopTask.

use model::call::CallError;
use model::id::{ClusterArn, TaskArn};

use crate::sdk::Clients;

const OPERATION: &str = "ecs:StopTask";

pub(in crate::sdk) async fn stop_task(
    clients: &Clients,
    cluster: &ClusterArn,
    task: &TaskArn,
    reason: &str,
) -> Result<(), CallError> {
    let request = clients.ecs().stop_task().cluster(cluster.as_str()).task(task.as_str()).reason(reason);
    clients.send(OPERATION, task.as_str(), request.send()).await.map(drop)
}
