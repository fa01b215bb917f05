//! A service under judgement: the target groups it names, and what its tasks there are made from.

use std::collections::BTreeMap;

use model::ecs::{AwsvpcConfiguration, DeploymentController, Service, ServiceLoadBalancer, TaskSetStatus};
use model::elb::TargetGroup;
use model::id::{TargetGroupArn, TaskDefinitionArn};
use model::observation::Lookup;
use model::policy::BalancerKind;
use model::scope::{ServiceId, Unit};

use crate::judgement::Judgement;
use crate::registration::group::kind_of;

/// A service under judgement.
pub(crate) struct Subject<'a> {
    /// Its cluster and name.
    pub(crate) id: ServiceId,
    /// The service.
    pub(crate) service: &'a Service,
    /// What its tasks are made from.
    pub(crate) sources: Vec<TaskSource<'a>>,
    /// The groups it names, as far as they could be read.
    pub(crate) groups: Vec<NamedGroup<'a>>,
}

/// What some tasks of a service are made from: the service's own settings, or those of a task set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TaskSource<'a> {
    /// What they run.
    pub(crate) task_definition: Option<&'a TaskDefinitionArn>,
    /// What they serve through.
    pub(crate) load_balancers: &'a [ServiceLoadBalancer],
    /// Their network settings; absent unless they have an interface of their own.
    pub(crate) network: Option<&'a AwsvpcConfiguration>,
}

/// A group that a service names.
pub(crate) struct NamedGroup<'a> {
    /// Its ARN.
    pub(crate) arn: &'a TargetGroupArn,
    /// The group; `None` if there is no such group.
    pub(crate) group: Option<&'a TargetGroup>,
    /// Where it is named. An alternate of a native strategy is named like any other: tasks of the next deployment go there.
    pub(crate) entries: Vec<LoadBalancerEntry<'a>>,
}

/// An entry that names a group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoadBalancerEntry<'a> {
    /// The entry.
    pub(crate) entry: &'a ServiceLoadBalancer,
    /// What the tasks it is about are made from.
    pub(crate) source: TaskSource<'a>,
}

impl<'a> Subject<'a> {
    /// The service; nothing is read of the groups it names yet.
    pub(crate) fn of(id: ServiceId, service: &'a Service) -> Self {
        Self { id, service, sources: sources(service), groups: Vec::new() }
    }

    /// Reads the groups it names. One that can't be read is noted and left out.
    pub(crate) fn read_groups(&mut self, lookup: &Lookup<'a>, judgement: &mut Judgement) {
        let mut named: BTreeMap<&TargetGroupArn, Vec<LoadBalancerEntry<'a>>> = BTreeMap::new();
        for source in &self.sources {
            for entry in source.load_balancers {
                for arn in entry.target_groups() {
                    named.entry(arn).or_default().push(LoadBalancerEntry { entry, source: *source });
                }
            }
        }
        for (arn, entries) in named {
            let group = judgement.keep(|| self.unit(), lookup.target_group(arn));
            self.groups.extend(group.map(|group| NamedGroup { arn, group, entries }));
        }
    }

    /// What can't be judged if something about it can't be read.
    pub(crate) fn unit(&self) -> Unit {
        Unit::Service(self.id.clone())
    }

    /// The groups it names that are a Network Load Balancer's.
    pub(crate) fn network_groups(&self) -> impl Iterator<Item = (&NamedGroup<'a>, &'a TargetGroup)> {
        let existing = self.groups.iter().filter_map(|named| Some((named, named.group?)));
        existing.filter(|(_, group)| is_behind_network(group))
    }
}

/// Is it a group of a Network Load Balancer, whether it hangs on one yet or not?
pub(crate) fn is_behind_network(group: &TargetGroup) -> bool {
    kind_of(group) == Some(BalancerKind::Network)
}

/// With the ECS controller the service itself says what its next task is made from; with any other its task sets do.
fn sources(service: &Service) -> Vec<TaskSource<'_>> {
    if service.controller == DeploymentController::Ecs {
        return vec![TaskSource {
            task_definition: service.task_definition.as_ref(),
            load_balancers: &service.load_balancers,
            network: service.network.as_ref(),
        }];
    }
    let serving = service.task_sets.iter().filter(|set| set.status != TaskSetStatus::Draining);
    let source = serving.map(|set| TaskSource {
        task_definition: set.task_definition.as_ref(),
        load_balancers: &set.load_balancers,
        network: set.network.as_ref(),
    });
    source.collect()
}
