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
        for ((named, group), (_, finding)) in
            subject.network_groups().flat_map(|one| of_groups.iter().map(move |rule| (one, rule)))
        {
            let found = judgement.keep(|| subject.unit(), finding(lookup, subject, named, group));
            judgement.findings.extend(found.flatten());
        }
        if judges_grace {
            let found = judgement.keep(|| subject.unit(), no_health_check_grace::finding(lookup, subject));
            judgement.findings.extend(found.flatten());
        }
    }
    if !of_balancers.is_empty() {
        for balancer in served_balancers(lookup, &subjects, judgement) {
            of_balancers.iter().for_each(|(_, judge)| judge(lookup, &balancer, judgement));
        }
    }
}
