//! What a list of ownership changes comes to: at most one record and one end for each target.

use std::collections::BTreeMap;

use model::Timestamp;
use model::elb::Target;
use model::id::TargetGroupArn;
use model::ledger::{Ownership, OwnershipChange};

/// A target in its group.
pub(crate) type TargetKey<'a> = (&'a TargetGroupArn, Target);

/// Changes, with those that others of them overtake left out.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Changes<'a> {
    /// Of several records of one target, the one seen last.
    pub(crate) records: BTreeMap<TargetKey<'a>, &'a Ownership>,
    /// Of several ends of one target, the latest. They are written after the records.
    pub(crate) ends: BTreeMap<TargetKey<'a>, Timestamp>,
}

impl<'a> Changes<'a> {
    /// Sorts changes out.
    pub(crate) fn of(changes: &'a [OwnershipChange]) -> Self {
        let mut all = Self::default();
        for change in changes {
            match change {
                OwnershipChange::Record(group, record) => {
                    let kept = all.records.entry((group, record.target)).or_insert(record);
                    if record.seen_at >= kept.seen_at {
                        *kept = record;
                    }
                }
                OwnershipChange::End(group, target, at) => {
                    let kept = all.ends.entry((group, *target)).or_insert(*at);
                    *kept = (*kept).max(*at);
                }
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{at, group, record, target};

    #[test]
    fn of_several_changes_of_one_target_the_latest_counts() {
        let (ip, group) = ("10.0.0.1", group());
        let changes = [
            OwnershipChange::End(group.clone(), target(ip), at(5)),
            OwnershipChange::Record(group.clone(), record(ip, 3)),
            OwnershipChange::Record(group.clone(), record(ip, 2)),
            OwnershipChange::End(group.clone(), target(ip), at(4)),
        ];
        let latest = record(ip, 3);
        let expected = Changes {
            records: BTreeMap::from([((&group, target(ip)), &latest)]),
            ends: BTreeMap::from([((&group, target(ip)), at(5))]),
        };
        assert_eq!(Changes::of(&changes), expected);
    }
}
