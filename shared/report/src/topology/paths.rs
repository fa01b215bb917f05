//! From an observation to the paths, still without faults.

use std::collections::{BTreeMap, BTreeSet};

use model::ecs::Service;
use model::finding::Resources;
use model::id::{LoadBalancerArn, LoadBalancerKind, TargetGroupArn};
use model::observation::Observation;
use model::scope::ServiceId;

use super::blame::{DraftGroup, PathDraft};
use super::known::Known;
use super::member::DrawnMember;
use super::{Node, PathEntry, Topology};
use crate::finding_report::FindingReport;
use crate::place::place;

impl Topology {
    /// The paths to every service that was looked at and serves through a target group, and to every other place that a
    /// finding is about.
    #[must_use]
    pub fn of(observation: &Observation, findings: &[FindingReport]) -> Self {
        let known = Known::new(observation);
        let mut by_place: BTreeMap<String, Vec<&FindingReport>> = BTreeMap::new();
        let mut by_group: BTreeMap<&TargetGroupArn, Vec<&FindingReport>> = BTreeMap::new();
        for finding in findings {
            by_place.entry(place(&finding.resources)).or_default().push(finding);
            if let (None, Some(group)) = (&finding.resources.service, &finding.resources.target_group) {
                by_group.entry(group).or_default().push(finding);
            }
        }
        let mut paths = Vec::new();
        for (id, service) in known.services() {
            let place = place_of(id, service);
            let own = by_place.remove(&place).unwrap_or_default();
            let mut draft = of_service(&known, id, service, place);
            let shared = draft.groups.iter().filter_map(|group| by_group.get(&group.arn)).flatten();
            let findings: Vec<&FindingReport> = own.iter().chain(shared).copied().collect();
            if draft.groups.is_empty() && findings.is_empty() {
                continue;
            }
            draft.blame_all(&findings);
            paths.push(draft.done(&known));
        }
        for (place, findings) in by_place {
            let groups: BTreeSet<_> =
                findings.iter().filter_map(|finding| finding.resources.target_group.as_ref()).collect();
            if groups.is_empty() {
                continue;
            }
            let mut draft = PathDraft::new(place, None);
            draft.groups = groups.into_iter().map(|arn| of_group(&known, arn, None)).collect();
            draft.blame_all(&findings);
            paths.push(draft.done(&known));
        }
        paths.sort_by(|a, b| a.place.cmp(&b.place));
        Self { paths }
    }
}

fn place_of(id: &ServiceId, service: &Service) -> String {
    let resources =
        Resources { cluster: Some(id.cluster.clone()), service: Some(service.arn.clone()), ..Resources::default() };
    place(&resources)
}

fn of_service(known: &Known<'_>, id: &ServiceId, service: &Service, place: String) -> PathDraft {
    let mut draft = PathDraft::new(place, Some(Node::new(service.arn.name(), service_detail(service))));
    draft.actual_groups =
        service.network.iter().flat_map(|network| &network.security_groups).map(ToString::to_string).collect();
    let groups: BTreeSet<&TargetGroupArn> = service.named_target_groups().collect();
    let mut drawn = BTreeSet::new();
    for arn in groups {
        let group = of_group(known, arn, Some(id));
        drawn.extend(group.members.iter().filter_map(|member| member.task_arn.clone()));
        draft.groups.push(group);
    }
    let elsewhere = known.tasks_of(id).iter().filter(|task| !drawn.contains(&task.arn));
    for task in elsewhere {
        // A task in no group is drawn in the first one, where it most likely belongs, with nothing before it.
        match draft.groups.first_mut() {
            Some(group) => {
                let address = group.ip_version.and_then(|version| task.address(version));
                group.members.push(DrawnMember::unregistered(known, task, address, Some(id)));
            }
            None => draft.tasks_elsewhere += 1,
        }
    }
    draft
}

fn service_detail(service: &Service) -> String {
    let (running, desired) = (service.running_count, service.desired_count);
    // Now and then there are more, as in a deployment.
    let mut words = vec![match running <= desired {
        true => format!("{running} of {desired} running"),
        false => format!("{running} running, {desired} desired"),
    }];
    if service.pending_count > 0 {
        words.push(format!("{} pending", service.pending_count));
    }
    if service.in_flight() {
        words.push("deployment in flight".to_owned());
    }
    if service.status.as_str() != "ACTIVE" {
        words.push(service.status.as_str().to_owned());
    }
    words.join(", ")
}

fn of_group(known: &Known<'_>, arn: &TargetGroupArn, own: Option<&ServiceId>) -> DraftGroup {
    let group = known.group(arn);
    let targets = known.targets(arn);
    let detail = group.map(|group| {
        let port = group.port.map(|port| format!(" :{port}")).unwrap_or_default();
        format!("{}{port}, {}", group.protocol.as_deref().unwrap_or("no protocol"), group.target_type.as_str())
    });
    let detail = match (&targets, detail) {
        (_, None) => "not read".to_owned(),
        (None, Some(detail)) => format!("{detail}, targets not read"),
        (Some(_), Some(detail)) => detail,
    };
    let vpc = group.and_then(|group| group.vpc.as_ref());
    let members = targets
        .into_iter()
        .flatten()
        .map(|health| DrawnMember::registered(health, known.owner(health.target.ip, vpc), own));
    DraftGroup {
        arn: arn.clone(),
        ip_version: group.and_then(|group| group.ip_version().ok()),
        node: Node::new(arn.name(), detail),
        entries: group
            .into_iter()
            .flat_map(|group| &group.load_balancers)
            .flat_map(|balancer| entries(known, balancer, arn))
            .collect(),
        members: members.collect(),
    }
}

/// The ways from a balancer to a group: its listeners that forward there, or, while they aren't known, itself.
fn entries(known: &Known<'_>, balancer: &LoadBalancerArn, group: &TargetGroupArn) -> Vec<PathEntry> {
    let kind = match balancer.kind() {
        LoadBalancerKind::Network => "network",
        LoadBalancerKind::Application => "application",
        LoadBalancerKind::Gateway => "gateway",
        LoadBalancerKind::Other => "classic",
    };
    let detail = match known.load_balancer(balancer) {
        Some(balancer) => format!("{kind}, {}", balancer.scheme.as_str()),
        None => kind.to_owned(),
    };
    let node = Node::new(balancer.name(), detail);
    let listeners = known.listeners(balancer).filter(|listener| listener.names(group));
    let entries: Vec<PathEntry> = listeners
        .map(|listener| {
            let protocol = listener.protocol.as_deref().unwrap_or("listener");
            let port = listener.port.map(|port| format!(" :{port}")).unwrap_or_default();
            PathEntry { balancer: node.clone(), listener: Some(Node::new(format!("{protocol}{port}"), "")) }
        })
        .collect();
    if entries.is_empty() { vec![PathEntry { balancer: node, listener: None }] } else { entries }
}
