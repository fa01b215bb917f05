//! Judging one party after the other.

use std::collections::BTreeMap;

use model::observation::Lookup;
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
            // After each round all of an account is judged anew: a round less is worth a question that may prove needless.
            if focus.clusters.contains(&party.cluster) {
                default::ask_ahead(lookup, &party);
            }
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
