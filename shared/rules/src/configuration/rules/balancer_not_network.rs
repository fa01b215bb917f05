//! A service behind a balancer of another kind.

use model::finding::Severity;
use model::id::{LoadBalancerArn, LoadBalancerKind};
use model::observation::Lookup;
use model::policy::{BalancerKind, Policy, PolicySubject};

use crate::configuration::subject::{NamedGroup, Subject};
use crate::finding::start;
use crate::judgement::Judgement;
use crate::registration::group::kind_of;
use crate::rule::Rule;

pub(crate) const RULE: Rule = Rule {
    slug: "balancer-not-network",
    severity: Severity::Low,
    title: "The service is behind a balancer that isn't a Network Load Balancer",
    explanation: "ecs-nlb-guard looks after services behind Network Load Balancers, which pass TCP, UDP and TLS on to the \
        tasks' own addresses. A target group of this service hangs on a balancer of another kind, so its targets aren't \
        watched. That is no fault of the service, unless it was meant to be behind a Network Load Balancer: a balancer's \
        kind can't be changed, and a group made for HTTP or HTTPS can only hang on an Application Load Balancer. Where the \
        policy lists the kind under `registration.balancers`, nothing is said.",
    remedy: "If that is how it is meant, list the kind in the policy (registration.balancers = [\"network\", \"application\"]) \
        or disable this rule. If not, make a target group with protocol TCP (UDP, TLS) and target type ip, put it behind a \
        listener of a Network Load Balancer, and name it in the service's load balancers.",
    repair: "none",
};

pub(crate) fn judge(_: &Lookup<'_>, policy: &Policy, subject: &Subject<'_>, judgement: &mut Judgement) {
    for named in &subject.groups {
        let Some((balancer, kind)) = other_balancer(named) else { continue };
        let place = PolicySubject {
            cluster: Some(subject.id.cluster.name()),
            service: Some(&subject.id.name),
            target_group: Some(named.arn.name()),
        };
        if kind.is_some_and(|kind| policy.registration(&place).balancers.contains(&kind)) {
            continue;
        }
        let what = match kind {
            Some(_) => "an Application Load Balancer",
            None => "no Network Load Balancer",
        };
        let summary = format!("{} of {} hangs on {}, which is {what}", named.arn.name(), subject.id, balancer.name());
        let draft = start(&RULE, summary).service(&subject.id, subject.service).target_group(named.arn);
        let draft = draft.evidence("protocol", named.group.and_then(|group| group.protocol.clone()));
        judgement.findings.push(draft.evidence("load_balancer", Some(balancer.to_string())).done());
    }
    let classic = |source: &crate::configuration::subject::TaskSource<'_>| {
        source.load_balancers.iter().any(|entry| entry.target_groups().next().is_none())
    };
    if subject.sources.iter().any(classic) {
        let summary = format!("{} is behind a Classic Load Balancer", subject.id);
        judgement.findings.push(start(&RULE, summary).service(&subject.id, subject.service).done());
    }
}

/// A balancer of another kind that the group hangs on. The group's protocol tells the kind for certain; where it doesn't, the
/// balancer's ARN does.
fn other_balancer<'a>(named: &NamedGroup<'a>) -> Option<(&'a LoadBalancerArn, Option<BalancerKind>)> {
    let group = named.group?;
    match kind_of(group) {
        Some(BalancerKind::Network) => None,
        kind @ Some(BalancerKind::Application) => Some((group.load_balancers.first()?, kind)),
        None => group.load_balancers.iter().find(|arn| arn.kind() != LoadBalancerKind::Network).map(|arn| (arn, None)),
    }
}
