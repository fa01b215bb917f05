//! A ledger in this process, for tests and simulations.
//!
//! Any number of tasks and threads may use it at once, and what holds for the table holds for it. Nothing in it expires
//! by itself: DynamoDB deletes late, and readers must cope.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::Timestamp;
use model::call::CallError;
use model::elb::Target;
use model::id::TargetGroupArn;
use model::ledger::{Ownership, OwnershipChange, Pause, RemovalWindow};

use crate::changes::Changes;
use crate::window::Grant;
use crate::{Ledger, RemovalRequest};

/// A ledger that lives as long as the process. It never fails.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    owners: BTreeMap<TargetGroupArn, BTreeMap<Target, Ownership>>,
    removals: BTreeMap<TargetGroupArn, RemovalWindow>,
    pause: Option<Pause>,
}

impl MemoryLedger {
    /// An empty ledger.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Nobody panics halfway through a change, so what a thread that panicked left behind is whole.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger for MemoryLedger {
    async fn owners(&self, group: &TargetGroupArn) -> Result<Vec<Ownership>, CallError> {
        Ok(self.kept().owners.get(group).into_iter().flat_map(BTreeMap::values).cloned().collect())
    }

    async fn removals(&self, group: &TargetGroupArn) -> Result<Option<RemovalWindow>, CallError> {
        Ok(self.kept().removals.get(group).copied())
    }

    async fn pause(&self) -> Result<Option<Pause>, CallError> {
        Ok(self.kept().pause.clone())
    }

    async fn record(&self, changes: &[OwnershipChange]) -> Result<(), CallError> {
        let changes = Changes::of(changes);
        let mut kept = self.kept();
        for ((group, target), record) in changes.records {
            kept.owners.entry(group.clone()).or_default().insert(target, stored(record));
        }
        for ((group, target), at) in changes.ends {
            let record = kept.owners.get_mut(group).and_then(|records| records.get_mut(&target));
            if let Some(record) = record.filter(|record| record.ended_at.is_none() && record.seen_at < at) {
                record.ended_at = Some(at);
            }
        }
        Ok(())
    }

    async fn reserve_removals(
        &self,
        request: &RemovalRequest<'_>,
        limit: impl Fn(u32) -> u32 + Send + Sync,
    ) -> Result<u32, CallError> {
        let mut kept = self.kept();
        let counted = kept.removals.get(request.group).copied();
        let Some(grant) = Grant::of(counted, request, limit) else { return Ok(0) };
        kept.removals.insert(request.group.clone(), grant.window);
        Ok(grant.removals)
    }

    async fn set_pause(&self, pause: &Pause) -> Result<(), CallError> {
        self.kept().pause = Some(pause.clone());
        Ok(())
    }

    async fn clear_pause(&self) -> Result<(), CallError> {
        self.kept().pause = None;
        Ok(())
    }
}

/// The record as the table would give it back: its time to live is in whole seconds.
fn stored(record: &Ownership) -> Ownership {
    let expires_at = Timestamp::from_second(record.expires_at.as_second()).unwrap_or(record.expires_at);
    Ownership { expires_at, ..record.clone() }
}

#[cfg(test)]
mod tests;
