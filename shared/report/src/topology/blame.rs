//! A path in the making: every finding is put where it belongs.

use std::collections::{BTreeMap, BTreeSet};

use model::elb::IpVersion;
use model::id::TargetGroupArn;

use super::known::Known;
use super::lanes::lanes;
use super::member::DrawnMember;
use super::spot::{Spot, spots};
use super::{DrawnFault, Node, Path, PathEntry, PathGroup, Stop};
use crate::finding_report::FindingReport;

/// A path in the making.
pub(super) struct PathDraft {
    place: String,
    service: Option<Node>,
    pub(super) groups: Vec<DraftGroup>,
    /// Security groups that are declared, though perhaps no interface has them.
    pub(super) actual_groups: BTreeSet<String>,
    security_groups: BTreeMap<String, Vec<DrawnFault>>,
    pub(super) tasks_elsewhere: usize,
}

/// Nothing that a client sends gets past the balancer.
const SHUT_AT_BALANCER: [&str; 4] =
    ["balancer-not-serving", "balancer-ingress-blocked", "listener-forwards-nothing", "network-acl-blocked"];

/// Nothing that the balancer sends gets to the tasks.
const SHUT_BEFORE_TASKS: [&str; 4] =
    ["ingress-traffic-blocked", "ingress-health-check-blocked", "network-acl-blocked", "target-outside-vpc"];

/// A target group in the making.
pub(super) struct DraftGroup {
    pub(super) arn: TargetGroupArn,
    pub(super) ip_version: Option<IpVersion>,
    pub(super) node: Node,
    pub(super) entries: Vec<PathEntry>,
    pub(super) members: Vec<DrawnMember>,
}

impl PathDraft {
    pub(super) fn new(place: String, service: Option<Node>) -> Self {
        Self {
            place,
            service,
            groups: Vec::new(),
            actual_groups: BTreeSet::new(),
            security_groups: BTreeMap::new(),
            tasks_elsewhere: 0,
        }
    }

    pub(super) fn blame_all(&mut self, findings: &[&FindingReport]) {
        for finding in findings {
            let mut spots = spots(finding).into_iter();
            let drawn = spots.any(|spot| self.blame(spot, finding));
            if !drawn && let Some(service) = &mut self.service {
                service.blame(fault(finding));
            }
            if finding.rule.starts_with("security-group-") {
                self.mention(finding);
            }
            self.stop_members(finding);
        }
    }

    /// Draws the finding at this kind of spot, if there is one for it.
    fn blame(&mut self, spot: Spot, finding: &FindingReport) -> bool {
        let of = &finding.resources;
        let fault = fault(finding);
        match spot {
            Spot::Service => match &mut self.service {
                Some(service) => service.blame(fault),
                None => return false,
            },
            Spot::PathGroup => match self.group(finding) {
                Some(group) => group.node.blame(fault),
                None => return false,
            },
            Spot::Balancer => return self.blame_balancers(finding),
            Spot::Target => {
                let (Some(target), Some(group)) = (of.target, self.group(finding)) else { return false };
                let exact = group.members.iter().position(|member| member.at == Some(target));
                let of_task = || {
                    let task = of.task.as_ref()?;
                    group
                        .members
                        .iter()
                        .position(|member| member.at.is_none() && member.task_arn.as_ref() == Some(task))
                };
                let Some(index) = exact.or_else(of_task) else { return false };
                group.members[index].blame_target(target, fault);
            }
            Spot::Task | Spot::Interface => return self.blame_members(spot, finding),
            Spot::SecurityGroup => {
                for id in &of.security_groups {
                    self.security_groups.entry(id.to_string()).or_default().push(fault.clone());
                }
                return !of.security_groups.is_empty();
            }
        }
        true
    }

    /// The finding's group. One that isn't in the picture is put there, as what it is: missing.
    fn group(&mut self, finding: &FindingReport) -> Option<&mut DraftGroup> {
        let arn = finding.resources.target_group.as_ref()?;
        if !self.groups.iter().any(|group| group.arn == *arn) {
            return None;
        }
        let group = self.groups.iter_mut().find(|group| group.arn == *arn)?;
        if finding.rule == "target-group-not-found" {
            group.node.missing = true;
            group.node.detail = "not found".to_owned();
        }
        Some(group)
    }

    /// Shuts the way to the members that the finding says nothing gets to, if it is certain which those are.
    fn stop_members(&mut self, finding: &FindingReport) {
        let (true, Some(impact)) = (SHUT_BEFORE_TASKS.contains(&&*finding.rule), finding.impact) else { return };
        let stop = Stop { severity: finding.severity, checks_only: finding.rule == "ingress-health-check-blocked" };
        let mut actual: Vec<String> = finding.resources.security_groups.iter().map(ToString::to_string).collect();
        actual.sort();
        let Some(group) = self.group(finding) else { return };
        let meant = |member: &&mut DrawnMember| actual.is_empty() || member.lane.security_groups == actual;
        let meant: Vec<&mut DrawnMember> = group.members.iter_mut().filter(meant).collect();
        if meant.len() == impact.tasks {
            for member in meant {
                // That nothing at all passes is the more.
                let known = member.lane.stop.filter(|known| !known.checks_only);
                member.lane.stop = known.or(Some(stop));
            }
        }
    }

    fn blame_balancers(&mut self, finding: &FindingReport) -> bool {
        let only = finding.resources.target_group.as_ref();
        let named = finding.resources.load_balancer.as_ref().map(|arn| arn.name().to_owned());
        let groups = self.groups.iter_mut().filter(|group| only.is_none_or(|only| group.arn == *only));
        let mut drawn = false;
        let entries = groups.flat_map(|group| &mut group.entries);
        for entry in entries.filter(|entry| named.as_ref().is_none_or(|name| entry.balancer.name == *name)) {
            entry.balancer.blame(fault(finding));
            drawn = true;
        }
        drawn
    }

    /// A task may be a member of several groups: it is the same task in each.
    fn blame_members(&mut self, spot: Spot, finding: &FindingReport) -> bool {
        let of = &finding.resources;
        let mut drawn = false;
        for member in self.groups.iter_mut().flat_map(|group| &mut group.members) {
            let is_it = match &of.network_interface {
                Some(interface) if spot == Spot::Interface => member.interface_id.as_ref() == Some(interface),
                _ => of.task.is_some() && member.task_arn == of.task,
            };
            let lane = &mut member.lane;
            let node = if spot == Spot::Interface { &mut lane.interface } else { &mut lane.task };
            if let Some(node) = node.as_mut().filter(|_| is_it) {
                node.blame(fault(finding));
                drawn = true;
                if finding.rule == "security-group-missing" {
                    lane.lacks.extend(of.security_groups.iter().map(ToString::to_string));
                    lane.lacks.sort();
                    lane.lacks.dedup();
                }
            }
        }
        drawn
    }

    /// The groups a finding names are in the picture, whether an interface has them or not.
    fn mention(&mut self, finding: &FindingReport) {
        for id in &finding.resources.security_groups {
            self.security_groups.entry(id.to_string()).or_default();
        }
    }

    pub(super) fn done(self, known: &Known<'_>) -> Path {
        let Self { place, service, groups, actual_groups: declared, security_groups: named, tasks_elsewhere } = self;
        let on_interfaces = |group: &DraftGroup| {
            group.members.iter().flat_map(|member| member.lane.security_groups.clone()).collect::<Vec<_>>()
        };
        let actual_groups: BTreeSet<String> = groups.iter().flat_map(on_interfaces).collect();
        let mut ids: BTreeMap<String, Vec<DrawnFault>> = named;
        for id in actual_groups.iter().chain(&declared) {
            ids.entry(id.clone()).or_default();
        }
        let nodes = ids.into_iter().map(|(id, faults)| {
            let name = id.parse().ok().and_then(|id| known.security_group_name(&id)).unwrap_or_default();
            let mut node = Node::new(&id, name);
            // Where no interface was read, nothing is known of which has what.
            node.missing = !actual_groups.is_empty() && !actual_groups.contains(&id);
            faults.into_iter().for_each(|fault| node.blame(fault));
            node
        });
        Path {
            place,
            service,
            security_groups: nodes.collect(),
            groups: groups.into_iter().map(DraftGroup::done).collect(),
            tasks_elsewhere,
        }
    }
}

impl DraftGroup {
    fn done(self) -> PathGroup {
        PathGroup { node: self.node, entries: self.entries, lanes: lanes(self.members) }
    }
}

fn fault(finding: &FindingReport) -> DrawnFault {
    let stops = finding.impact.is_some() && SHUT_AT_BALANCER.contains(&&*finding.rule);
    DrawnFault {
        severity: finding.severity,
        rule: finding.rule.clone(),
        fingerprint: finding.fingerprint,
        count: 1,
        stops,
    }
}
