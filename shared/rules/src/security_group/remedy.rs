//! What a person does about an interface's groups where the program can't, or may not.

use model::ecs::{DeploymentController, Service, Strategy};
use model::policy::RepairOption;
use model::repair::GroupChange;
use model::scope::ServiceId;

use super::checked_interfaces::{CheckedInterface, ServiceTasks};
use super::deploy::{MOST_IN_A_SERVICE, no_room};
use super::stop::forced;

/// By who carries out the service's deployments, and whether its next tasks would be right. `None` where what the rule says in
/// general holds.
pub(super) fn remedy(
    service_tasks: &ServiceTasks<'_>,
    checked: &CheckedInterface<'_>,
    declared: Option<&GroupChange>,
    next_is_right: bool,
) -> Option<String> {
    let Some(id) = &service_tasks.id else {
        return Some(format!(
            "Task {} belongs to no service: whatever starts such tasks has to name the right groups (networkConfiguration of \
             RunTask or of the schedule's target). Start another and stop this one.",
            checked.task.arn.short_id()
        ));
    };
    let service = service_tasks.service?;
    if next_is_right && matches!(service.strategy, Strategy::Rolling) && service.controller == DeploymentController::Ecs
    {
        return Some(of_straggler(id, service, service_tasks, checked));
    }
    if let Some(change) = declared.filter(|change| change.to.len() > MOST_IN_A_SERVICE) {
        return Some(format!(
            "{id} would declare {} security groups, and AWS takes at most {MOST_IN_A_SERVICE} in a service's network \
             configuration: move the rules of two of them into one, and declare that in their place.",
            change.to.len()
        ));
    }
    of_deployment(id, service)
}

/// Its service is right already: only the task has to go.
fn of_straggler(
    id: &ServiceId,
    service: &Service,
    service_tasks: &ServiceTasks<'_>,
    checked: &CheckedInterface<'_>,
) -> String {
    let right = format!("{id} declares the right groups, so its next tasks have them.");
    if let Some(why) = no_room(id, service) {
        return format!("{right} But {why}. Raise the maximum percent, then {}.", forced(id));
    }
    let is_served = service.named_target_groups().next().is_some();
    let (way, option) = match is_served {
        true => (
            format!(
                "To replace task {}, {}: ECS then deregisters each task before it stops it, which StopTask doesn't.",
                checked.task.arn.short_id(),
                forced(id)
            ),
            RepairOption::UpdateService,
        ),
        false => (
            format!(
                "No target group sends to task {}: stop it (aws ecs stop-task), or {}.",
                checked.task.arn.short_id(),
                forced(id)
            ),
            RepairOption::StopTask,
        ),
    };
    let opts_in = service_tasks.policy.repair_with.contains(&option);
    let hint = format!(" This program does that where security_groups.repair_with has {:?}.", option.as_str());
    format!("{right} {way}{}", if opts_in { "" } else { &hint })
}

fn of_deployment(id: &ServiceId, service: &Service) -> Option<String> {
    match (&service.controller, &service.strategy) {
        (DeploymentController::Ecs, Strategy::Rolling) => None,
        (DeploymentController::CodeDeploy, _) => Some(format!(
            "CodeDeploy carries out the deployments of {id}, and UpdateService refuses its network configuration: put the \
             groups into the AppSpec's NetworkConfiguration (AwsvpcConfiguration) of the next CodeDeploy deployment."
        )),
        (DeploymentController::External, _) => Some(format!(
            "An external controller carries out the deployments of {id}: make a task set with the right groups \
             (CreateTaskSet, networkConfiguration), make it the primary one, and delete the old."
        )),
        (DeploymentController::Ecs, strategy) => Some(format!(
            "{id} is deployed {}, with a shift of traffic that its owner watches: change the groups in its network \
             configuration where that is declared, and deploy.",
            strategy.as_str()
        )),
        (DeploymentController::Other(controller), _) => Some(format!(
            "The deployment controller {controller} of {id} isn't known to this program: change the groups in its network \
             configuration where that is declared, and deploy."
        )),
    }
}
