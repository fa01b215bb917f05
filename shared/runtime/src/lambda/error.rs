//! Why an invocation as a whole comes to nothing.

use lambda_runtime::Diagnostic;
use model::call::CallError;

use crate::chain::chain;
use crate::home::HomeError;
use crate::incoming::IncomingError;
use crate::request::ScopeError;

/// Why an invocation as a whole comes to nothing. A message of a batch never is the cause.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    /// The function doesn't know where it is.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The input is of no use.
    #[error(transparent)]
    Incoming(#[from] IncomingError),
    /// What the request names can't be found.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// No time was left to begin.
    #[error("no time was left to begin: give the function more")]
    OutOfTime,
    /// The answer is larger than Lambda takes, and is not cut off.
    #[error("the report has {0} bytes, more than Lambda takes as an answer: ask for less at a time")]
    TooLarge(usize),
    /// Something this function needs besides the account can't be had.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Another function is to be asked for it.
    #[error("this function makes no page: ask the audit for format html, or this one for json or text")]
    NoPage,
    /// The answer can't be written.
    #[error("the answer can't be written")]
    Unwritable(#[from] serde_json::Error),
}

impl HandlerError {
    /// A name that stays the same, for whoever counts errors.
    const fn name(&self) -> &'static str {
        match self {
            Self::Home(_) => "EcsNlbGuard.UnknownHome",
            Self::Incoming(_) => "EcsNlbGuard.BadInput",
            Self::Scope(ScopeError::Unmatched(_)) => "EcsNlbGuard.NothingMatches",
            Self::Scope(ScopeError::Unread(_)) => "EcsNlbGuard.Unread",
            Self::OutOfTime => "EcsNlbGuard.OutOfTime",
            Self::TooLarge(_) => "EcsNlbGuard.ReportTooLarge",
            Self::Call(_) => "EcsNlbGuard.CallFailed",
            Self::NoPage => "EcsNlbGuard.NoPage",
            Self::Unwritable(_) => "EcsNlbGuard.AnswerUnwritable",
        }
    }
}

impl From<HandlerError> for Diagnostic {
    /// Lambda shows it to whoever invoked the function; here it is logged, once.
    fn from(error: HandlerError) -> Self {
        let diagnostic = Self { error_type: error.name().to_owned(), error_message: chain(&error) };
        tracing::error!(error.type = error.name(), "{}", diagnostic.error_message);
        diagnostic
    }
}
