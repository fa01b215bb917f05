//! A change that would mend a finding.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::elb::Target;
use crate::id::{ClusterArn, DeploymentId, NetworkInterfaceId, SecurityGroupId, SubnetId, TargetGroupArn, TaskArn};
use crate::ledger::{Limited, Refusable};
use crate::policy::RepairOption;
use crate::scope::{ServiceId, Site};

/// A change that would mend a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Repair {
    /// RegisterTargets with one target.
    RegisterTarget {
        /// Into this group.
        target_group: TargetGroupArn,
        /// This target.
        target: Target,
        /// The live task whose address it is.
        task: TaskArn,
    },
    /// DeregisterTargets with one target, by address and port.
    DeregisterTarget {
        /// From this group.
        target_group: TargetGroupArn,
        /// This target.
        target: Target,
    },
    /// ModifyNetworkInterfaceAttribute with the whole set of groups an interface is to have.
    ModifyNetworkInterface {
        /// The interface.
        network_interface: NetworkInterfaceId,
        /// Its groups from now on.
        security_groups: GroupChange,
        /// The task whose interface it is.
        task: TaskArn,
        /// The task's cluster.
        cluster: ClusterArn,
        /// The task's service, if it has one.
        service: Option<ServiceId>,
        /// The task's launch type, as AWS refuses by that.
        launch_type: Option<String>,
    },
    /// UpdateService with the network configuration alone: other groups, everything else in it as it was read.
    UpdateService {
        /// The service.
        service: ServiceId,
        /// Its groups from now on.
        security_groups: GroupChange,
        /// Its subnets: leaving them out would change them.
        subnets: Vec<SubnetId>,
        /// Its `assignPublicIp`, if it says one.
        assign_public_ip: Option<String>,
    },
    /// UpdateService with `forceNewDeployment` and nothing else: tasks with the same configuration take the place of all that the
    /// service has. ECS deregisters each old one and waits until it is out of its target groups before it stops it.
    ForceNewDeployment {
        /// The service.
        service: ServiceId,
        /// What the task that it is for lacks, or has too many.
        security_groups: GroupChange,
        /// The deployment that a new one takes the place of.
        deployment: DeploymentId,
    },
    /// StopTask, so that the task's service starts another. It doesn't take the task out of its target groups first.
    StopTask {
        /// The task.
        task: TaskArn,
        /// Its cluster.
        cluster: ClusterArn,
        /// Its service; without one nothing takes the task's place.
        service: Option<ServiceId>,
    },
}

/// A set of security groups, and how it differs from the one it takes the place of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupChange {
    /// The whole set.
    pub to: BTreeSet<SecurityGroupId>,
    /// Those of it that weren't there.
    pub added: BTreeSet<SecurityGroupId>,
    /// Those that are in it no longer.
    pub removed: BTreeSet<SecurityGroupId>,
}

impl GroupChange {
    /// From one set to another.
    #[must_use]
    pub fn between(from: &BTreeSet<SecurityGroupId>, to: BTreeSet<SecurityGroupId>) -> Self {
        Self { added: &to - from, removed: from - &to, to }
    }

    /// The whole set that was there.
    #[must_use]
    pub fn from(&self) -> BTreeSet<SecurityGroupId> {
        let kept = &self.to - &self.added;
        &kept | &self.removed
    }

    /// Is there nothing to change?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

impl fmt::Display for GroupChange {
    /// `add sg-1, sg-2 and take off sg-3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.added.is_empty(), self.removed.is_empty()) {
            (true, true) => f.write_str("change nothing"),
            (false, true) => write!(f, "add {}", listed(&self.added)),
            (true, false) => write!(f, "take off {}", listed(&self.removed)),
            (false, false) => write!(f, "add {} and take off {}", listed(&self.added), listed(&self.removed)),
        }
    }
}

impl Repair {
    /// The action's name in reports.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::RegisterTarget { .. } => "register-target",
            Self::DeregisterTarget { .. } => "deregister-target",
            Self::ModifyNetworkInterface { .. } => "modify-network-interface",
            Self::UpdateService { .. } | Self::ForceNewDeployment { .. } => "update-service",
            Self::StopTask { .. } => "stop-task",
        }
    }

    /// Does it take a target away?
    #[must_use]
    pub const fn is_removal(&self) -> bool {
        matches!(self, Self::DeregisterTarget { .. })
    }

    /// What there is before it is made, for the record.
    #[must_use]
    pub fn before(&self) -> String {
        match self {
            Self::RegisterTarget { target, .. } => format!("{target} isn't registered"),
            Self::DeregisterTarget { target, .. } => format!("{target} is registered"),
            Self::ModifyNetworkInterface { security_groups, .. } | Self::UpdateService { security_groups, .. } => {
                listed(&security_groups.from())
            }
            Self::ForceNewDeployment { deployment, .. } => format!("deployment {deployment} runs"),
            Self::StopTask { task, .. } => format!("task {} runs", task.id()),
        }
    }

    /// What there is after it was made, for the record.
    #[must_use]
    pub fn after(&self) -> String {
        match self {
            Self::RegisterTarget { target, .. } => format!("{target} is registered"),
            Self::DeregisterTarget { target, .. } => format!("{target} isn't registered"),
            Self::ModifyNetworkInterface { security_groups, .. } | Self::UpdateService { security_groups, .. } => {
                listed(&security_groups.to)
            }
            Self::ForceNewDeployment { deployment, .. } => format!("a new deployment replaces {deployment}"),
            Self::StopTask { task, .. } => format!("task {} is stopped", task.id()),
        }
    }

    /// Where it is made.
    #[must_use]
    pub fn site(&self) -> Site {
        let of_task = |cluster: &ClusterArn, task: &TaskArn, service: &Option<ServiceId>| match service.clone() {
            Some(service) => Site::Service(service),
            None => Site::Task { cluster: cluster.clone(), task: task.clone() },
        };
        match self {
            Self::RegisterTarget { target_group, .. } | Self::DeregisterTarget { target_group, .. } => {
                Site::TargetGroup(target_group.clone())
            }
            Self::ModifyNetworkInterface { cluster, task, service, .. } | Self::StopTask { cluster, task, service } => {
                of_task(cluster, task, service)
            }
            Self::UpdateService { service, .. } | Self::ForceNewDeployment { service, .. } => {
                Site::Service(service.clone())
            }
        }
    }

    /// The group it changes, if it changes one.
    #[must_use]
    pub const fn target_group(&self) -> Option<&TargetGroupArn> {
        match self {
            Self::RegisterTarget { target_group, .. } | Self::DeregisterTarget { target_group, .. } => {
                Some(target_group)
            }
            _ => None,
        }
    }

    /// The target it adds or removes, if it does.
    #[must_use]
    pub const fn target(&self) -> Option<Target> {
        match self {
            Self::RegisterTarget { target, .. } | Self::DeregisterTarget { target, .. } => Some(*target),
            _ => None,
        }
    }

    /// The task it registers, changes or stops, if it names one.
    #[must_use]
    pub const fn task(&self) -> Option<&TaskArn> {
        match self {
            Self::RegisterTarget { task, .. }
            | Self::ModifyNetworkInterface { task, .. }
            | Self::StopTask { task, .. } => Some(task),
            Self::DeregisterTarget { .. } | Self::UpdateService { .. } | Self::ForceNewDeployment { .. } => None,
        }
    }

    /// The security groups that it sets on something.
    #[must_use]
    pub const fn groups_to_set(&self) -> Option<&BTreeSet<SecurityGroupId>> {
        match self {
            Self::ModifyNetworkInterface { security_groups, .. } | Self::UpdateService { security_groups, .. } => {
                Some(&security_groups.to)
            }
            _ => None,
        }
    }

    /// The interface it changes, if it changes one.
    #[must_use]
    pub const fn network_interface(&self) -> Option<&NetworkInterfaceId> {
        match self {
            Self::ModifyNetworkInterface { network_interface, .. } => Some(network_interface),
            _ => None,
        }
    }

    /// Which repair option it is, if it is one. Options are alternatives; other repairs of a finding are steps, one
    /// after the other.
    #[must_use]
    pub const fn option(&self) -> Option<RepairOption> {
        match self {
            Self::RegisterTarget { .. } | Self::DeregisterTarget { .. } => None,
            Self::ModifyNetworkInterface { .. } => Some(RepairOption::ModifyNetworkInterface),
            Self::UpdateService { .. } | Self::ForceNewDeployment { .. } => Some(RepairOption::UpdateService),
            Self::StopTask { .. } => Some(RepairOption::StopTask),
        }
    }

    /// What it counts as. Registering isn't limited.
    #[must_use]
    pub fn limited(&self) -> Option<Limited> {
        match self {
            Self::RegisterTarget { .. } => None,
            Self::DeregisterTarget { target_group, .. } => Some(Limited::Removals(target_group.clone())),
            Self::ModifyNetworkInterface { .. } => Some(Limited::InterfaceChanges),
            Self::UpdateService { .. } | Self::ForceNewDeployment { .. } => Some(Limited::ServiceUpdates),
            Self::StopTask { service, .. } => Some(Limited::TaskStops(service.clone())),
        }
    }

    /// As what a refusal of it is remembered, and of which resource.
    #[must_use]
    pub fn refusable(&self) -> Option<(Refusable, String)> {
        match self {
            Self::RegisterTarget { .. } | Self::DeregisterTarget { .. } => None,
            Self::ModifyNetworkInterface { network_interface, launch_type, .. } => {
                Some((Refusable::Interfaces(launch_type.clone()), network_interface.to_string()))
            }
            Self::UpdateService { service, .. } | Self::ForceNewDeployment { service, .. } => {
                Some((Refusable::Services, format!("{}/{}", service.cluster, service.name)))
            }
            Self::StopTask { task, .. } => Some((Refusable::Tasks, task.to_string())),
        }
    }
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RegisterTarget { target_group, target, .. } => {
                write!(f, "register {target} in {}", target_group.name())
            }
            Self::DeregisterTarget { target_group, target } => {
                write!(f, "deregister {target} from {}", target_group.name())
            }
            Self::ModifyNetworkInterface { network_interface, security_groups, .. } => {
                write!(f, "on interface {network_interface} {security_groups}")
            }
            Self::UpdateService { service, security_groups, .. } => {
                write!(f, "in the network configuration of {service} {security_groups}")
            }
            Self::ForceNewDeployment { service, .. } => write!(f, "force a new deployment of {service}"),
            Self::StopTask { task, service: Some(service), .. } => {
                write!(f, "stop task {}, so that {service} starts another", task.id())
            }
            Self::StopTask { task, service: None, .. } => write!(f, "stop task {}", task.id()),
        }
    }
}

/// `sg-1, sg-2`.
fn listed(groups: &BTreeSet<SecurityGroupId>) -> String {
    groups.iter().map(SecurityGroupId::as_str).collect::<Vec<_>>().join(", ")
}

/// A repair as a rule proposes it: with the rule's own objection, if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The repair.
    pub repair: Repair,
    /// Why it must not be done, however the policy stands; absent if nothing speaks against it.
    pub objection: Option<String>,
}

impl Proposal {
    /// A repair nothing speaks against.
    #[must_use]
    pub const fn sound(repair: Repair) -> Self {
        Self { repair, objection: None }
    }

    /// A repair that would mend the finding, but must not be done.
    #[must_use]
    pub fn withheld(repair: Repair, why: impl Into<String>) -> Self {
        Self { repair, objection: Some(why.into()) }
    }
}

/// What came of a repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RepairStatus {
    /// Observe mode: repair mode would do it.
    Planned,
    /// A look is to come.
    Waiting,
    /// It must not be done.
    Withheld,
    /// It was done and seen to be done.
    Done,
    /// AWS said no for good.
    Refused,
    /// It didn't go through; it may another time.
    Failed,
}

impl RepairStatus {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Waiting => "waiting",
            Self::Withheld => "withheld",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for RepairStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_groups_knows_what_was_there() {
        let groups = |ids: &[&str]| ids.iter().map(|id| id.parse().unwrap()).collect::<BTreeSet<SecurityGroupId>>();
        let from = groups(&["sg-1", "sg-2"]);
        let change = GroupChange::between(&from, groups(&["sg-2", "sg-3"]));
        assert_eq!((change.from(), change.to_string()), (from, "add sg-3 and take off sg-1".to_owned()));
    }
}
