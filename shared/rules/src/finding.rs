//! Putting a finding together.

use std::collections::BTreeMap;

use model::ecs::{Service, Task};
use model::elb::{HealthCheckPort, Target, TargetGroup};
use model::finding::{Finding, Grouping, Impact, Resources, Severity};
use model::fix::Fix;
use model::id::{SecurityGroupId, TargetGroupArn};
use model::repair::Proposal;
use model::scope::ServiceId;

use crate::fix::fixes_of_repairs;
use crate::registration::group::{JudgedGroup, Member};
use crate::rule::Rule;
use crate::security_group::{CheckedInterface, ServiceTasks};

/// Begins a finding of `rule`.
pub(crate) fn start(rule: &Rule, summary: String) -> FindingDraft {
    FindingDraft(Finding {
        rule: rule.slug.to_owned(),
        severity: rule.severity,
        title: rule.title.to_owned(),
        summary,
        remedy: rule.remedy.to_owned(),
        fixes: Vec::new(),
        caused_by: None,
        impact: None,
        grouping: None,
        resources: Resources::default(),
        subject: String::new(),
        users: Vec::new(),
        sharers: Vec::new(),
        evidence: BTreeMap::new(),
        repairs: Vec::new(),
    })
}

/// How the group's targets are checked, for its evidence: `HTTP on the traffic port`. `None` where nothing is, or its port is unread.
pub(crate) fn health_check(group: &TargetGroup) -> Option<String> {
    let check = &group.health_check;
    let protocol = check.protocol.as_deref().unwrap_or("TCP");
    let port = check.port().ok().filter(|_| check.enabled)?;
    Some(match port {
        HealthCheckPort::Traffic => format!("{protocol} on the traffic port"),
        HealthCheckPort::Fixed(port) => format!("{protocol} on port {port}"),
    })
}

/// A finding in the making.
pub(crate) struct FindingDraft(Finding);

impl FindingDraft {
    /// It is about this group; the policy and the holds of all its known users apply.
    pub(crate) fn group(mut self, group: &JudgedGroup<'_>) -> Self {
        self.0.resources.target_group = Some(group.group.arn.clone());
        self.0.users = group.users.iter().map(|(id, _)| id.clone()).collect();
        if let [(id, service)] = group.users.as_slice() {
            self.0.resources.cluster = Some(id.cluster.clone());
            self.0.resources.service = Some(service.arn.clone());
        }
        self
    }

    /// It is about this member of the group; its service's policy and holds apply.
    pub(crate) fn member(mut self, member: &Member<'_>) -> Self {
        self.0.users = vec![member.id.clone()];
        self.0.resources.cluster = Some(member.id.cluster.clone());
        self.0.resources.service = Some(member.service.arn.clone());
        self.task(member.task)
    }

    /// It is about this task.
    pub(crate) fn task(mut self, task: &Task) -> Self {
        self.0.resources.task = Some(task.arn.clone());
        let interface = match self.0.resources.target {
            Some(target) => task.interface_at(target.ip),
            None => task.interfaces.first(),
        };
        self.0.resources.network_interface = interface.and_then(|interface| interface.network_interface.clone());
        self
    }

    /// It is about this service; its policy and holds apply.
    pub(crate) fn service(mut self, id: &ServiceId, service: &Service) -> Self {
        self.0.users = vec![id.clone()];
        self.0.resources.cluster = Some(id.cluster.clone());
        self.0.resources.service = Some(service.arn.clone());
        self
    }

    /// It is about this target group.
    pub(crate) fn target_group(mut self, arn: &TargetGroupArn) -> Self {
        self.0.resources.target_group = Some(arn.clone());
        self
    }

    /// It is about these tasks; the policy and the holds of their service apply.
    pub(crate) fn service_tasks(mut self, service_tasks: &ServiceTasks<'_>) -> Self {
        self.0.users = service_tasks.id.iter().cloned().collect();
        self.0.resources.cluster = Some(service_tasks.cluster.clone());
        self.0.resources.service = service_tasks.service.map(|service| service.arn.clone());
        match (&service_tasks.id, service_tasks.checked_interfaces.first()) {
            (None, Some(checked)) => self.checked(checked),
            _ => self,
        }
    }

    /// It is about this interface of a task, with the groups it has.
    pub(crate) fn checked(mut self, checked: &CheckedInterface<'_>) -> Self {
        self.0.resources.task = Some(checked.task.arn.clone());
        self.0.resources.network_interface = Some(checked.interface.id.clone());
        self.0.resources.security_groups = checked.interface.security_groups.clone();
        self
    }

    /// It is about this load balancer.
    pub(crate) fn load_balancer(mut self, arn: &model::id::LoadBalancerArn) -> Self {
        self.0.resources.load_balancer = Some(arn.clone());
        self
    }

    /// It is about this Availability Zone.
    pub(crate) fn zone(mut self, name: &str) -> Self {
        self.0.resources.zone = Some(name.into());
        self
    }

    /// It is about these security groups.
    pub(crate) fn security_groups<'i>(mut self, ids: impl IntoIterator<Item = &'i SecurityGroupId>) -> Self {
        let mut ids: Vec<_> = ids.into_iter().cloned().collect();
        ids.sort();
        ids.dedup();
        self.0.resources.security_groups = ids;
        self
    }

    /// It is about this target.
    pub(crate) fn target(mut self, target: Target) -> Self {
        self.0.resources.target = Some(target);
        self
    }

    /// The policy and the holds of these services apply too.
    pub(crate) fn users<'i>(mut self, ids: impl IntoIterator<Item = &'i ServiceId>) -> Self {
        for id in ids {
            if !self.0.users.contains(id) {
                self.0.users.push(id.clone());
            }
        }
        self
    }

    /// The policy of these services, which use the group too, applies beside that of its own.
    pub(crate) fn sharers(mut self, ids: &[ServiceId]) -> Self {
        self.0.sharers = ids.iter().filter(|id| !self.0.users.contains(id)).cloned().collect();
        self
    }

    /// It is about this interface.
    pub(crate) fn interface(mut self, id: &model::id::NetworkInterfaceId) -> Self {
        self.0.resources.network_interface = Some(id.clone());
        self
    }

    /// How much it matters, where that is another than the rule's.
    pub(crate) fn severity(mut self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }

    /// It has another title than its rule.
    pub(crate) fn titled(mut self, title: &str) -> Self {
        title.clone_into(&mut self.0.title);
        self
    }

    /// What a person can do about just this, where what can be done in general doesn't hold.
    pub(crate) fn remedy_instead(mut self, remedy: String) -> Self {
        self.0.remedy = remedy;
        self
    }

    /// What exactly was seen, beyond the resources.
    pub(crate) fn subject(mut self, subject: String) -> Self {
        self.0.subject = subject;
        self
    }

    /// What the judgement rests on; left out if there is nothing to say.
    pub(crate) fn evidence(mut self, name: &str, value: Option<impl Into<serde_json::Value>>) -> Self {
        self.0.evidence.extend(value.map(|value| (name.to_owned(), value.into())));
        self
    }

    /// What would mend it.
    pub(crate) fn repair(mut self, proposal: Proposal) -> Self {
        self.0.repairs.push(proposal);
        self
    }

    /// Traffic is lost, or goes where it shouldn't; so many tasks get none because of it.
    pub(crate) fn loses_traffic(mut self, tasks: usize) -> Self {
        self.0.impact = Some(Impact { tasks });
        self
    }

    /// Others of its rule with the same cause are told along with it.
    pub(crate) fn grouped(mut self, grouping: Grouping) -> Self {
        self.0.grouping = Some(grouping);
        self
    }

    /// How a person mends it, best first. Where a rule says nothing, it is what its repairs would do.
    pub(crate) fn fixes(mut self, fixes: Vec<Fix>) -> Self {
        self.0.fixes = fixes;
        self
    }

    /// The finding.
    pub(crate) fn done(mut self) -> Finding {
        if self.0.fixes.is_empty() {
            self.0.fixes = fixes_of_repairs(&self.0.repairs);
        }
        self.0
    }
}
