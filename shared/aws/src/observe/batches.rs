//! Questions, sorted into the fewest requests.

use std::collections::{BTreeMap, BTreeSet};

use model::id::{
    ClusterArn, LoadBalancerArn, ServiceRevisionArn, SubnetId, TargetGroupArn, TaskArn, TaskDefinitionArn, VpcId,
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
    TaskDefinition(TaskDefinitionArn),
    ServiceRevisions(Vec<ServiceRevisionArn>),
    ListTargetGroups,
    TargetGroups(Vec<TargetGroupArn>),
    TargetHealth(TargetGroupArn),
    Tags(Vec<Tagged>),
    Subnets(Vec<VpcId>),
    Interfaces(Vec<SubnetId>),
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
    let (mut tagged, mut vpcs, mut subnets) = (Vec::new(), Vec::new(), Vec::new());
    let mut services: BTreeMap<ClusterArn, Vec<ServiceId>> = BTreeMap::new();
    let mut tasks: BTreeMap<ClusterArn, Vec<TaskArn>> = BTreeMap::new();
    for question in questions.iter().cloned() {
        match question {
            Question::Clusters => batches.push(Batch::ListClusters),
            Question::Cluster(arn) => clusters.push(arn),
            Question::Services(cluster) => batches.push(Batch::ListServices(cluster)),
            Question::Service(id) => services.entry(id.cluster.clone()).or_default().push(id),
            Question::Tasks(list) => batches.push(Batch::ListTasks(list)),
            Question::Task { cluster, task } => tasks.entry(cluster).or_default().push(task),
            Question::TaskDefinition(arn) => batches.push(Batch::TaskDefinition(arn)),
            Question::ServiceRevision(arn) => revisions.push(arn),
            Question::TargetGroups => batches.push(Batch::ListTargetGroups),
            Question::TargetGroup(arn) => groups.push(arn),
            Question::TargetHealth(arn) => batches.push(Batch::TargetHealth(arn)),
            Question::TargetGroupTags(arn) => tagged.push(Tagged::TargetGroup(arn)),
            Question::LoadBalancerTags(arn) => tagged.push(Tagged::LoadBalancer(arn)),
            Question::Subnets(vpc) => vpcs.push(vpc),
            Question::Interfaces(subnet) => subnets.push(subnet),
            // The ledger's business.
            Question::Owners(_) | Question::Removals(_) | Question::Pause => {}
        }
    }
    batches.extend(split(clusters, batch::CLUSTERS).map(Batch::Clusters));
    for (cluster, services) in services {
        batches.extend(split(services, batch::SERVICES).map(|part| Batch::Services(cluster.clone(), part)));
    }
    for (cluster, tasks) in tasks {
        batches.extend(split(tasks, batch::TASKS).map(|part| Batch::Tasks(cluster.clone(), part)));
    }
    batches.extend(split(revisions, batch::SERVICE_REVISIONS).map(Batch::ServiceRevisions));
    batches.extend(split(groups, batch::TARGET_GROUPS).map(Batch::TargetGroups));
    batches.extend(split(tagged, batch::TAGS).map(Batch::Tags));
    batches.extend(split(vpcs, batch::FILTER_VALUES).map(Batch::Subnets));
    batches.extend(split(subnets, batch::FILTER_VALUES).map(Batch::Interfaces));
    batches
}

fn split<T: Clone>(all: Vec<T>, most: usize) -> impl Iterator<Item = Vec<T>> {
    all.chunks(most).map(<[T]>::to_vec).collect::<Vec<_>>().into_iter()
}
