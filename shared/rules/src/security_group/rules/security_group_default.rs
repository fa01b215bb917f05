//! Tasks that have the VPC's default group.

use std::collections::BTreeMap;

use model::ec2::SecurityGroup;
use model::ecs::Service;
use model::finding::Severity;
use model::fix::Fix;
use model::observation::{Gap, Lookup};
use model::policy::SecurityGroupRef;

use crate::finding::start;
use crate::fix::{block, fix, force_deployment, label};
use crate::judgement::Judgement;
use crate::rule::Rule;
use crate::security_group::checked_interfaces::{CheckedInterface, ServiceTasks};
use crate::security_group::narrowed::still_needed;
use crate::security_group::own_group::{new_group, own_group, to_declare};
use crate::security_group::suggested_rule::called;

pub(crate) const RULE: Rule = Rule {
    slug: "security-group-default",
    severity: Severity::Medium,
    title: "Tasks share the VPC's default security group with everything else that has it",
    explanation: "The tasks' network interfaces have the group that AWS makes with every VPC and gives to whatever names no \
        group of its own. Its rules let in everything else that has it, so tasks, databases and machines that nobody meant to \
        connect can reach each other, and a rule added for one of them holds for all. Usually the service declares no security \
        groups at all. It isn't reported where the policy requires or forbids the default group.",
    remedy: "Make a security group for the service that lets in what the balancer sends, and name it in the service's network \
        configuration (securityGroups of awsvpcConfiguration) in the place of the default group; that starts a deployment, whose \
        tasks have it. Leave the default group's rules alone: they hold for whatever else has it.",
    repair: "none",
};

/// Asks for the groups of the VPC along with the interfaces of a service, which are nearly always in the VPC of its target
/// groups. Where an answer is needed and can't be read, whoever needs it says so.
pub(crate) fn ask_ahead(lookup: &Lookup<'_>, service_tasks: &ServiceTasks<'_>) {
    if !service_tasks.is_pending || is_named(service_tasks) {
        return;
    }
    for arn in service_tasks.service.into_iter().flat_map(Service::named_target_groups) {
        let group = lookup.observation().aws.target_group.known(arn);
        let Some(vpc) = group.and_then(|group| group.vpc.as_ref()) else { continue };
        drop(lookup.security_groups(vpc));
    }
}

/// One finding for all tasks of a service: the cause is its configuration.
pub(crate) fn judge<'a>(lookup: &Lookup<'a>, service_tasks: &ServiceTasks<'a>, judgement: &mut Judgement) {
    if is_named(service_tasks) {
        return;
    }
    let having = match having(lookup, service_tasks) {
        Ok(having) => having,
        Err(gap) => return judgement.abstain(service_tasks.unit(), gap),
    };
    let Some((group, example)) = having.first() else { return };
    let declared = service_tasks.service.and_then(|service| example.declared(service));
    let why = match declared {
        Some(network) if network.security_groups.is_empty() => ": the service declares no security groups",
        Some(network) if network.security_groups.contains(&group.id) => ": the service declares it",
        _ => "",
    };
    let tasks: BTreeMap<_, _> = having.iter().map(|(_, checked)| (&checked.task.arn, checked)).collect();
    let summary = format!(
        "Everything with security group {}, the default of {}, can reach {}{why}",
        group.id,
        group.vpc,
        service_tasks.in_words()
    );
    let draft =
        start(&RULE, summary).service_tasks(service_tasks).security_groups([&group.id]).subject(group.id.to_string());
    let draft = draft.evidence("tasks", Some(tasks.len())).evidence("task", Some(example.task.arn.id()));
    let draft = match remedy(lookup, service_tasks, group, example) {
        Ok(Some(remedy)) => draft.remedy_instead(remedy),
        Ok(None) | Err(Gap::Unread(_)) => draft,
        Err(gap) => return judgement.abstain(service_tasks.unit(), gap),
    };
    judgement.findings.push(draft.fixes(fixes(service_tasks, group, example)).done());
}

/// Where the service doesn't declare the group, a new deployment is enough; else it needs a group of its own.
fn fixes(service_tasks: &ServiceTasks<'_>, default: &SecurityGroup, example: &CheckedInterface<'_>) -> Vec<Fix> {
    let (Some(id), Some(service)) = (&service_tasks.id, service_tasks.service) else { return Vec::new() };
    let declared = example.declared(service).map_or(&[][..], |network| network.security_groups.as_slice());
    if !declared.is_empty() && !declared.contains(&default.id) {
        return vec![force_deployment(id, "")];
    }
    let text = block(
        "# in the aws_ecs_service, beside its subnets\nnetwork_configuration",
        &[("security_groups", format!("[aws_security_group.{}.id]", label(&id.name)))],
    );
    let naming = fix(
        format!("Give {id} a security group of its own in the place of {}", default.id),
        "First the group with the rules in \"what to do\", then the service: that starts a deployment, whose tasks have it. Named \
         the other way round, the new tasks get no traffic.",
    );
    vec![naming.terraform(text).at_service(id).done()]
}

/// What takes the default group's place, so that nothing the balancer sends is blocked. `None` where no service declares it.
fn remedy<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
    default: &'a SecurityGroup,
    example: &CheckedInterface<'a>,
) -> Result<Option<String>, Gap<'a>> {
    let (Some(id), Some(service)) = (&service_tasks.id, service_tasks.service) else { return Ok(None) };
    let declared = example.declared(service).map_or(&[][..], |network| network.security_groups.as_slice());
    if !declared.is_empty() && !declared.contains(&default.id) {
        return Ok(Some(format!(
            "{id} doesn't declare it, so its next tasks don't have it: force a new deployment (see the command)."
        )));
    }
    let own = own_group(lookup, service_tasks, &default.vpc, declared)?;
    let place = own.map_or_else(|| new_group(service_tasks), |own| called(lookup, &own.id));
    let rules: Vec<_> = default.ingress.iter().map(|rule| (default, rule)).collect();
    let needed = still_needed(lookup, service_tasks, &rules, &place, own.is_none())?;
    let mut sentences: Vec<String> = needed.into_iter().map(|one| one.sentence).collect();
    sentences.push(match own {
        Some(_) => format!("Remove {} from the network configuration of {id}.", called(lookup, &default.id)),
        None => to_declare(lookup, service_tasks),
    });
    Ok(Some(sentences.join(" ")))
}

/// Does the policy speak of the default group?
fn is_named(service_tasks: &ServiceTasks<'_>) -> bool {
    let named = SecurityGroupRef::vpc_default();
    service_tasks.policy.required.contains(&named) || service_tasks.policy.forbidden.contains(&named)
}

fn having<'a, 'p>(
    lookup: &Lookup<'a>,
    service_tasks: &'p ServiceTasks<'a>,
) -> Result<Vec<(&'a SecurityGroup, &'p CheckedInterface<'a>)>, Gap<'a>> {
    let mut having = Vec::new();
    for vpc in service_tasks.vpcs() {
        let groups = lookup.security_groups(vpc)?;
        let default: Vec<_> = groups.into_iter().filter(|group| group.is_default()).collect();
        for checked in &service_tasks.checked_interfaces {
            having.extend(default.iter().filter(|group| checked.has(&group.id)).map(|group| (*group, checked)));
        }
    }
    Ok(having)
}
