//! ECS at work, a little at a time.

use aws::memory::World;
use model::Timestamp;
use model::ecs::{DeploymentStatus, TaskStatus};

use crate::account::{SERVICES, a_deployment, deployment_id, network, service, serving, start};

/// Tasks on their way out are gone, one task that is lacking is started, one of an outgoing deployment begins to stop.
pub(crate) fn works(world: &mut World, number: usize, now: Timestamp) {
    for task in world.tasks.values_mut().filter(|task| task.desired_status == TaskStatus::Stopped && task.is_live()) {
        task.last_status = TaskStatus::Stopped;
        let id = task.interfaces[0].network_interface.clone();
        world.interfaces.retain(|one| Some(&one.id) != id.as_ref());
    }
    for nth in 0..SERVICES.len() {
        let found = &world.services[&service(nth)];
        let wanted = usize::try_from(found.desired_count).expect("a small number");
        let primary = found.primary_deployment().expect("a deployment").clone();
        if serving(world, nth).len() < wanted {
            let groups = primary.network.clone().map(|network| network.security_groups).unwrap_or_default();
            start(world, nth, &primary.id, &groups, &format!("next{number}"), now);
        } else if found.deployments.len() > 1 {
            let outgoing = serving(world, nth).into_iter().find(|task| task.started_by.as_ref() != Some(&primary.id));
            match outgoing.map(|task| task.arn.clone()) {
                Some(arn) => {
                    world.tasks.get_mut(&arn).expect("a task").desired_status = TaskStatus::Stopped;
                }
                None => world
                    .services
                    .get_mut(&service(nth))
                    .expect("a service")
                    .deployments
                    .retain(|one| one.status == DeploymentStatus::Primary),
            }
        }
        count(world, nth);
    }
}

/// DescribeServices counts what runs.
pub(crate) fn count(world: &mut World, nth: usize) {
    let running = u32::try_from(serving(world, nth).len()).expect("a small number");
    world.services.get_mut(&service(nth)).expect("a service").running_count = running;
}

/// A tool deploys the service with the groups it had at first.
pub(crate) fn put_back(world: &mut World, nth: usize, number: usize) {
    let found = world.services.get_mut(&service(nth)).expect("a service");
    if found.network == Some(network(false)) {
        return;
    }
    found.network = Some(network(false));
    found.deployments.iter_mut().for_each(|one| one.status = DeploymentStatus::Active);
    found.deployments.insert(0, a_deployment(deployment_id(nth, number), network(false)));
}
