//! A Network Load Balancer with the groups on it that services in focus serve through.

use std::collections::BTreeMap;

use model::ecs::Service;
use model::elb::{Listener, LoadBalancer, TargetGroup};
use model::id::{LoadBalancerArn, LoadBalancerKind, TargetGroupArn};
use model::observation::{Gap, Lookup};
use model::scope::{ServiceId, Unit};

use crate::configuration::Subject;
use crate::finding::{FindingDraft, start};
use crate::judgement::Judgement;
use crate::rule::Rule;

/// A balancer that services in focus are behind.
pub(crate) struct ServedBalancer<'a> {
    /// The balancer.
    pub(crate) balancer: &'a LoadBalancer,
    /// Its groups that those services name.
    pub(crate) groups: BTreeMap<&'a TargetGroupArn, ServedGroup<'a>>,
}

/// A group with the services in focus that name it.
#[derive(Clone)]
pub(crate) struct ServedGroup<'a> {
    /// The group.
    pub(crate) group: &'a TargetGroup,
    /// The services.
    pub(crate) users: Vec<(ServiceId, &'a Service)>,
}

/// The balancers that these services are behind. One that can't be read is noted and left out.
pub(crate) fn served_balancers<'a>(
    lookup: &Lookup<'a>,
    subjects: &[Subject<'a>],
    judgement: &mut Judgement,
) -> Vec<ServedBalancer<'a>> {
    let mut served: BTreeMap<&'a LoadBalancerArn, BTreeMap<&'a TargetGroupArn, ServedGroup<'a>>> = BTreeMap::new();
    for subject in subjects {
        for (_, group) in subject.network_groups() {
            for arn in group.load_balancers.iter().filter(|arn| arn.kind() == LoadBalancerKind::Network) {
                let groups = served.entry(arn).or_default();
                let served = groups.entry(&group.arn).or_insert_with(|| ServedGroup { group, users: Vec::new() });
                served.users.push((subject.id.clone(), subject.service));
            }
        }
    }
    let mut balancers = Vec::new();
    for (arn, groups) in served {
        let balancer = judgement.keep(|| unit(&groups), lookup.load_balancer(arn)).flatten();
        balancers.extend(balancer.map(|balancer| ServedBalancer { balancer, groups }));
    }
    balancers
}

fn unit(groups: &BTreeMap<&TargetGroupArn, ServedGroup<'_>>) -> Unit {
    groups.keys().next().map_or(Unit::Everything, |group| Unit::TargetGroup((*group).clone()))
}

impl<'a> ServedBalancer<'a> {
    /// What can't be judged if something about it can't be read.
    pub(crate) fn unit(&self) -> Unit {
        unit(&self.groups)
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        self.balancer.arn.name()
    }

    /// The services in focus that are behind it, in order, each once.
    pub(crate) fn users(&self) -> Vec<&ServiceId> {
        let mut users: Vec<&ServiceId> = self.groups.values().flat_map(|one| &one.users).map(|(id, _)| id).collect();
        users.sort();
        users.dedup();
        users
    }

    /// The same in words.
    pub(crate) fn users_in_words(&self) -> String {
        in_words(&self.users())
    }

    /// Those of its listeners that send to one of these groups.
    pub(crate) fn listeners(&self, lookup: &Lookup<'a>) -> Result<Vec<&'a Listener>, Gap<'a>> {
        let all = lookup.listeners(&self.balancer.arn)?.unwrap_or_default();
        Ok(all.iter().filter(|one| self.groups.keys().any(|group| one.names(group))).collect())
    }

    /// The same with those of its groups alone that one of these listeners sends to.
    pub(crate) fn behind(&self, listeners: &[&Listener]) -> Self {
        let is_behind = |group: &TargetGroupArn| listeners.iter().any(|one| one.names(group));
        let groups =
            self.groups.iter().filter(|(arn, _)| is_behind(arn)).map(|(arn, one)| (*arn, one.clone())).collect();
        Self { balancer: self.balancer, groups }
    }

    /// Begins a finding about it.
    pub(crate) fn start(&self, rule: &Rule, summary: String) -> FindingDraft {
        let draft = start(rule, summary).load_balancer(&self.balancer.arn);
        let users: Vec<(&ServiceId, &Service)> =
            self.groups.values().flat_map(|one| &one.users).map(|(id, service)| (id, *service)).collect();
        match users.as_slice() {
            [(id, service), rest @ ..] if rest.iter().all(|(other, _)| other == id) => draft.service(id, service),
            _ => draft.users(self.users()),
        }
    }
}

/// How many names a sentence lists.
const NAMED: usize = 3;

/// `prod/web`, `prod/api and prod/web`, `prod/a, prod/b, prod/c and 7 others`.
pub(crate) fn in_words(services: &[&ServiceId]) -> String {
    let names: Vec<String> = services.iter().take(NAMED).map(ToString::to_string).collect();
    match (services.len().checked_sub(NAMED), names.as_slice()) {
        (Some(more @ 1..), _) => format!("{} and {more} others", names.join(", ")),
        (_, [all @ .., last]) if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        _ => names.join(", "),
    }
}
