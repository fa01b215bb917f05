//! Judging the tasks of one service after the other.

use std::collections::{BTreeMap, BTreeSet};

use model::observation::Lookup;
use model::policy::{Policy, SecurityGroupRef};
use model::scope::{Scope, Unit};

use super::blocked;
use super::change::Demands;
use super::checked_interfaces::{ServiceTasks, all_service_tasks};
use super::rules::{
    ingress_world_open, security_group_default, security_group_drift, security_group_forbidden, security_group_missing,
    security_group_unresolved,
};
use crate::judgement::Judgement;
use crate::path::rules::{network_acl_blocked, target_outside_vpc};
use crate::rule::Rule;
use crate::selection::Selection;
use crate::wanted::Wanted;

type JudgeTasks = for<'a> fn(&Lookup<'a>, &ServiceTasks<'a>, &mut Judgement);

const OF_WHOLE_SERVICES: [(&Rule, JudgeTasks); 3] = [
    (&network_acl_blocked::RULE, network_acl_blocked::judge_tasks),
    (&target_outside_vpc::RULE, target_outside_vpc::judge),
    (&ingress_world_open::RULE, ingress_world_open::judge),
];

/// Judges every task interface in focus by the rules that are wanted. What only unwanted ones need isn't asked.
pub(crate) fn judge<'a>(
    lookup: &Lookup<'a>,
    scope: &Scope,
    policy: &Policy,
    selection: &Selection<'a>,
    wanted: Wanted<'_>,
    judgement: &mut Judgement,
) {
    for service_tasks in all_service_tasks(lookup, scope, policy, selection, judgement) {
        judgement.unit(lookup, |judgement| judge_service(lookup, &service_tasks, selection, wanted, judgement));
    }
}

/// Judges one service's tasks by the rules that are wanted.
fn judge_service<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
    selection: &Selection<'a>,
    wanted: Wanted<'_>,
    judgement: &mut Judgement,
) {
    if wanted.any_of(&[&security_group_missing::RULE, &security_group_forbidden::RULE]) {
        judge_interfaces(lookup, service_tasks, wanted, judgement);
    }
    if wanted.has(security_group_unresolved::RULE.slug) {
        security_group_unresolved::judge(lookup, service_tasks, judgement);
    }
    if wanted.has(security_group_default::RULE.slug) {
        // After each round all of an account is judged anew: a round less is worth a question that may prove needless.
        if selection.clusters.contains(&service_tasks.cluster) {
            security_group_default::ask_ahead(lookup, service_tasks);
        }
        security_group_default::judge(lookup, service_tasks, judgement);
    }
    if wanted.has(security_group_drift::RULE.slug) {
        security_group_drift::judge(lookup, service_tasks, judgement);
    }
    // What whole services share is judged where whole services are looked at, and not anew for every task's event.
    if !service_tasks.is_whole {
        return;
    }
    if wanted.any_of(blocked::RULES) {
        judgement.unit(lookup, |judgement| blocked::judge(lookup, service_tasks, wanted, judgement));
    }
    for (_, judge) in OF_WHOLE_SERVICES.into_iter().filter(|(rule, _)| wanted.has(rule.slug)) {
        judgement.unit(lookup, |judgement| judge(lookup, service_tasks, judgement));
    }
}

/// Judges what each interface of a service must and must not have.
fn judge_interfaces<'a>(
    lookup: &Lookup<'a>,
    service_tasks: &ServiceTasks<'a>,
    wanted: Wanted<'_>,
    judgement: &mut Judgement,
) {
    let asked = |rule: &Rule, names: &BTreeSet<SecurityGroupRef>| match wanted.has(rule.slug) {
        true => names.clone(),
        false => BTreeSet::new(),
    };
    let required = asked(&security_group_missing::RULE, &service_tasks.policy.required);
    let forbidden = asked(&security_group_forbidden::RULE, &service_tasks.policy.forbidden);
    // The same for all in one VPC, and there may be thousands.
    let mut by_vpc = BTreeMap::new();
    for checked in &service_tasks.checked_interfaces {
        let about = || Unit::Task(checked.task.arn.clone());
        let demands = by_vpc.entry(&checked.interface.vpc);
        let demands = demands.or_insert_with(|| Demands::of(lookup, &checked.interface.vpc, &required, &forbidden));
        let demands = match demands {
            Ok(demands) => &*demands,
            Err(gap) => {
                judgement.abstain(about(), *gap);
                continue;
            }
        };
        let found = [
            security_group_missing::judge(lookup, service_tasks, checked, demands),
            security_group_forbidden::judge(lookup, service_tasks, checked, demands),
        ];
        for finding in found {
            let finding = judgement.keep(about, finding);
            judgement.findings.extend(finding.flatten());
        }
    }
}
