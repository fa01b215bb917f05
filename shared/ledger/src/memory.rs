//! A ledger in this process, for tests and simulations.
//!
//! Any number of tasks and threads may use it at once, and what holds for the table holds for it. Nothing in it expires
//! by itself: DynamoDB deletes late, and readers must cope.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::Timestamp;
use model::alert::{AlertKey, AlertWrite, KeptAlert, KeptEvent};
use model::call::CallError;
use model::elb::Target;
use model::id::TargetGroupArn;
use model::ledger::{Limited, Ownership, OwnershipChange, Pause, Refusable, Refusal, ServiceUpdate, TaskStop, Window};
use model::scope::ServiceId;

use crate::changes::Changes;
use crate::window::Grant;
use crate::{AlertLedger, EventLedger, Ledger, LedgerFact, Reservation};

/// A ledger that lives as long as the process. It never fails.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    kept: Mutex<Kept>,
}

/// What it keeps.
#[derive(Debug, Default)]
pub struct Kept {
    pub(crate) owners: BTreeMap<TargetGroupArn, BTreeMap<Target, Ownership>>,
    pub(crate) windows: BTreeMap<Limited, Window>,
    pub(crate) refusals: BTreeMap<Refusable, BTreeMap<String, Refusal>>,
    pub(crate) latest_update: Option<ServiceUpdate>,
    pub(crate) updates: BTreeMap<ServiceId, ServiceUpdate>,
    pub(crate) stops: BTreeMap<ServiceId, TaskStop>,
    pub(crate) pause: Option<Pause>,
    alerts: BTreeMap<AlertKey, KeptAlert>,
    events: BTreeMap<String, KeptEvent>,
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
    async fn read<T: LedgerFact>(&self, asked: &T::Asked) -> Result<Option<T::Value>, CallError> {
        Ok(T::in_memory(&self.kept(), asked))
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

    async fn reserve(
        &self,
        reservation: &Reservation<'_>,
        limit: impl Fn(u32) -> u32 + Send + Sync,
    ) -> Result<u32, CallError> {
        let mut kept = self.kept();
        let counted = kept.windows.get(reservation.what).copied();
        let Some(grant) = Grant::of(counted, reservation, limit) else { return Ok(0) };
        kept.windows.insert(reservation.what.clone(), grant.window);
        Ok(grant.changes)
    }

    async fn record_refusal(&self, of: &Refusable, refusal: &Refusal) -> Result<(), CallError> {
        let refusal = Refusal { expires_at: whole_seconds(refusal.expires_at), ..refusal.clone() };
        self.kept().refusals.entry(of.clone()).or_default().insert(refusal.resource.clone(), refusal);
        Ok(())
    }

    async fn begin_update(&self, update: &ServiceUpdate, after: Option<&ServiceUpdate>) -> Result<bool, CallError> {
        let mut kept = self.kept();
        let is_latest = same(kept.latest_update.as_ref(), after, |one| (&one.service, one.at));
        if is_latest {
            kept.latest_update = Some(update.clone());
            kept.updates.insert(update.service.clone(), update.clone());
        }
        Ok(is_latest)
    }

    async fn confirm_update(&self, update: &ServiceUpdate) -> Result<(), CallError> {
        let mut kept = self.kept();
        if let Some(noted) = kept.updates.get_mut(&update.service).filter(|noted| noted.at == update.at) {
            noted.confirmed = true;
        }
        Ok(())
    }

    async fn begin_stop(&self, stop: &TaskStop, after: Option<&TaskStop>) -> Result<bool, CallError> {
        let mut kept = self.kept();
        let is_last = same(kept.stops.get(&stop.service), after, |one| (&one.task, one.at));
        if is_last {
            kept.stops.insert(stop.service.clone(), stop.clone());
        }
        Ok(is_last)
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

impl AlertLedger for MemoryLedger {
    async fn alerts(&self) -> Result<Vec<KeptAlert>, CallError> {
        Ok(self.kept().alerts.values().cloned().collect())
    }

    async fn write_alert(&self, write: &AlertWrite) -> Result<bool, CallError> {
        let mut kept = self.kept();
        if kept.alerts.get(&write.alert.key).map(|kept| kept.revision) != write.over {
            return Ok(false);
        }
        let revision = write.over.map_or(1, |over| over + 1);
        kept.alerts.insert(write.alert.key.clone(), KeptAlert { alert: write.alert.clone(), revision });
        Ok(true)
    }
}

impl EventLedger for MemoryLedger {
    async fn keep_events(&self, events: &[KeptEvent]) -> Result<(), CallError> {
        self.kept().events.extend(events.iter().map(|event| (event.id.clone(), event.clone())));
        Ok(())
    }

    async fn kept_events(&self) -> Result<Vec<KeptEvent>, CallError> {
        Ok(self.kept().events.values().cloned().collect())
    }

    async fn forget_events(&self, ids: &[String]) -> Result<(), CallError> {
        let mut kept = self.kept();
        ids.iter().for_each(|id| drop(kept.events.remove(id)));
        Ok(())
    }
}

/// The record as the table would give it back: its time to live is in whole seconds.
fn stored(record: &Ownership) -> Ownership {
    Ownership { expires_at: whole_seconds(record.expires_at), ..record.clone() }
}

fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

/// Is what is noted what was read, by what tells one from another?
fn same<'a, T, K: PartialEq>(noted: Option<&'a T>, read: Option<&'a T>, by: impl Fn(&'a T) -> K) -> bool {
    noted.map(&by) == read.map(&by)
}

#[cfg(test)]
mod tests;
