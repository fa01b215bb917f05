//! Reading back whether a change of security groups was made.

use std::collections::BTreeSet;

use model::ecs::TaskStatus;
use model::id::SecurityGroupId;
use model::observation::{Gap, Lookup, Observation, Question};
use model::repair::Repair;

use super::Execution;
use crate::environment::{Environment, answer};
use crate::ports::Clock as _;

impl<E: Environment> Execution<'_, E> {
    /// Is it as the repair would have it? Read afresh.
    pub(super) async fn is_done(&self, repair: &Repair) -> Result<bool, String> {
        let question = match repair {
            Repair::ModifyNetworkInterface { network_interface, .. } => {
                Question::Interface { id: network_interface.clone(), subnet: None }
            }
            Repair::UpdateService { service, .. } | Repair::ForceNewDeployment { service, .. } => {
                Question::Service(service.clone())
            }
            Repair::StopTask { task, cluster, .. } => Question::Task { cluster: cluster.clone(), task: task.clone() },
            Repair::RegisterTarget { .. } | Repair::DeregisterTarget { .. } => return Ok(false),
        };
        let (at, assignment) = (self.environment.clock().now(), self.assignment);
        let mut now = Observation::new(at, assignment.account.clone(), assignment.region.clone());
        answer(self.environment, &BTreeSet::from([question]), &mut now).await;
        judge(&Lookup::new(&now), repair).map_err(|gap| match gap {
            Gap::Unread(unread) => unread.to_string(),
            Gap::Pending => "it was not read".to_owned(),
        })
    }
}

fn judge<'a>(lookup: &Lookup<'a>, repair: &Repair) -> Result<bool, Gap<'a>> {
    let has = |groups: &[SecurityGroupId], wanted: &BTreeSet<SecurityGroupId>| {
        groups.iter().collect::<BTreeSet<_>>() == wanted.iter().collect()
    };
    Ok(match repair {
        Repair::ModifyNetworkInterface { network_interface, security_groups, .. } => lookup
            .interface(network_interface, None)?
            .is_some_and(|interface| has(&interface.security_groups, &security_groups.to)),
        Repair::UpdateService { service, security_groups, .. } => {
            let network = lookup.service(service)?.and_then(|service| service.network.as_ref());
            network.is_some_and(|network| has(&network.security_groups, &security_groups.to))
        }
        Repair::ForceNewDeployment { service, deployment, .. } => {
            let primary = lookup.service(service)?.and_then(|service| service.primary_deployment());
            primary.is_some_and(|primary| primary.id != *deployment)
        }
        Repair::StopTask { task, cluster, .. } => {
            lookup.task(cluster, task)?.is_none_or(|task| !task.is_live() || task.desired_status == TaskStatus::Stopped)
        }
        Repair::RegisterTarget { .. } | Repair::DeregisterTarget { .. } => false,
    })
}
