//! How long the reading will still take, by AWS's request quotas.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws::budget::{QuotaShare, Requests, Unspent};
use aws::calls::Calls;
use aws::observe::forecast;
use pipeline::Progress;
use tokio::time::Instant;

/// What is shorter isn't worth a number.
const SHORTEST: Duration = Duration::from_secs(2);

/// The requests of one account and Region: those that were sent, and those that are still to be.
#[derive(Clone)]
pub(crate) struct Pace {
    calls: Calls,
    /// By every rule, so that all is asked for that may be.
    by_every_rule: bool,
    began: Instant,
    state: Arc<Mutex<State>>,
}

/// How it is.
struct State {
    unspent: Unspent,
    sent: Requests,
    /// As many requests will have been sent when all is read, as far as it shows.
    total: Requests,
    /// What is being read.
    reading: String,
}

impl Pace {
    pub(crate) fn new(calls: &Calls, share: QuotaShare, by_every_rule: bool) -> Self {
        let (sent, total) = (Requests::default(), Requests::default());
        let state = State { unspent: Unspent::new(share), sent, total, reading: String::new() };
        Self { calls: calls.clone(), by_every_rule, began: Instant::now(), state: Arc::new(Mutex::new(state)) }
    }

    /// A round begins.
    pub(crate) fn notify(&self, progress: Progress<'_>) {
        let to_come = forecast::requests_to_come(progress.open, &progress.known.aws, self.by_every_rule);
        let total = self.sent().plus(&forecast::requests(progress.open)).plus(&to_come);
        let Progress { round, answered, open, .. } = progress;
        let reading = format!("reading, round {round}: {answered} answered, {} open", open.len());
        let mut state = self.state();
        (state.total, state.reading) = (total, reading);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sent(&self) -> Requests {
        Requests::of(&self.calls.so_far())
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut state, elapsed) = (self.state(), self.began.elapsed());
        // Once all is read the report has the count, and it begins anew.
        let sent = self.sent().at_least(&state.sent);
        state.sent = sent;
        state.unspent.update(&sent, elapsed);
        let left = state.total.minus(&sent).time(&state.unspent);
        f.write_str(if self.calls.is_waiting() { "waiting for AWS's request quota" } else { &state.reading })?;
        if left < SHORTEST {
            return Ok(());
        }
        let (elapsed, left) = (elapsed.as_secs_f64(), left.as_secs_f64());
        write!(f, ", about {left:.0} s left, {:.0} %", 100.0 * elapsed / (elapsed + left))
    }
}
