//! What can be asked of a ledger and written to it.

use model::alert::{AlertWrite, KeptAlert, KeptEvent};
use model::call::CallError;
use model::ledger::{OwnershipChange, Pause, Refusable, Refusal, ServiceUpdate, TaskStop};
use model::observation::{Fact, LedgerFacts};

use crate::memory::Kept;
use crate::{DynamoDbLedger, Reservation};

/// The memory that passes share. Any number of them use it at once, in any number of processes.
pub trait Ledger: Send + Sync {
    /// What is remembered, if anything is. What was written before the call is in it.
    fn read<T: LedgerFact>(&self, asked: &T::Asked)
    -> impl Future<Output = Result<Option<T::Value>, CallError>> + Send;

    /// Writes what a look calls for: records first, then ends.
    ///
    /// A record takes the place of an earlier one of the same target, ended or not. An end counts only where there is
    /// a record that hasn't ended and was seen before the time of the end, so that a pass that read earlier doesn't end
    /// what a later one saw; otherwise it changes nothing, and that is success.
    ///
    /// # Errors
    ///
    /// When anything could not be written. The rest has been: what is written again is as it was.
    fn record(&self, changes: &[OwnershipChange]) -> impl Future<Output = Result<(), CallError>> + Send;

    /// Counts changes that are about to be made, and tells how many of those wanted may be: possibly none.
    ///
    /// `limit` tells how many changes a window allows, from the whole it was opened with (the targets a group had then).
    /// Over all passes together no more are granted in one window. A window that is over, or isn't there, is replaced
    /// by one opened now; nothing is written when nothing is granted.
    ///
    /// # Errors
    ///
    /// When they could not be counted: then none may be made. If it isn't known whether they were counted they are
    /// taken to be, so that a limit may be reached too early and is never exceeded.
    fn reserve(
        &self,
        reservation: &Reservation<'_>,
        limit: impl Fn(u32) -> u32 + Send + Sync,
    ) -> impl Future<Output = Result<u32, CallError>> + Send;

    /// Remembers a refusal, in place of an earlier one of the same resource.
    fn record_refusal(&self, of: &Refusable, refusal: &Refusal) -> impl Future<Output = Result<(), CallError>> + Send;

    /// Notes that a service is about to be updated, unless another update was noted since `after` was read as the latest
    /// one. Of any number of passes that read the same, one is told `true`, and the others must not update.
    ///
    /// # Errors
    ///
    /// When it isn't known whether it was noted: then the service must not be updated.
    fn begin_update(
        &self,
        update: &ServiceUpdate,
        after: Option<&ServiceUpdate>,
    ) -> impl Future<Output = Result<bool, CallError>> + Send;

    /// Notes that the service was seen updated. If another update was noted since it changes nothing, which is success.
    fn confirm_update(&self, update: &ServiceUpdate) -> impl Future<Output = Result<(), CallError>> + Send;

    /// Notes that a task is about to be stopped, unless another stop was noted for its service since `after` was read as
    /// the last one. Of any number of passes that read the same, one is told `true`, and the others must not stop.
    ///
    /// # Errors
    ///
    /// When it isn't known whether it was noted: then the task must not be stopped.
    fn begin_stop(
        &self,
        stop: &TaskStop,
        after: Option<&TaskStop>,
    ) -> impl Future<Output = Result<bool, CallError>> + Send;

    /// Pauses repairs, in place of an earlier pause.
    fn set_pause(&self, pause: &Pause) -> impl Future<Output = Result<(), CallError>> + Send;

    /// Ends the pause. Without one that is success.
    fn clear_pause(&self) -> impl Future<Output = Result<(), CallError>> + Send;
}

/// A fact that the ledger is asked for: its adapter.
pub trait LedgerFact: Fact<Half = LedgerFacts> {
    /// The IAM action of the request.
    const ACTION: &'static str;

    /// What is in the table.
    fn in_table(
        ledger: &DynamoDbLedger,
        asked: &Self::Asked,
    ) -> impl Future<Output = Result<Option<Self::Value>, CallError>> + Send;

    /// What a ledger in memory has.
    fn in_memory(kept: &Kept, asked: &Self::Asked) -> Option<Self::Value>;
}

/// Where alerts are kept, for all passes.
pub trait AlertLedger: Send + Sync {
    /// Every alert that is kept, open or not. One that can't be read is left out.
    ///
    /// What was written before the call is in it.
    fn alerts(&self) -> impl Future<Output = Result<Vec<KeptAlert>, CallError>> + Send;

    /// Writes an alert over the revision it was made from; `false`, with nothing written, if that isn't what there is.
    ///
    /// # Errors
    ///
    /// When it isn't known to be written. It may have been.
    fn write_alert(&self, write: &AlertWrite) -> impl Future<Output = Result<bool, CallError>> + Send;
}

/// Where events are kept until an event bus took them.
pub trait EventLedger: Send + Sync {
    /// Keeps events, in place of those of the same id.
    ///
    /// # Errors
    ///
    /// When any isn't known to be kept.
    fn keep_events(&self, events: &[KeptEvent]) -> impl Future<Output = Result<(), CallError>> + Send;

    /// Every event that is kept. One that can't be read is left out.
    fn kept_events(&self) -> impl Future<Output = Result<Vec<KeptEvent>, CallError>> + Send;

    /// Forgets events. One that isn't kept is no failure.
    ///
    /// # Errors
    ///
    /// When any isn't known to be forgotten.
    fn forget_events(&self, ids: &[String]) -> impl Future<Output = Result<(), CallError>> + Send;
}
