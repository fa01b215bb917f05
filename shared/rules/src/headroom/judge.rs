//! Judging what may grow.

use model::ecs::ServiceStatus;
use model::observation::Lookup;

use super::growth::Growing;
use super::rules::{deployment_headroom, scaling_floor_zero, subnet_addresses_low, target_quota_near};
use crate::configuration::Subject;
use crate::judgement::Judgement;
use crate::selection::Selection;
use crate::wanted::Wanted;

/// Judges every service in focus that is behind a Network Load Balancer by the rules that are wanted.
pub(crate) fn judge<'a>(lookup: &Lookup<'a>, selection: &Selection<'a>, wanted: Wanted<'_>, judgement: &mut Judgement) {
    if !wanted.any_of(super::RULES) {
        return;
    }
    let mut growing = Vec::new();
    for (id, service) in selection.found.iter().filter(|(_, service)| service.status == ServiceStatus::Active) {
        let mut subject = Subject::of(id.clone(), service);
        subject.read_groups(lookup, judgement);
        if subject.network_groups().next().is_some() {
            let unit = subject.unit();
            growing.extend(judgement.keep(|| unit, Growing::of(lookup, subject)));
        }
    }
    if wanted.has(scaling_floor_zero::RULE.slug) {
        growing.iter().for_each(|one| judgement.unit(lookup, |judgement| scaling_floor_zero::judge(one, judgement)));
    }
    if wanted.has(subnet_addresses_low::RULE.slug) {
        growing
            .iter()
            .for_each(|one| judgement.unit(lookup, |judgement| subnet_addresses_low::judge(lookup, one, judgement)));
    }
    if wanted.has(deployment_headroom::RULE.slug) {
        growing
            .iter()
            .for_each(|one| judgement.unit(lookup, |judgement| deployment_headroom::judge(lookup, one, judgement)));
    }
    if wanted.has(target_quota_near::RULE.slug) {
        judgement.unit(lookup, |judgement| target_quota_near::judge(lookup, &growing, judgement));
    }
}
