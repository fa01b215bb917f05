//! Happenings that make it doubtful whose an address or a target is: tasks that crash before they are registered, scripts that
//! register tasks of which ECS knows nothing, answers of EC2 that are older than an interface, interfaces that aren't a task's.

use model::id::TargetGroupArn;
use model::scope::ServiceId;

use crate::ecs::pool::Place;
use crate::happenings::uses_of;
use crate::record::Holder;
use crate::time::{HOUR, MINUTE, SECOND};
use crate::world::{Due, Stage};
use crate::{entities, names};

/// The next tasks of a service crash before they are registered, one after the other.
pub(crate) fn crash_loop(stage: &mut Stage<'_>, which: usize, how: usize) {
    let Some(id) = stage.service(which) else { return };
    let many = 1 + u32::try_from(how % 4).unwrap_or(0);
    stage.sim.tell(|| format!("{id} crash-loops {many} times"));
    stage.sim.ecs.crashing.insert(id.clone(), many);
    let uses = uses_of(stage, &id);
    match stage.sim.ecs.tasks.iter().find(|(_, plan)| plan.service.as_ref() == Some(&id) && !plan.gone) {
        Some((task, _)) if how % 2 == 1 => {
            let task = task.clone();
            stage.stop(&task);
        }
        _ => stage.deploy_at_rest(&id, uses.clone()),
    }
    if how / 4 % 2 == 1 {
        succeed(stage, &id, which + 1, &uses);
    }
}

/// A task of another service starts soon, most likely at an address that a crashed one gave back, and a script registers it where
/// that one never was.
fn succeed(stage: &mut Stage<'_>, crashing: &ServiceId, which: usize, uses: &[(TargetGroupArn, u16)]) {
    let (Some(id), Some((group, port))) = (stage.service(which), uses.first().cloned()) else { return };
    if id == *crashing || uses_of(stage, &id).iter().any(|(used, _)| *used == group) {
        return;
    }
    let task = stage.sim.ecs.tasks.iter().find(|(_, plan)| plan.service.as_ref() == Some(&id) && !plan.gone);
    let Some(task) = task.map(|(arn, _)| arn.clone()) else { return };
    stage.sim.tell(|| format!("a script registers what starts of {id} in {} on port {port}", group.name()));
    stage.sim.ecs.scripts.insert(id, (group, port));
    let wait = stage.sim.wait(30 * SECOND, 3 * MINUTE);
    stage.sim.after(wait, Due::Stop(task));
}

/// Somebody begins to register a service's tasks in a group it doesn't name, or ends it.
pub(crate) fn script(stage: &mut Stage<'_>, which: usize, how: usize) {
    let (Some(id), Some(group)) = (stage.service(which), stage.group(how)) else { return };
    if uses_of(stage, &id).iter().any(|(used, _)| *used == group) || stage.sim.ecs.scripts.remove(&id).is_some() {
        return;
    }
    let served = |other: &ServiceId| uses_of(stage, other).into_iter().find(|(used, _)| *used == group);
    let port = stage.sim.ecs.services.keys().find_map(served).map_or(80, |(_, port)| port);
    stage.sim.tell(|| format!("a script registers the tasks of {id} in {} on port {port}", group.name()));
    stage.sim.ecs.scripts.insert(id.clone(), (group, port));
    // Half of them register what starts from now on, and so one task of the service before the others.
    if how / 8 % 2 == 1 {
        return;
    }
    let plans = stage.sim.ecs.tasks.iter().filter(|(_, plan)| plan.service.as_ref() == Some(&id));
    let plans: Vec<_> = plans.map(|(arn, plan)| (arn.clone(), plan.clone())).collect();
    plans.iter().for_each(|(arn, plan)| stage.tell_script(arn, plan, true));
}

/// EC2 leaves a task's interface out of its answers for a while.
pub(crate) fn hide_an_interface(stage: &mut Stage<'_>, which: usize, how: usize) {
    let Some(task) = stage.running_task(which) else { return };
    let Some(number) = stage.sim.ecs.tasks.get(&task).map(|plan| plan.number) else { return };
    let until = stage.sim.now + [MINUTE, 5 * MINUTE, HOUR][how % 3];
    stage.sim.hidden.insert(names::interface(number), until);
    stage.sim.tell(|| format!("EC2 doesn't tell the interface of task {} for a while", task.id()));
}

/// A network interface of another kind, or the end of one.
pub(crate) fn something_takes_an_address(stage: &mut Stage<'_>, which: usize, how: usize) {
    let now = stage.sim.now;
    if how % 3 == 2 && !stage.sim.ecs.things.is_empty() {
        let (number, place) = stage.sim.ecs.things.remove(which % stage.sim.ecs.things.len());
        let interface = names::interface(number);
        stage.aws.interfaces.retain(|one| one.id != interface);
        for ip in [place.v4(), place.v6()] {
            stage.sim.record.leaves(now, ip);
        }
        stage.sim.ecs.pool.give_back(place);
        stage.sim.tell(|| format!("{} is free: a thing is gone", place.v4()));
        return;
    }
    let Some(place) = stage.sim.ecs.pool.take(which % 3) else { return };
    let Place { subnet, .. } = place;
    let number = stage.sim.ecs.number();
    let addresses = vec![place.v4(), place.v6()];
    for ip in &addresses {
        stage.sim.record.takes(now, *ip, Holder::OtherInterface(number.to_string()));
    }
    let subnet = names::subnet(usize::from(subnet));
    let mut interface = entities::interface(number, subnet, "made by hand".to_owned(), addresses);
    if how % 2 == 1 {
        interface.interface_type = "lambda".into();
    }
    stage.aws.interfaces.push(interface);
    stage.sim.ecs.things.push((number, place));
    stage.sim.tell(|| format!("a thing takes {}", place.v4()));
}
