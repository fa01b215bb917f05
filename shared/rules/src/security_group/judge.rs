//! Judging one party after the other.

use std::collections::BTreeMap;

use model::ecs::Service;
use model::observation::{Answer, Lookup};
use model::policy::Policy;
use model::scope::{Scope, Unit};

use super::change::Demands;
use super::wearers::{Party, parties};
use super::{blocked, default, drift, forbidden, missing, unresolved, world_open};
use crate::focus::Focus;
use crate::judgement::Judgement;
use crate::wanted::Wanted;

/// Judges every task interface in focus by the rules that are wanted. What only unwanted ones need isn't asked.
pub(crate) fn judge<'a>(
    lookup: &Lookup<'a>,
    scope: &Scope,
    policy: &Policy,
    focus: &Focus<'a>,
    wanted: Wanted<'_>,
    judgement: &mut Judgement,
) {
    for party in parties(lookup, scope, policy, focus, judgement) {
        if wanted.any_of(&[&missing::RULE, &forbidden::RULE]) {
            judge_wearers(lookup, &party, wanted, judgement);
        }
        if wanted.has(unresolved::RULE.slug) {
            unresolved::judge(lookup, &party, judgement);
        }
        if wanted.has(default::RULE.slug) {
            ask_ahead(lookup, &party);
            default::judge(lookup, &party, judgement);
        }
        if wanted.has(drift::RULE.slug) {
            drift::judge(lookup, &party, judgement);
        }
        // What whole services share is judged where whole services are looked at, and not anew for every task's event.
        if !party.is_whole {
            continue;
        }
        if wanted.any_of(blocked::RULES) {
            blocked::judge(lookup, &party, wanted, judgement);
        }
        if wanted.has(world_open::RULE.slug) {
            world_open::judge(lookup, &party, judgement);
        }
    }
}

/// Once their interfaces are read, the security groups of their VPC are asked for. It is their target groups' too, so both
/// can be asked in one round: a round less is all of a large account judged once less.
fn ask_ahead(lookup: &Lookup<'_>, party: &Party<'_>) {
    let service = party.service.filter(|_| party.is_whole && party.is_pending);
    for arn in service.into_iter().flat_map(Service::named_target_groups) {
        let group = lookup.observation().target_group.get(arn).and_then(Answer::known);
        let Some(vpc) = group.and_then(|group| group.vpc.as_ref()) else { continue };
        // Whoever needs the answer asks for it again, and notes that it couldn't be read.
        drop(lookup.security_groups(vpc));
    }
}

/// Judges what each interface of a party must and must not have.
fn judge_wearers<'a>(lookup: &Lookup<'a>, party: &Party<'a>, wanted: Wanted<'_>, judgement: &mut Judgement) {
    // The same for all in one VPC, and there may be thousands.
    let mut by_vpc = BTreeMap::new();
    for wearer in &party.wearers {
        let about = || Unit::Task(wearer.task.arn.clone());
        let demands = by_vpc.entry(&wearer.interface.vpc);
        let demands = demands.or_insert_with(|| Demands::of(lookup, party, wearer, wanted));
        let demands = match demands {
            Ok(demands) => &*demands,
            Err(gap) => {
                judgement.abstain(about(), *gap);
                continue;
            }
        };
        let found = [missing::judge(lookup, party, wearer, demands), forbidden::judge(lookup, party, wearer, demands)];
        for finding in found {
            let finding = judgement.keep(about, finding);
            judgement.findings.extend(finding.flatten());
        }
    }
}
