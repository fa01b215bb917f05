//! Through which target groups a task serves, and on which ports, as far as its service or task set says without being asked more.

use model::ecs::{DeploymentController, Service, ServiceLoadBalancer, ServiceStatus, Strategy, Task};
use model::id::TargetGroupArn;

/// Pairs of target group and port; both groups of a native strategy, which its tasks serve by turns. None where a deployment in
/// flight leaves it open.
pub(crate) fn serves<'s>(service: &'s Service, task: &Task) -> Vec<(&'s TargetGroupArn, u16)> {
    if service.status != ServiceStatus::Active {
        return Vec::new();
    }
    let entries: &[ServiceLoadBalancer] = match (&service.controller, &service.strategy) {
        (DeploymentController::Ecs, Strategy::Rolling) if service.in_flight() && !is_of_primary(service, task) => &[],
        (DeploymentController::Ecs, _) => &service.load_balancers,
        _ => {
            let set = service.task_sets.iter().find(|set| task.started_by.as_ref() == Some(&set.id));
            set.map_or(&[], |set| &set.load_balancers)
        }
    };
    let pairs = entries.iter().flat_map(|entry| entry.target_groups().map(|group| (group, entry.container_port)));
    pairs.filter_map(|(group, port)| Some((group, port?))).collect()
}

fn is_of_primary(service: &Service, task: &Task) -> bool {
    service.primary_deployment().is_some_and(|primary| task.started_by.as_ref() == Some(&primary.id))
}
