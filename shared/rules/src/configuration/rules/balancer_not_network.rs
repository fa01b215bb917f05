//! Services behind balancers of another kind.

use std::collections::{BTreeMap, BTreeSet};

use model::finding::Severity;
use model::id::{LoadBalancerArn, LoadBalancerKind};
use model::policy::{BalancerKind, Policy, PolicySubject};
use model::scope::ServiceId;

use crate::configuration::subject::{NamedGroup, Subject, TaskSource};
use crate::finding::start;
use crate::judgement::Judgement;
use crate::registration::group::kind_of;
use crate::rule::Rule;

/// How many services a finding lists.
const LISTED: usize = 20;

pub(crate) const RULE: Rule = Rule {
    slug: "balancer-not-network",
    severity: Severity::Low,
    title: "Services aren't watched: their load balancers aren't Network Load Balancers",
    explanation: "ecs-nlb-guard watches services behind Network Load Balancers, which pass TCP, UDP and TLS on to the \
        tasks' own addresses. Target groups of some services are attached to a balancer of another kind, so their targets \
        aren't watched. Nothing is wrong with these services, unless one was meant to be behind a Network Load Balancer: a \
        balancer's kind can't be changed, and a group made for HTTP or HTTPS can only be attached to an Application Load \
        Balancer. So there is one finding for the account. Where the policy lists the kind under `registration.balancers`, \
        the targets are watched and nothing is reported.",
    remedy: "If that is intended, list the kind in the policy (registration.balancers = [\"network\", \"application\"]) \
        or disable this rule. If not, make a target group with protocol TCP (UDP, TLS) and target type ip, put it behind a \
        listener of a Network Load Balancer, and name it in the service's load balancers.",
    repair: "none",
};

/// Services behind balancers of another kind, each with what it is behind.
#[derive(Default)]
pub(crate) struct OtherBalancers(BTreeMap<ServiceId, BTreeSet<String>>);

impl OtherBalancers {
    /// Notes what the service is behind, if it is behind another kind that the policy doesn't list.
    pub(crate) fn note(&mut self, policy: &Policy, subject: &Subject<'_>) {
        let behind = behind(policy, subject);
        if !behind.is_empty() {
            self.0.entry(subject.id.clone()).or_default().extend(behind);
        }
    }

    /// One finding for all of them.
    pub(crate) fn judge(self, judgement: &mut Judgement) {
        let Some((first, behind)) = self.0.first_key_value() else { return };
        // Not how many: a divided audit tells what its parts found together.
        let others = if self.0.len() > 1 { "; targets of other services aren't watched either" } else { "" };
        let what = behind.iter().next().map(String::as_str).unwrap_or_default();
        let summary = format!("Targets of {first} aren't watched: the service is behind {what}{others}");
        let lines = self.0.iter().flat_map(|(id, behind)| behind.iter().map(move |what| format!("{id}: {what}")));
        let lines: Vec<String> = lines.take(LISTED).collect();
        let draft = start(&RULE, summary).users(self.0.keys()).evidence("services", Some(lines));
        judgement.findings.push(draft.done());
    }
}

/// `Application Load Balancer edge, by target group web`.
fn behind(policy: &Policy, subject: &Subject<'_>) -> BTreeSet<String> {
    let is_listed = |named: &NamedGroup<'_>, kind: BalancerKind| {
        let place = PolicySubject {
            cluster: Some(subject.id.cluster.name()),
            service: Some(&subject.id.name),
            target_group: Some(named.arn.name()),
        };
        policy.registration(&place).balancers.contains(&kind)
    };
    let by_group = subject.groups.iter().filter_map(|named| {
        let (balancer, kind) = other_balancer(named)?;
        let what = match kind {
            Some(kind) if is_listed(named, kind) => return None,
            Some(_) => "Application Load Balancer",
            None => "balancer",
        };
        Some(format!("{what} {}, by target group {}", balancer.name(), named.arn.name()))
    });
    let classic =
        |source: &TaskSource<'_>| source.load_balancers.iter().any(|entry| entry.target_groups().next().is_none());
    let by_name = subject.sources.iter().any(classic).then(|| "a Classic Load Balancer".to_owned());
    by_group.chain(by_name).collect()
}

/// A balancer of another kind that the group is attached to. The group's protocol tells the kind for certain; where it doesn't,
/// the balancer's ARN does.
fn other_balancer<'a>(named: &NamedGroup<'a>) -> Option<(&'a LoadBalancerArn, Option<BalancerKind>)> {
    let group = named.group?;
    match kind_of(group) {
        Some(BalancerKind::Network) => None,
        kind @ Some(BalancerKind::Application) => Some((group.load_balancers.first()?, kind)),
        None => group.load_balancers.iter().find(|arn| arn.kind() != LoadBalancerKind::Network).map(|arn| (arn, None)),
    }
}
