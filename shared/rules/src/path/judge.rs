//! Judging services and the balancers they are behind.

use model::ecs::ServiceStatus;
use model::observation::Lookup;

use super::rules::{
    balancer_ingress_blocked, balancer_not_serving, client_ip_loopback, drain_too_short_for_nlb, health_check_mismatch,
    listener_forwards_nothing, network_acl_blocked, no_health_check_grace, zone_without_targets,
};
use super::served_balancer::{ServedBalancer, served_balancers};
use crate::configuration::Subject;
use crate::judgement::Judgement;
use crate::rule::Rule;
use crate::selection::{Depth, Selection};
use crate::wanted::Wanted;

type JudgeBalancer = for<'a> fn(&Lookup<'a>, &ServedBalancer<'a>, &mut Judgement);
type JudgeService = for<'a> fn(&Lookup<'a>, &Subject<'a>, &mut Judgement);

const OF_BALANCERS: [(&Rule, JudgeBalancer); 5] = [
    (&balancer_not_serving::RULE, balancer_not_serving::judge),
    (&balancer_ingress_blocked::RULE, balancer_ingress_blocked::judge),
    (&listener_forwards_nothing::RULE, listener_forwards_nothing::judge),
    (&network_acl_blocked::RULE, network_acl_blocked::judge_balancer),
    (&zone_without_targets::RULE, zone_without_targets::judge),
];

const OF_SERVICES: [(&Rule, JudgeService); 4] = [
    (&health_check_mismatch::RULE, health_check_mismatch::judge),
    (&client_ip_loopback::RULE, client_ip_loopback::judge),
    (&no_health_check_grace::RULE, no_health_check_grace::judge),
    (&drain_too_short_for_nlb::RULE, drain_too_short_for_nlb::judge),
];

/// Judges every service in focus, as a whole, and the balancers they are behind by the rules that are wanted.
pub(crate) fn judge<'a>(lookup: &Lookup<'a>, selection: &Selection<'a>, wanted: Wanted<'_>, judgement: &mut Judgement) {
    let of_balancers: Vec<_> = OF_BALANCERS.into_iter().filter(|(rule, _)| wanted.has(rule.slug)).collect();
    let of_services: Vec<_> = OF_SERVICES.into_iter().filter(|(rule, _)| wanted.has(rule.slug)).collect();
    if of_balancers.is_empty() && of_services.is_empty() {
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
    for (_, judge) in of_services {
        subjects.iter().for_each(|subject| judge(lookup, subject, judgement));
    }
    if !of_balancers.is_empty() {
        for balancer in served_balancers(lookup, &subjects, judgement) {
            of_balancers.iter().for_each(|(_, judge)| judge(lookup, &balancer, judgement));
        }
    }
}
