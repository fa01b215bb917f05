//! Judging one service after the other.

use model::ecs::ServiceStatus;
use model::observation::Lookup;
use model::policy::Policy;

use super::rules::balancer_not_network::{self, OtherBalancers};
use super::rules::{
    network_mode_not_awsvpc, port_mismatch, protocol_mismatch, service_without_security_groups, target_group_not_found,
    target_type_not_ip, zone_not_enabled,
};
use super::subject::Subject;
use crate::judgement::Judgement;
use crate::rule::Rule;
use crate::selection::Selection;
use crate::wanted::Wanted;

type Judge = for<'a> fn(&Lookup<'a>, &Policy, &Subject<'a>, &mut Judgement);

/// Those that judge a service by itself. Of the others, `balancer-not-network` judges all services together, and
/// `service-without-load-balancer` goes by what is found in groups.
const JUDGES: [(&Rule, Judge); 7] = [
    (&port_mismatch::RULE, port_mismatch::judge),
    (&network_mode_not_awsvpc::RULE, network_mode_not_awsvpc::judge),
    (&target_type_not_ip::RULE, target_type_not_ip::judge),
    (&service_without_security_groups::RULE, service_without_security_groups::judge),
    (&target_group_not_found::RULE, target_group_not_found::judge),
    (&protocol_mismatch::RULE, protocol_mismatch::judge),
    (&zone_not_enabled::RULE, zone_not_enabled::judge),
];

/// Judges every service in focus by the rules that are wanted. What only unwanted ones need isn't asked.
pub(crate) fn judge<'a>(
    lookup: &Lookup<'a>,
    policy: &Policy,
    selection: &Selection<'a>,
    wanted: Wanted<'_>,
    judgement: &mut Judgement,
) {
    let judges: Vec<_> = JUDGES.into_iter().filter(|(rule, _)| wanted.has(rule.slug)).collect();
    let judges_balancers = wanted.has(balancer_not_network::RULE.slug);
    if judges.is_empty() && !judges_balancers {
        return;
    }
    let mut other_balancers = OtherBalancers::default();
    let needs_groups =
        judges_balancers || judges.iter().any(|(rule, _)| **rule != service_without_security_groups::RULE);
    for (id, service) in selection.found.iter().filter(|(_, service)| service.status == ServiceStatus::Active) {
        let mut subject = Subject::of(id.clone(), service);
        judgement.unit(lookup, |judgement| {
            if needs_groups {
                subject.read_groups(lookup, judgement);
            }
            for (_, judge) in &judges {
                judgement.unit(lookup, |judgement| judge(lookup, policy, &subject, judgement));
            }
        });
        if judges_balancers {
            other_balancers.note(policy, &subject);
        }
    }
    judgement.unit(lookup, |judgement| other_balancers.judge(judgement));
}
