//! Finding what a request names, in the account.

use aws::Account;
use jiff::Timestamp;
use model::observation::{Observation, Unread};
use model::scope::Scope;

use super::{Patterns, UnmatchedError, resolve};
use crate::home::Home;

/// Why what a request names can't be found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// There is no such thing.
    #[error(transparent)]
    Unmatched(#[from] UnmatchedError),
    /// Whether there is can't be read.
    #[error("what the request names can't be looked up: {0}")]
    Unread(Unread),
}

/// The scope that `patterns` stand for.
///
/// # Errors
/// When a name matches nothing, or what it may match can't be read.
pub async fn look_up<A: Account>(
    patterns: &Patterns,
    account: &A,
    home: &Home,
    now: Timestamp,
) -> Result<Scope, ScopeError> {
    let mut observation = Observation::new(now, home.account.clone(), home.region.clone());
    let resolved = aws::observe::ask(account, &mut observation, |lookup| resolve(patterns, lookup)).await;
    Ok(resolved.map_err(ScopeError::Unread)??)
}
