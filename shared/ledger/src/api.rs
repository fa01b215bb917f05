//! What can be asked of a ledger and written to it.

use std::time::Duration;

use model::Timestamp;
use model::call::CallError;
use model::id::TargetGroupArn;
use model::ledger::{Ownership, OwnershipChange, Pause, RemovalWindow};

/// The memory that passes share. Any number of them use it at once, in any number of processes.
pub trait Ledger: Send + Sync {
    /// Every ownership record of a target group, ended and expired ones among them: [`Ownership::proves`] tells which
    /// count. A record that can't be read proves nothing and is left out.
    ///
    /// What was written before the call is in it.
    fn owners(&self, group: &TargetGroupArn) -> impl Future<Output = Result<Vec<Ownership>, CallError>> + Send;

    /// The last window of removals opened in a target group. Whether it is over is for the reader to say.
    fn removals(&self, group: &TargetGroupArn)
    -> impl Future<Output = Result<Option<RemovalWindow>, CallError>> + Send;

    /// The pause, if repairs are paused. A pause that can't be made sense of is a pause.
    fn pause(&self) -> impl Future<Output = Result<Option<Pause>, CallError>> + Send;

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

    /// Counts removals that are about to be made, and tells how many of those wanted may be: possibly none.
    ///
    /// `limit` tells how many removals a window allows, from the number of targets the group had when it was opened.
    /// Over all passes together no more are granted in one window. A window that is over, or isn't there, is replaced
    /// by one opened now; nothing is written when nothing is granted.
    ///
    /// # Errors
    ///
    /// When they could not be counted: then none may be made. If it isn't known whether they were counted they are
    /// taken to be, so that a limit may be reached too early and is never exceeded.
    fn reserve_removals(
        &self,
        request: &RemovalRequest<'_>,
        limit: impl Fn(u32) -> u32 + Send + Sync,
    ) -> impl Future<Output = Result<u32, CallError>> + Send;

    /// Pauses repairs, in place of an earlier pause.
    fn set_pause(&self, pause: &Pause) -> impl Future<Output = Result<(), CallError>> + Send;

    /// Ends the pause. Without one that is success.
    fn clear_pause(&self) -> impl Future<Output = Result<(), CallError>> + Send;
}

/// Removals that a pass wants to make in one target group.
#[derive(Debug, Clone, Copy)]
pub struct RemovalRequest<'a> {
    /// The target group.
    pub group: &'a TargetGroupArn,
    /// How many it wants to make.
    pub wanted: u32,
    /// Targets in the group now: what a percentage is of, if this opens a window.
    pub targets: u32,
    /// How long a window lasts.
    pub window: Duration,
    /// The time of the request, not that of the look before it: a window opened in the past would end too soon.
    pub now: Timestamp,
}
