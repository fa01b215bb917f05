//! The ledger: the product's own in memory, behind calls that fail and lose their answers.

use std::sync::Arc;

use ledger::memory::MemoryLedger;
use ledger::{Ledger, LedgerFact, Reservation};
use model::call::CallError;
use model::ledger::{Limited, OwnershipChange, Pause, Refusable, Refusal, ServiceUpdate, TaskStop};
use model::observation::Question;

use crate::account::SimAccount;
use crate::planted::Bug;
use crate::record::Grant;
use crate::time::{MINUTE, moment};

/// The ledger, as one function sees it.
#[derive(Debug)]
pub(crate) struct SimLedger {
    pub(crate) kept: Arc<MemoryLedger>,
    pub(crate) calls: SimAccount,
}

impl Ledger for SimLedger {
    async fn read<T: LedgerFact>(&self, asked: &T::Asked) -> Result<Option<T::Value>, CallError> {
        let is_window = matches!(T::question(asked.clone()), Question::Window(_));
        if is_window && self.calls.bug == Some(Bug::LimitPerPass) {
            return Ok(None);
        }
        let read = async || {
            let mut kept = self.kept.read::<T>(asked).await?;
            self.calls.plant_in_ledger(asked, &mut kept);
            Ok(kept)
        };
        self.calls.through(T::ACTION, read).await
    }

    async fn record(&self, changes: &[OwnershipChange]) -> Result<(), CallError> {
        let record = async || {
            self.kept.record(changes).await?;
            let mut sim = self.calls.world.sim();
            for change in changes {
                if let OwnershipChange::Record(group, record) = change {
                    let saw = sim.record.ledger_saw.entry((group.clone(), record.target)).or_default();
                    saw.insert(record.task.clone());
                }
            }
            Ok(())
        };
        self.calls.through("dynamodb:BatchWriteItem", record).await
    }

    async fn reserve(
        &self,
        reservation: &Reservation<'_>,
        limit: impl Fn(u32) -> u32 + Send + Sync,
    ) -> Result<u32, CallError> {
        let fresh = MemoryLedger::new();
        let kept = if self.calls.bug == Some(Bug::LimitPerPass) { &fresh } else { &*self.kept };
        let counted = async || {
            let granted = kept.reserve(reservation, &limit).await?;
            let mut sim = self.calls.world.sim();
            // A window opens when it is asked for, not when the ledger gets round to it.
            let (at, now) = (moment(reservation.now), sim.now);
            if granted > 0 {
                let targets = match reservation.what {
                    Limited::Removals(group) => sim.record.most_targets(group, now - 2 * MINUTE),
                    _ => 0,
                };
                let many = usize::try_from(granted).unwrap_or(usize::MAX);
                let grant = Grant { at, actor: self.calls.actor, what: reservation.what.clone(), many, targets };
                sim.record.grants.push(grant);
            }
            Ok(granted)
        };
        self.calls.through("dynamodb:UpdateItem", counted).await
    }

    async fn record_refusal(&self, of: &Refusable, refusal: &Refusal) -> Result<(), CallError> {
        self.calls.through("dynamodb:PutItem", || self.kept.record_refusal(of, refusal)).await
    }

    async fn begin_update(&self, update: &ServiceUpdate, after: Option<&ServiceUpdate>) -> Result<bool, CallError> {
        self.calls.through("dynamodb:TransactWriteItems", || self.kept.begin_update(update, after)).await
    }

    async fn confirm_update(&self, update: &ServiceUpdate) -> Result<(), CallError> {
        self.calls.through("dynamodb:TransactWriteItems", || self.kept.confirm_update(update)).await
    }

    async fn begin_stop(&self, stop: &TaskStop, after: Option<&TaskStop>) -> Result<bool, CallError> {
        self.calls.through("dynamodb:PutItem", || self.kept.begin_stop(stop, after)).await
    }

    async fn set_pause(&self, pause: &Pause) -> Result<(), CallError> {
        self.kept.set_pause(pause).await
    }

    async fn clear_pause(&self) -> Result<(), CallError> {
        self.kept.clear_pause().await
    }
}
