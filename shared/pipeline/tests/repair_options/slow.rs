//! A ledger, a queue and a clock for passes that run side by side: each answer of the ledger takes a turn, so that another pass can
//! get in between.

use std::sync::Mutex;
use std::time::Duration;

use ledger::memory::MemoryLedger;
use ledger::{Ledger, LedgerFact, Reservation};
use model::Timestamp;
use model::call::CallError;
use model::ledger::{OwnershipChange, Pause, Refusable, Refusal, ServiceUpdate, TaskStop};
use pipeline::ports::{Clock, DelayedLook, LookQueue};
use tokio::task::yield_now;

/// A ledger whose every answer takes a turn.
#[derive(Debug, Default)]
pub(crate) struct SlowLedger(MemoryLedger);

macro_rules! slowly {
    ($ledger:ident . $call:ident ( $($argument:expr),* )) => {{
        yield_now().await;
        let answer = $ledger.0.$call($($argument),*).await;
        yield_now().await;
        answer
    }};
}

impl Ledger for SlowLedger {
    async fn read<T: LedgerFact>(&self, asked: &T::Asked) -> Result<Option<T::Value>, CallError> {
        yield_now().await;
        let answer = self.0.read::<T>(asked).await;
        yield_now().await;
        answer
    }

    async fn record(&self, changes: &[OwnershipChange]) -> Result<(), CallError> {
        slowly!(self.record(changes))
    }

    async fn reserve(
        &self,
        reservation: &Reservation<'_>,
        limit: impl Fn(u32) -> u32 + Send + Sync,
    ) -> Result<u32, CallError> {
        slowly!(self.reserve(reservation, limit))
    }

    async fn record_refusal(&self, of: &Refusable, refusal: &Refusal) -> Result<(), CallError> {
        slowly!(self.record_refusal(of, refusal))
    }

    async fn begin_update(&self, update: &ServiceUpdate, after: Option<&ServiceUpdate>) -> Result<bool, CallError> {
        slowly!(self.begin_update(update, after))
    }

    async fn confirm_update(&self, update: &ServiceUpdate) -> Result<(), CallError> {
        slowly!(self.confirm_update(update))
    }

    async fn begin_stop(&self, stop: &TaskStop, after: Option<&TaskStop>) -> Result<bool, CallError> {
        slowly!(self.begin_stop(stop, after))
    }

    async fn set_pause(&self, pause: &Pause) -> Result<(), CallError> {
        slowly!(self.set_pause(pause))
    }

    async fn clear_pause(&self) -> Result<(), CallError> {
        slowly!(self.clear_pause())
    }
}

/// Keeps looks until they are taken.
#[derive(Debug, Default)]
pub(crate) struct LookHistory(Mutex<Vec<DelayedLook>>);

impl LookHistory {
    /// Takes the looks that are due.
    pub(crate) fn due(&self, now: Timestamp) -> Vec<DelayedLook> {
        let mut kept = self.0.lock().expect("nobody panicked");
        let (due, rest) = kept.drain(..).partition(|look| look.not_before <= now);
        *kept = rest;
        due
    }
}

impl LookQueue for LookHistory {
    async fn send(&self, looks: Vec<DelayedLook>, _: Timestamp) -> Vec<(DelayedLook, CallError)> {
        self.0.lock().expect("nobody panicked").extend(looks);
        Vec::new()
    }
}

/// Time that passes when the story says.
#[derive(Debug)]
pub(crate) struct StoryClock(pub(crate) Mutex<Timestamp>);

impl Clock for StoryClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("nobody panicked")
    }

    async fn sleep(&self, duration: Duration) {
        let mut now = self.0.lock().expect("nobody panicked");
        *now += duration;
    }
}
