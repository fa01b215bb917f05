//! What a pass has to work with.

use std::collections::BTreeSet;

use aws::Account;
use futures::join;
use ledger::Ledger;
use model::observation::{Observation, Question};

use crate::ports::{Clock, LookQueue};

/// What a pass has to work with.
pub trait Environment: Sync {
    /// What the account is asked by.
    type Account: Account;
    /// What remembers between passes.
    type Ledger: Ledger;
    /// Where looks to come are left.
    type Queue: LookQueue;
    /// What tells the time.
    type Clock: Clock;

    /// The account.
    fn account(&self) -> &Self::Account;

    /// The ledger, if there is one.
    fn ledger(&self) -> Option<&Self::Ledger>;

    /// The function's own queue, if it has one.
    fn queue(&self) -> Option<&Self::Queue>;

    /// The clock.
    fn clock(&self) -> &Self::Clock;
}

/// An environment put together from its parts.
#[derive(Debug)]
pub struct EnvironmentParts<'a, A, L, Q, C> {
    /// The account.
    pub account: &'a A,
    /// The ledger, if there is one.
    pub ledger: Option<&'a L>,
    /// The function's own queue, if it has one.
    pub queue: Option<&'a Q>,
    /// The clock.
    pub clock: &'a C,
}

impl<A: Account, L: Ledger, Q: LookQueue, C: Clock> Environment for EnvironmentParts<'_, A, L, Q, C> {
    type Account = A;
    type Ledger = L;
    type Queue = Q;
    type Clock = C;

    fn account(&self) -> &A {
        self.account
    }

    fn ledger(&self) -> Option<&L> {
        self.ledger
    }

    fn queue(&self) -> Option<&Q> {
        self.queue
    }

    fn clock(&self) -> &C {
        self.clock
    }
}

/// Has every question answered, those for AWS and those for the ledger side by side.
pub(crate) async fn answer<E: Environment>(
    environment: &E,
    questions: &BTreeSet<Question>,
    observation: &mut Observation,
) {
    let Observation { aws, ledger, .. } = observation;
    let ask_ledger = async {
        match environment.ledger() {
            Some(kept) => ledger::answer(kept, questions, ledger).await,
            None => ledger::answer_without_ledger(questions, ledger),
        }
    };
    join!(aws::observe::answer(environment.account(), questions, aws), ask_ledger);
}
