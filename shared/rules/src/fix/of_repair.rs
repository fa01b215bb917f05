//! What a person pastes to make a repair: the same change, as commands.

use std::collections::BTreeSet;

use model::elb::Target;
use model::fix::Fix;
use model::id::{SecurityGroupId, SubnetId, TargetGroupArn};
use model::repair::{Proposal, Repair};
use model::scope::ServiceId;

use super::{AwsCommand, fix, shorthand_list};

/// The repairs of a finding as fixes, best first. Repair options begin with what holds for the next tasks too; steps that
/// follow one another are one fix.
pub(crate) fn fixes_of_repairs(proposals: &[Proposal]) -> Vec<Fix> {
    let steps: Vec<&Proposal> = proposals.iter().filter(|one| one.repair.option().is_none()).collect();
    let mut fixes: Vec<Fix> = of_steps(&steps).into_iter().collect();
    let mut options: Vec<&Proposal> = proposals.iter().filter(|one| one.repair.option().is_some()).collect();
    // AWS documents that an interface of ECS can't be changed: where anything else would do, that is the last resort.
    options.sort_by_key(|one| (one.objection.is_some(), matches!(one.repair, Repair::ModifyNetworkInterface { .. })));
    fixes.extend(options.into_iter().filter_map(of_option));
    fixes
}

/// Registering, waiting until that serves, and deregistering: as one, in this order.
fn of_steps(steps: &[&Proposal]) -> Option<Fix> {
    let registered = steps.iter().find_map(|step| match &step.repair {
        Repair::RegisterTarget { target_group, target, .. } => Some((target_group, *target)),
        _ => None,
    });
    let removed = steps.iter().find_map(|step| match &step.repair {
        Repair::DeregisterTarget { target_group, target } => Some((target_group, *target, step.objection.as_deref())),
        _ => None,
    });
    match (registered, removed) {
        (Some((group, right)), Some((_, wrong, _))) => Some(
            fix(
                format!("Register {right} in target group {}, then deregister {wrong}", group.name()),
                "Safe now: the right target serves before the wrong one goes. The second command waits up to ten minutes.",
            )
            .command(register(group, right, false))
            .command(AwsCommand::new(group.region(), "elbv2", "wait target-in-service").arg("target-group-arn", group).arg("targets", targets(right)))
            .command(deregister(group, wrong))
            .at_target_group(group)
            .done(),
        ),
        // Who knows whether it is in another VPC registers it with the fix of its own rule.
        (Some(_), None) | (None, None) => None,
        (None, Some((group, target, objection))) => {
            let note = match objection {
                None => "Safe now: no service of the target group serves at this address and port. Connections to it end after the \
                         deregistration delay."
                    .to_owned(),
                Some(why) => format!("Not safe before a person has checked this: {why}. Connections to the target end after \
                                      the deregistration delay."),
            };
            let title = format!("Deregister {target} from target group {}", group.name());
            Some(fix(title, note).command(deregister(group, target)).at_target_group(group).done())
        }
    }
}

fn of_option(proposal: &Proposal) -> Option<Fix> {
    let but = proposal.objection.as_ref().map(|why| format!("Not now: {why}. ")).unwrap_or_default();
    let made = match &proposal.repair {
        Repair::ModifyNetworkInterface { network_interface, security_groups, cluster, .. }
            if !security_groups.to.is_empty() =>
        {
            let note = format!(
                "{but}It changes this one interface at once and holds until its task stops. AWS documents that interfaces which \
                 ECS made can't be changed: where the command is refused, nothing has changed."
            );
            let command = AwsCommand::new(cluster.region(), "ec2", "modify-network-interface-attribute")
                .arg("network-interface-id", network_interface)
                .args("groups", &security_groups.to);
            fix(format!("Set the security groups of interface {network_interface}"), note).command(command)
        }
        Repair::UpdateService { service, security_groups, subnets, assign_public_ip }
            if !subnets.is_empty() && !security_groups.to.is_empty() =>
        {
            let note = format!(
                "{but}It starts a deployment that replaces every task of {service}; subnets and public addresses stay as they are."
            );
            let command = update_network(service, subnets, &security_groups.to, assign_public_ip.as_deref());
            fix(format!("In the network configuration of {service}, {security_groups}"), note)
                .command(command)
                .terraform(network_block(&security_groups.to))
                .at_service(service)
        }
        Repair::ForceNewDeployment { service, .. } => return Some(force_deployment(service, &but)),
        Repair::StopTask { task, cluster, service } => {
            let after = match service {
                Some(service) => format!("{service} starts another task"),
                None => "nothing starts another task".to_owned(),
            };
            let note = format!("{but}It cuts the task's connections at once, and {after}.");
            let command = AwsCommand::new(cluster.region(), "ecs", "stop-task")
                .arg("cluster", cluster.name())
                .arg("task", task.id());
            fix(format!("Stop task {}", task.short_id()), note).command(command)
        }
        _ => return None,
    };
    Some(made.done())
}

/// Replaces all tasks of a service by new ones; `but` is a sentence that goes before the note, or nothing.
pub(crate) fn force_deployment(service: &ServiceId, but: &str) -> Fix {
    let note = format!(
        "{but}It replaces every task of {service}; ECS starts new tasks before it stops old ones, as far as the service's \
         percentages let it."
    );
    fix(format!("Force a new deployment of {service}"), note)
        .command(of_service(service, "update-service").flag("force-new-deployment"))
        .at_service(service)
        .done()
}

/// `aws ecs OPERATION --cluster … --service …`.
pub(crate) fn of_service(service: &ServiceId, operation: &'static str) -> AwsCommand {
    AwsCommand::new(service.cluster.region(), "ecs", operation)
        .arg("cluster", service.cluster.name())
        .arg("service", &service.name)
}

/// UpdateService with a network configuration, all of which is set anew.
pub(crate) fn update_network<'s>(
    service: &ServiceId,
    subnets: impl IntoIterator<Item = &'s SubnetId>,
    security_groups: impl IntoIterator<Item = &'s SecurityGroupId>,
    public: Option<&str>,
) -> AwsCommand {
    let (mut parts, groups) = (vec![format!("subnets={}", shorthand_list(subnets))], shorthand_list(security_groups));
    parts.extend((groups != "[]").then(|| format!("securityGroups={groups}")));
    parts.extend(public.map(|word| format!("assignPublicIp={word}")));
    let network = format!("awsvpcConfiguration={{{}}}", parts.join(","));
    of_service(service, "update-service").arg("network-configuration", network)
}

/// RegisterTargets with one target; one in another VPC than the group's needs the Availability Zone `all`.
pub(crate) fn register(group: &TargetGroupArn, target: Target, is_elsewhere: bool) -> AwsCommand {
    let zone = if is_elsewhere { ",AvailabilityZone=all" } else { "" };
    AwsCommand::new(group.region(), "elbv2", "register-targets")
        .arg("target-group-arn", group)
        .arg("targets", format!("{}{zone}", targets(target)))
}

/// DeregisterTargets with one target.
pub(crate) fn deregister(group: &TargetGroupArn, target: Target) -> AwsCommand {
    AwsCommand::new(group.region(), "elbv2", "deregister-targets")
        .arg("target-group-arn", group)
        .arg("targets", targets(target))
}

/// A target in the AWS CLI's shorthand.
pub(crate) fn targets(target: Target) -> String {
    format!("Id={},Port={}", target.ip, target.port)
}

/// What an `aws_ecs_service` has.
fn network_block(groups: &BTreeSet<SecurityGroupId>) -> String {
    let groups: Vec<String> = groups.iter().map(|id| super::string(id.as_str())).collect();
    let head = "# in the aws_ecs_service, beside its subnets\nnetwork_configuration";
    super::block(head, &[("security_groups", format!("[{}]", groups.join(", ")))])
}
