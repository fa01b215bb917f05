//! The security group of a service to which a rule may be added without opening anything else: never the VPC's default group,
//! nor one that tasks of other services have.

use std::collections::BTreeSet;

use model::ec2::SecurityGroup;
use model::ecs::{AwsvpcConfiguration, Service};
use model::id::{SecurityGroupId, VpcId};
use model::observation::{Gap, Lookup};

use super::balancer::groups;
use super::checked_interfaces::ServiceTasks;
use super::deploy::MOST_IN_A_SERVICE;
use super::resolve::resolve_all;
use super::suggested_rule::called;

/// The rules that AWS lets a group have in each direction, unless raised ("Amazon VPC quotas").
const MOST_RULES: usize = 60;

/// Of the groups that tasks of the service have, the one to add a rule to; `None` where one has to be made. Those that the
/// service declares come first, for its next tasks have them too.
pub(crate) fn own_group<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
    vpc: &VpcId,
    group_set: &[SecurityGroupId],
) -> Result<Option<&'a SecurityGroup>, Gap<'a>> {
    let declared = declared(service_tasks);
    let (first, then): (Vec<_>, Vec<_>) = group_set.iter().cloned().partition(|id| declared.contains(id));
    let known = groups(lookup, &[first, then].concat(), Some(vpc))?.known;
    let unwelcome = resolve_all(lookup, &service_tasks.policy.forbidden, vpc)?;
    let may_be_opened = |group: &&SecurityGroup| {
        let is_ours = group.owner.as_ref() == Some(&lookup.observation().account);
        let rules: usize = group.ingress.iter().map(|rule| rule.peers.len()).sum();
        is_ours && !group.is_default() && !unwelcome.has(&group.id) && rules < MOST_RULES
    };
    let candidates: Vec<&SecurityGroup> = known.into_iter().filter(may_be_opened).collect();
    if candidates.is_empty() {
        return Ok(None);
    }
    let others = match of_others(lookup, service_tasks) {
        // A group of which nobody knows who else has it isn't opened.
        Err(Gap::Unread(_)) => return Ok(None),
        others => others?,
    };
    Ok(candidates.into_iter().find(|group| !others.contains(&group.id)))
}

/// The groups that other services of the account declare for their tasks.
pub(crate) fn of_others<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
) -> Result<BTreeSet<&'a SecurityGroupId>, Gap<'a>> {
    let clusters = lookup.clusters()?;
    let listed: Vec<_> = clusters.iter().map(|cluster| lookup.services(cluster)).collect();
    let ids: Vec<_> = listed.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
    let others = ids.iter().filter(|id| Some(*id) != service_tasks.id.as_ref());
    let services: Vec<_> = others.map(|id| lookup.service(id)).collect();
    let services = services.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(services.into_iter().flatten().flat_map(networks).flat_map(|network| &network.security_groups).collect())
}

/// What a service's tasks have, those of its deployments and task sets included.
fn networks(service: &Service) -> impl Iterator<Item = &AwsvpcConfiguration> {
    let deployments = service.deployments.iter().filter_map(|deployment| deployment.network.as_ref());
    let sets = service.task_sets.iter().filter_map(|set| set.network.as_ref());
    service.network.iter().chain(deployments).chain(sets)
}

/// What the service declares for its next tasks.
fn declared<'a>(service_tasks: &ServiceTasks<'a>) -> &'a [SecurityGroupId] {
    let service = service_tasks.service;
    let example = service_tasks.checked_interfaces.first();
    let network = service.zip(example).and_then(|(service, example)| example.declared(service));
    network.or_else(|| service?.network.as_ref()).map_or(&[][..], |network| network.security_groups.as_slice())
}

/// A group that has yet to be made, in a sentence.
pub(crate) fn new_group(service_tasks: &ServiceTasks<'_>) -> String {
    format!("a new security group of {}", service_tasks.name())
}

/// How a group that has yet to be made comes to the tasks: beside the groups that the service declares, or in the place of one
/// where that is the VPC's default group, or where AWS takes no more.
pub(crate) fn to_declare(lookup: &Lookup<'_>, service_tasks: &ServiceTasks<'_>) -> String {
    let declared = declared(service_tasks);
    let default =
        declared.iter().find(|id| lookup.security_group(id).ok().flatten().is_some_and(SecurityGroup::is_default));
    let place = match (declared.len(), default) {
        (0, _) => ", where it declares none and so gets the VPC's default group".to_owned(),
        (_, Some(default)) => format!(" in the place of {}", called(lookup, default)),
        (many, None) if many >= MOST_IN_A_SERVICE => {
            format!(" in the place of one of its {many}, which are as many as AWS takes")
        }
        (_, None) => " beside those it declares".to_owned(),
    };
    format!(
        "Make that group and name it in the network configuration of {} (securityGroups of awsvpcConfiguration){place}; that \
         starts a deployment.",
        service_tasks.name()
    )
}
