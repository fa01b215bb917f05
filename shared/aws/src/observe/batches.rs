//! Questions, sorted into the fewest requests.

use std::collections::{BTreeMap, BTreeSet};

use model::id::{
    ClusterArn, LoadBalancerArn, NetworkInterfaceId, PrefixListId, SecurityGroupId, ServiceRevisionArn, SubnetId,
    TargetGroupArn, TaskArn, TaskDefinitionArn, VpcId,
};
use model::observation::{Question, TaskList};
use model::scope::ServiceId;

use crate::batch;

/// Questions that one call answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Batch {
    ListClusters,
    Clusters(Vec<ClusterArn>),
    ListServices(ClusterArn),
    Services(ClusterArn, Vec<ServiceId>),
    ListTasks(TaskList),
    Tasks(ClusterArn, Vec<TaskArn>),
    TaskProtection(ClusterArn, Vec<TaskArn>),
    TaskDefinition(TaskDefinitionArn),
    ServiceRevisions(Vec<ServiceRevisionArn>),
    ListTargetGroups,
    TargetGroups(Vec<TargetGroupArn>),
    TargetHealth(TargetGroupArn),
    TargetGroupAttributes(TargetGroupArn),
    ListLoadBalancers,
    LoadBalancers(Vec<LoadBalancerArn>),
    Listeners(LoadBalancerArn),
    LoadBalancerAttributes(LoadBalancerArn),
    AccountLimits,
    Tags(Vec<Tagged>),
    Subnets(Vec<VpcId>),
    InterfacesIn(Vec<SubnetId>),
    Interfaces(Vec<NetworkInterfaceId>),
    SecurityGroupsIn(Vec<VpcId>),
    SecurityGroups(Vec<SecurityGroupId>),
    PrefixList(PrefixListId),
    ListScalableTargets,
    ScalableTargets(Vec<ServiceId>),
}

/// One of AWS's request quotas, as far as reading takes from them. Their sizes are the [`Budget`](crate::budget::Budget)'s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Quota {
    Clusters,
    Services,
    Tasks,
    TaskProtection,
    TaskDefinitions,
    ServiceRevisions,
    LoadBalancing,
    Ec2,
    Scaling,
}

impl Batch {
    /// The quota it takes from.
    pub(super) const fn quota(&self) -> Quota {
        match self {
            Self::ListClusters | Self::Clusters(_) => Quota::Clusters,
            Self::ListServices(_) | Self::Services(..) => Quota::Services,
            Self::ListTasks(_) | Self::Tasks(..) => Quota::Tasks,
            Self::TaskProtection(..) => Quota::TaskProtection,
            Self::TaskDefinition(_) => Quota::TaskDefinitions,
            Self::ServiceRevisions(_) => Quota::ServiceRevisions,
            Self::ListTargetGroups
            | Self::TargetGroups(_)
            | Self::TargetHealth(_)
            | Self::TargetGroupAttributes(_)
            | Self::ListLoadBalancers
            | Self::LoadBalancers(_)
            | Self::Listeners(_)
            | Self::LoadBalancerAttributes(_)
            | Self::AccountLimits
            | Self::Tags(_) => Quota::LoadBalancing,
            Self::Subnets(_)
            | Self::InterfacesIn(_)
            | Self::Interfaces(_)
            | Self::SecurityGroupsIn(_)
            | Self::SecurityGroups(_)
            | Self::PrefixList(_) => Quota::Ec2,
            Self::ListScalableTargets | Self::ScalableTargets(_) => Quota::Scaling,
        }
    }
}

/// Something with tags that Elastic Load Balancing tells; one request may mix both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tagged {
    TargetGroup(TargetGroupArn),
    LoadBalancer(LoadBalancerArn),
}

impl Tagged {
    pub(super) fn arn(&self) -> &str {
        match self {
            Self::TargetGroup(arn) => arn.as_str(),
            Self::LoadBalancer(arn) => arn.as_str(),
        }
    }
}

/// Each question that is AWS's to answer, in one batch.
pub(super) fn batches(questions: &BTreeSet<Question>) -> Vec<Batch> {
    let mut batches = Vec::new();
    let (mut clusters, mut revisions, mut groups) = (Vec::new(), Vec::new(), Vec::new());
    let (mut balancers, mut tagged, mut vpcs, mut subnets) = (Vec::new(), Vec::new(), Vec::new(), BTreeSet::new());
    let (mut interfaces, mut groups_in, mut security_groups) = (BTreeMap::new(), Vec::new(), Vec::new());
    let mut scaled = Vec::new();
    let mut services: BTreeMap<ClusterArn, Vec<ServiceId>> = BTreeMap::new();
    let mut tasks: BTreeMap<ClusterArn, Vec<TaskArn>> = BTreeMap::new();
    let mut protected: BTreeMap<ClusterArn, Vec<TaskArn>> = BTreeMap::new();
    for question in questions.iter().cloned() {
        match question {
            Question::Clusters => batches.push(Batch::ListClusters),
            Question::Cluster(arn) => clusters.push(arn),
            Question::Services(cluster) => batches.push(Batch::ListServices(cluster)),
            Question::Service(id) => services.entry(id.cluster.clone()).or_default().push(id),
            Question::Tasks(list) => batches.push(Batch::ListTasks(list)),
            Question::Task { cluster, task } => tasks.entry(cluster).or_default().push(task),
            Question::TaskProtection { cluster, task } => protected.entry(cluster).or_default().push(task),
            Question::TaskDefinition(arn) => batches.push(Batch::TaskDefinition(arn)),
            Question::ServiceRevision(arn) => revisions.push(arn),
            Question::TargetGroups => batches.push(Batch::ListTargetGroups),
            Question::TargetGroup(arn) => groups.push(arn),
            Question::TargetHealth(arn) => batches.push(Batch::TargetHealth(arn)),
            Question::TargetGroupAttributes(arn) => batches.push(Batch::TargetGroupAttributes(arn)),
            Question::LoadBalancers => batches.push(Batch::ListLoadBalancers),
            Question::LoadBalancer(arn) => balancers.push(arn),
            Question::Listeners(arn) => batches.push(Batch::Listeners(arn)),
            Question::LoadBalancerAttributes(arn) => batches.push(Batch::LoadBalancerAttributes(arn)),
            Question::AccountLimits => batches.push(Batch::AccountLimits),
            Question::TargetGroupTags(arn) => tagged.push(Tagged::TargetGroup(arn)),
            Question::LoadBalancerTags(arn) => tagged.push(Tagged::LoadBalancer(arn)),
            Question::Subnets(vpc) => vpcs.push(vpc),
            Question::Interfaces(subnet) => drop(subnets.insert(subnet)),
            Question::Interface { id, subnet } => drop(interfaces.insert(id, subnet)),
            Question::SecurityGroups(vpc) => groups_in.push(vpc),
            Question::SecurityGroup(id) => security_groups.push(id),
            Question::PrefixList(id) => batches.push(Batch::PrefixList(id)),
            Question::ScalableTargets => batches.push(Batch::ListScalableTargets),
            Question::ScalableTarget(service) => scaled.push(service),
            // The ledger's business.
            Question::Owners(_)
            | Question::Window(_)
            | Question::Refusals(_)
            | Question::LatestUpdate
            | Question::ServiceUpdate(_)
            | Question::TaskStop(_)
            | Question::Pause => {}
        }
    }
    batches.extend(split(clusters, batch::CLUSTERS).map(Batch::Clusters));
    for (cluster, services) in services {
        batches.extend(split(services, batch::SERVICES).map(|part| Batch::Services(cluster.clone(), part)));
    }
    for (cluster, tasks) in tasks {
        batches.extend(split(tasks, batch::TASKS).map(|part| Batch::Tasks(cluster.clone(), part)));
    }
    for (cluster, tasks) in protected {
        let parts = split(tasks, batch::TASK_PROTECTION);
        batches.extend(parts.map(|part| Batch::TaskProtection(cluster.clone(), part)));
    }
    batches.extend(split(revisions, batch::SERVICE_REVISIONS).map(Batch::ServiceRevisions));
    batches.extend(split(groups, batch::TARGET_GROUPS).map(Batch::TargetGroups));
    batches.extend(split(balancers, batch::LOAD_BALANCERS).map(Batch::LoadBalancers));
    batches.extend(split(tagged, batch::TAGS).map(Batch::Tags));
    batches.extend(split(vpcs, batch::FILTER_VALUES).map(Batch::Subnets));
    let alone = by_subnet_or_alone(interfaces, &mut subnets);
    batches.extend(split(subnets.into_iter().collect(), batch::FILTER_VALUES).map(Batch::InterfacesIn));
    batches.extend(split(alone, batch::FILTER_VALUES).map(Batch::Interfaces));
    batches.extend(split(groups_in, batch::FILTER_VALUES).map(Batch::SecurityGroupsIn));
    batches.extend(split(security_groups, batch::FILTER_VALUES).map(Batch::SecurityGroups));
    batches.extend(split(scaled, batch::SCALABLE_TARGETS).map(Batch::ScalableTargets));
    batches
}

/// Interfaces to ask for by their ids; the others come with their subnets. A page of a subnet holds 1,000 interfaces, a
/// request by ids 200: where so many are asked for that they don't fit into one such request, most of what is in
/// their subnets is among them.
fn by_subnet_or_alone(
    interfaces: BTreeMap<NetworkInterfaceId, Option<SubnetId>>,
    subnets: &mut BTreeSet<SubnetId>,
) -> Vec<NetworkInterfaceId> {
    let by_subnet = interfaces.len() > batch::FILTER_VALUES;
    let mut alone = Vec::new();
    for (id, subnet) in interfaces {
        match subnet {
            Some(subnet) if by_subnet || subnets.contains(&subnet) => drop(subnets.insert(subnet)),
            _ => alone.push(id),
        }
    }
    alone
}

fn split<T: Clone>(all: Vec<T>, most: usize) -> impl Iterator<Item = Vec<T>> {
    all.chunks(most).map(<[T]>::to_vec).collect::<Vec<_>>().into_iter()
}
