//! How the program ends: its exit status, and what is said when it can't do what it was asked for.

use std::error::Error;
use std::process::ExitCode;

use model::call::CallError;
use model::observation::Unread;
use runtime::chain::chain;

use crate::denied;

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Fine.
    Fine,
    /// A finding is at or over what was not to be reached.
    Found,
    /// The command line, a setting or the policy is wrong.
    Usage,
    /// Something could not be read.
    Unread,
    /// There was nothing to judge.
    Empty,
}

/// What a shell says of a program that was interrupted.
pub(crate) const INTERRUPTED: i32 = 130;

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        Self::from(match ending {
            Ending::Fine => 0,
            Ending::Found => 1,
            Ending::Usage => 2,
            Ending::Unread => 3,
            Ending::Empty => 4,
        })
    }
}

/// Why what was asked for was not done.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) ending: Ending,
    /// What is wrong.
    pub(crate) what: String,
    /// What can be done about it, if the error itself doesn't say.
    pub(crate) hint: Option<String>,
    /// The read that failed, if that is it.
    pub(crate) unread: Option<Box<Unread>>,
}

impl Failure {
    /// What was asked for can't be.
    pub(crate) fn usage(error: &dyn Error) -> Self {
        Self::usage_of(chain(error))
    }

    /// What was asked for can't be, in these words.
    pub(crate) fn usage_of(what: impl Into<String>) -> Self {
        Self { ending: Ending::Usage, what: what.into(), hint: None, unread: None }
    }

    /// What was named can't be looked up.
    pub(crate) fn unread(error: &dyn Error, unread: &Unread) -> Self {
        let hint = denied::hints(std::slice::from_ref(unread)).pop();
        Self { ending: Ending::Unread, what: chain(error), hint, unread: Some(Box::new(unread.clone())) }
    }

    /// AWS could not be asked, or said no.
    pub(crate) fn call(error: &CallError) -> Self {
        let (what, hint) = (chain(error), denied::hint(error));
        Self { ending: Ending::Unread, what, hint, unread: Some(Box::new(Unread::from(error))) }
    }
}
