//! What the ledger is to remember: which live task has which target, on the port its service uses.
//!
//! Recorded when first seen and refreshed before it expires; ended when the target is seen absent or draining, so that a
//! registration that comes later needs new proof. A look that finds nothing new writes nothing.

use std::collections::BTreeMap;

use model::Timestamp;
use model::elb::Target;
use model::ledger::{OWNERSHIP_LIFETIME, OWNERSHIP_REFRESH, Ownership, OwnershipChange};

use super::group::{JudgedGroup, Member};
use crate::judgement::Judgement;

/// Compares the group's records with what was seen.
pub(crate) fn judge(now: Timestamp, group: &JudgedGroup<'_>, records: &[Ownership], judgement: &mut Judgement) {
    let known: BTreeMap<Target, &Ownership> = records.iter().map(|record| (record.target, record)).collect();
    for member in &group.members {
        for target in member.targets(group.group).filter(|target| group.has(*target)) {
            if !known.get(&target).is_some_and(|record| is_current(record, member, now)) {
                judgement.ownership.extend(record(now, group, member, target));
            }
        }
    }
    for record in records.iter().filter(|record| record.ended_at.is_none() && !group.has(record.target)) {
        judgement.ownership.push(OwnershipChange::End(group.group.arn.clone(), record.target, now));
    }
}

fn is_current(record: &Ownership, member: &Member<'_>, now: Timestamp) -> bool {
    let needs_refresh = now.checked_add(OWNERSHIP_REFRESH).is_ok_and(|soon| record.expires_at <= soon);
    record.is_current_for(&member.task.arn) && !needs_refresh
}

fn record(now: Timestamp, group: &JudgedGroup<'_>, member: &Member<'_>, target: Target) -> Option<OwnershipChange> {
    let record = Ownership {
        target,
        task: member.task.arn.clone(),
        // The old form of a service's ARN doesn't tell its cluster, and would prove nothing later.
        service: member.id.cluster.service(&member.id.name).unwrap_or_else(|_| member.service.arn.clone()),
        network_interface: member.task.interface_at(target.ip).and_then(|one| one.network_interface.clone()),
        seen_at: now,
        expires_at: now.checked_add(OWNERSHIP_LIFETIME).ok()?,
        ended_at: None,
    };
    Some(OwnershipChange::Record(group.group.arn.clone(), record))
}
