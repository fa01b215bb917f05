//! When answers come too late.
//!
//! A pass has until shortly before its Lambda function is cut off. A call still under way then is given up, wherever it
//! is: waiting for the budget, between two attempts, reading a page. Clients that must still work after a pass's deadline,
//! to hand on what it could not do, simply don't use it.

use std::future::Future;
use std::time::Duration;

use model::Timestamp;
use model::call::{CallError, CallErrorKind};
use tokio::time::{Instant, timeout_at};

/// A point in time after which no answer is waited for, or none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// Answers may take as long as they take.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// This long from now.
    #[must_use]
    pub fn after(time: Duration) -> Self {
        Self(Instant::now().checked_add(time))
    }

    /// At this time by a clock that says `now`.
    #[must_use]
    pub fn at(time: Timestamp, now: Timestamp) -> Self {
        Self::after(Duration::try_from(time.duration_since(now)).unwrap_or_default())
    }

    /// The outcome of a call, if it comes in time.
    ///
    /// # Errors
    /// The call's own, and [`CallErrorKind::OutOfTime`] at the deadline. Nothing is sent once it has passed; a change that
    /// was under way may have been made.
    pub async fn within<T>(
        &self,
        operation: &'static str,
        resource: &str,
        call: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let Some(at) = self.0 else { return call.await };
        let out_of_time = || CallError {
            operation,
            resource: resource.to_owned(),
            kind: CallErrorKind::OutOfTime,
            code: None,
            message: "no time was left in this pass".to_owned(),
        };
        // timeout_at polls the call before it looks at the clock.
        if Instant::now() >= at {
            return Err(out_of_time());
        }
        timeout_at(at, call).await.unwrap_or_else(|_elapsed| Err(out_of_time()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
    }

    #[test]
    fn a_call_that_never_answers_is_given_up() {
        let error = run(async {
            let deadline = Deadline::after(Duration::from_millis(20));
            deadline.within("ecs:DescribeTasks", "prod", std::future::pending::<Result<(), _>>()).await
        });
        let error = error.unwrap_err();
        assert_eq!(error.kind, CallErrorKind::OutOfTime);
        assert_eq!(error.operation, "ecs:DescribeTasks");
    }

    #[test]
    fn nothing_is_sent_after_the_deadline() {
        let sent = AtomicBool::new(false);
        let outcome = run(async {
            let call = async {
                sent.store(true, Ordering::Relaxed);
                Ok(())
            };
            Deadline::after(Duration::ZERO).within("ecs:ListTasks", "prod", call).await
        });
        assert_eq!(outcome.unwrap_err().kind, CallErrorKind::OutOfTime);
        assert!(!sent.load(Ordering::Relaxed));
    }
}
