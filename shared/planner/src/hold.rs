//! Holds: what a person has tagged is left alone, and so is what can't be seen not to be tagged.

use std::collections::BTreeSet;

use model::ec2::{NetworkInterface, SecurityGroup};
use model::ecs::{Cluster, Service, Tags, Task};
use model::finding::Finding;
use model::hold::{HOLD_TAG, is_held};
use model::id::{ClusterArn, NetworkInterfaceId, SubnetId, TargetGroupArn, TaskArn};
use model::observation::{Gap, Lookup};
use model::repair::Repair;
use model::scope::Site;

use crate::unread::{NOT_READ_YET, unread};

/// Something that may be held, and its tags.
struct HoldSubject<'a> {
    what: String,
    tags: Result<Option<&'a Tags>, Gap<'a>>,
}

/// Why a hold, or one that can't be read, withholds the repair.
pub(crate) fn check(lookup: &Lookup<'_>, finding: &Finding, repair: &Repair) -> Result<(), String> {
    let tasks = tasks(lookup, finding, repair);
    // All of them are asked before any gap is given up on, so that they are read together.
    let all: Vec<HoldSubject<'_>> = services(lookup, finding, repair)
        .into_iter()
        .chain(groups(lookup, repair))
        .chain(network(lookup, repair))
        .chain(tasks?)
        .collect();
    let held: Vec<String> = all.iter().filter_map(|one| one.held(lookup)).collect();
    if !held.is_empty() {
        return Err(held.join("; "));
    }
    if all.iter().any(|one| one.tags == Err(Gap::Pending)) {
        return Err(NOT_READ_YET.to_owned());
    }
    let unread: Vec<String> = all.iter().filter_map(HoldSubject::unread).collect();
    if unread.is_empty() { Ok(()) } else { Err(unread.join("; ")) }
}

/// The services concerned and their clusters, and the cluster of a task that belongs to no service.
fn services<'a>(lookup: &Lookup<'a>, finding: &Finding, repair: &Repair) -> Vec<HoldSubject<'a>> {
    let users: BTreeSet<_> = finding.users.iter().collect();
    let site = repair.site();
    let of_site = if let Site::Task { cluster, .. } = &site { Some(cluster) } else { None };
    let clusters: BTreeSet<&ClusterArn> = users.iter().map(|user| &user.cluster).chain(of_site).collect();
    let clusters = clusters.into_iter().map(|arn| HoldSubject {
        what: format!("cluster {}", arn.name()),
        tags: lookup.cluster(arn).map(|cluster| cluster.map(|Cluster { tags, .. }| tags)),
    });
    let services = users.into_iter().map(|id| HoldSubject {
        what: format!("service {id}"),
        tags: lookup.service(id).map(|service| service.map(|Service { tags, .. }| tags)),
    });
    clusters.chain(services).collect()
}

/// The target groups concerned and their load balancers: the group that is changed, or those of the service, whose targets
/// its tasks are.
fn groups<'a>(lookup: &Lookup<'a>, repair: &Repair) -> Vec<HoldSubject<'a>> {
    let groups: BTreeSet<&TargetGroupArn> = match (repair.target_group(), repair.site()) {
        (Some(group), _) => BTreeSet::from([group]),
        (None, Site::Service(id)) => {
            let service = lookup.service(&id).ok().flatten();
            service.into_iter().flat_map(Service::named_target_groups).collect()
        }
        (None, _) => BTreeSet::new(),
    };
    groups.into_iter().flat_map(|group| self::group(lookup, group)).collect()
}

fn group<'a>(lookup: &Lookup<'a>, arn: &TargetGroupArn) -> Vec<HoldSubject<'a>> {
    let itself = HoldSubject { what: format!("target group {}", arn.name()), tags: lookup.target_group_tags(arn) };
    let balancers = match lookup.target_group(arn) {
        Ok(group) => group.map_or(&[][..], |group| &group.load_balancers),
        Err(gap) => {
            let unknown =
                HoldSubject { what: format!("a load balancer of target group {}", arn.name()), tags: Err(gap) };
            return vec![itself, unknown];
        }
    };
    let balancers = balancers
        .iter()
        .map(|arn| HoldSubject { what: format!("load balancer {}", arn.name()), tags: lookup.load_balancer_tags(arn) });
    [itself].into_iter().chain(balancers).collect()
}

/// The interface that is changed, and the security groups that are set on it or declared: ModifyNetworkInterfaceAttribute is
/// authorized on all of them (Service Authorization Reference, Amazon EC2), so that IAM denies it where one is held.
fn network<'a>(lookup: &Lookup<'a>, repair: &Repair) -> Vec<HoldSubject<'a>> {
    let groups = repair.groups_to_set().into_iter().flatten().map(|id| HoldSubject {
        what: format!("security group {id}"),
        tags: lookup.security_group(id).map(|group| group.map(|SecurityGroup { tags, .. }| tags)),
    });
    let interface = repair.network_interface().map(|id| HoldSubject {
        what: format!("network interface {id}"),
        tags: lookup.interface(id, subnet(lookup, repair, id)).map(|one| one.map(|NetworkInterface { tags, .. }| tags)),
    });
    groups.chain(interface).collect()
}

/// The subnet of a task's interface, whose list most often has it.
fn subnet<'a>(lookup: &Lookup<'a>, repair: &Repair, id: &NetworkInterfaceId) -> Option<&'a SubnetId> {
    let task = lookup.observation().aws.task.known(repair.task()?)?;
    task.interfaces.iter().find(|one| one.network_interface.as_ref() == Some(id))?.subnet.as_ref()
}

/// The task the finding is about, and the one the repair is.
fn tasks<'a>(lookup: &Lookup<'a>, finding: &Finding, repair: &Repair) -> Result<Vec<HoldSubject<'a>>, String> {
    let tasks: BTreeSet<&TaskArn> = finding.resources.task.iter().chain(repair.task()).collect();
    let holdable = |arn: &TaskArn| {
        let cluster = cluster_of(arn, finding)
            .ok_or_else(|| format!("whether task {} is held can't be read: its cluster isn't known", arn.id()))?;
        let task = lookup.task(&cluster, arn);
        Ok(HoldSubject {
            what: format!("task {}", arn.id()),
            tags: task.map(|task| task.map(|Task { tags, .. }| tags)),
        })
    };
    tasks.into_iter().map(holdable).collect()
}

/// The cluster a task is in. ARNs of the old form don't say.
fn cluster_of(task: &TaskArn, finding: &Finding) -> Option<ClusterArn> {
    let of_users = || finding.users.first().map(|user| user.cluster.clone());
    task.cluster().or_else(|| finding.resources.cluster.clone()).or_else(of_users)
}

impl HoldSubject<'_> {
    fn held(&self, lookup: &Lookup<'_>) -> Option<String> {
        let tags = self.tags.ok().flatten().filter(|tags| is_held(tags, lookup.now()))?;
        let value = tags.get(HOLD_TAG).map_or("", |value| value.trim());
        Some(format!("{} is held by its tag {HOLD_TAG} = {value:?}", self.what))
    }

    fn unread(&self) -> Option<String> {
        match self.tags {
            Err(gap @ Gap::Unread(_)) => Some(unread(&format!("whether {} is held", self.what), gap)),
            _ => None,
        }
    }
}
