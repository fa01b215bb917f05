//! Judging services and the balancers they are behind.

use model::ecs::ServiceStatus;
use model::elb::TargetGroup;
use model::finding::Finding;
use model::observation::{Gap, Lookup};

use super::rules::{
    balancer_ingress_blocked, balancer_not_serving, client_ip_loopback, drain_too_short_for_nlb, health_check_mismatch,
    listener_forwards_nothing, network_acl_blocked, no_health_check_grace, zone_without_targets,
};
use super::served_balancer::{ServedBalancer, served_balancers};
use crate::configuration::{NamedGroup, Subject};
use crate::judgement::Judgement;
use crate::rule::Rule;
use crate::selection::{Depth, Selection};
use crate::wanted::Wanted;

type JudgeBalancer = for<'a> fn(&Lookup<'a>, &ServedBalancer<'a>, &mut Judgement);
type JudgeGroup =
    for<'a> fn(&Lookup<'a>, &Subject<'a>, &NamedGroup<'a>, &'a TargetGroup) -> Result<Option<Finding>, Gap<'a>>;

const OF_BALANCERS: [(&Rule, JudgeBalancer); 5] = [
    (&balancer_not_serving::RULE, balancer_not_serving::judge),
    (&balancer_ingress_blocked::RULE, balancer_ingress_blocked::judge),
    (&listener_forwards_nothing::RULE, listener_forwards_nothing::judge),
    (&network_acl_blocked::RULE, network_acl_blocked::judge_balancer),
    (&zone_without_targets::RULE, zone_without_targets::judge),
];

const OF_GROUPS: [(&Rule, JudgeGroup); 3] = [
    (&health_check_mismatch::RULE, health_check_mismatch::finding),
    (&client_ip_loopback::RULE, client_ip_loopback::finding),
    (&drain_too_short_for_nlb::RULE, drain_too_short_for_nlb::finding),
];

/// Judges every service in focus, as a whole, and the balancers they are behind by the rules that are wanted.
pub(crate) fn judge<'a>(lookup: &Lookup<'a>, selection: &Selection<'a>, wanted: Wanted<'_>, judgement: &mut Judgement) {
    let of_balancers: Vec<_> = OF_BALANCERS.into_iter().filter(|(rule, _)| wanted.has(rule.slug)).collect();
    let of_groups: Vec<_> = OF_GROUPS.into_iter().filter(|(rule, _)| wanted.has(rule.slug)).collect();
    let judges_grace = wanted.has(no_health_check_grace::RULE.slug);
    if of_balancers.is_empty() && of_groups.is_empty() && !judges_grace {
        return;
    }
    let mut subjects = Vec::new();
    for (id, service) in selection.found.iter().filter(|(_, service)| service.status == ServiceStatus::Active) {
        if selection.services.get(id) == Some(&Depth::Whole) {
            let mut subject = Subject::of(id.clone(), service);
            subject.read_groups(lookup, judgement);
            subjects.push(subject);
        }
    }
    for subject in &subjects {
        judge_service(lookup, subject, &of_groups, judges_grace, judgement);
    }
    if !of_balancers.is_empty() {
        for balancer in served_balancers(lookup, &subjects, judgement) {
            for (_, judge) in &of_balancers {
                judgement.unit(lookup, |judgement| judge(lookup, &balancer, judgement));
            }
        }
    }
}

/// Judges one service by the rules that are wanted.
fn judge_service<'a>(
    lookup: &Lookup<'a>,
    subject: &Subject<'a>,
    of_groups: &[(&Rule, JudgeGroup)],
    judges_grace: bool,
    judgement: &mut Judgement,
) {
    let mut judge = |finding: &dyn Fn() -> Result<Option<Finding>, Gap<'a>>| {
        judgement.unit(lookup, |judgement| {
            let found = judgement.keep(|| subject.unit(), finding());
            judgement.findings.extend(found.flatten());
        });
    };
    for (named, group) in subject.network_groups() {
        for (_, finding) in of_groups {
            judge(&|| finding(lookup, subject, named, group));
        }
    }
    if judges_grace {
        judge(&|| no_health_check_grace::finding(lookup, subject));
    }
}
