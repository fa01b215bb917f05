//! What was read: answers to questions, each known, absent or unread.
//!
//! Rules don't fetch and don't know what was fetched. They ask a [`Lookup`]; what it can't answer yet becomes a
//! [`Question`] for the next round of reading, and what could not be read makes the rule abstain. So nothing is read
//! that no rule asked for, everything asked in one round is fetched in the largest batches, and a failed look-up can
//! never pass for "there is none".

#[macro_use]
mod declare;
mod fact;
mod facts;
mod lookup;
mod table;
mod task_list;

pub use fact::{All, Fact};
pub use facts::{AwsFacts, AwsQuestions, LedgerFacts, LedgerQuestions, Question};
pub use lookup::{Gap, Lookup};
pub use table::Table;
pub use task_list::{Desired, TaskList};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, Region};

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    /// Read.
    Known(T),
    /// Read, and there is none: AWS said so.
    Absent,
    /// Not read. Says nothing about what there is.
    Unread(Unread),
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unread {
    /// What was looked at.
    pub resource: String,
    /// The IAM action: `ecs:DescribeTasks`.
    pub operation: String,
    /// AWS's code and message.
    pub error: String,
    /// What kind of failure it was.
    #[serde(skip, default = "UnreadKind::transient")]
    pub kind: UnreadKind,
}

/// Why something could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnreadKind {
    /// Throttled, a timeout, a broken connection, a 5xx: it may go through later.
    Transient,
    /// A permission is missing.
    Denied,
    /// AWS's answer, or its refusal, makes no sense to this program: it won't change by asking again.
    Permanent,
    /// No time was left to ask.
    OutOfTime,
    /// There is no ledger to ask. Nothing is wrong, but what rests on it is withheld.
    NoLedger,
}

impl UnreadKind {
    const fn transient() -> Self {
        Self::Transient
    }
}

/// Everything read in one pass, and what could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// When reading began: "now" for every judgement.
    pub at: Timestamp,
    /// The account looked at.
    pub account: AccountId,
    /// The Region looked at.
    pub region: Region,
    /// What AWS says.
    pub aws: AwsFacts,
    /// What the ledger remembers.
    pub ledger: LedgerFacts,
}

impl Observation {
    /// Nothing read yet.
    #[must_use]
    pub fn new(at: Timestamp, account: AccountId, region: Region) -> Self {
        Self { at, account, region, aws: AwsFacts::default(), ledger: LedgerFacts::default() }
    }

    /// Everything that could not be read, each once. The absence of a ledger isn't a failure.
    #[must_use]
    pub fn unread(&self) -> Vec<&Unread> {
        let mut all = self.aws.unread();
        all.extend(self.ledger.unread());
        all.retain(|unread| unread.kind != UnreadKind::NoLedger);
        all.sort();
        all.dedup();
        all
    }

    /// Notes that a question could not be answered.
    pub fn leave_unread(&mut self, question: &Question, unread: Unread) {
        self.aws.leave_unread(question, unread.clone());
        self.ledger.leave_unread(question, unread);
    }

    /// Forgets an answer, so that it is asked again.
    pub fn forget(&mut self, question: &Question) {
        self.aws.forget(question);
        self.ledger.forget(question);
        match question {
            // The subnet's list tells of it too.
            Question::Interface { subnet: Some(subnet), .. } => self.aws.interfaces.forget(subnet),
            // The list tells of it too.
            Question::ScalableTarget(_) => self.aws.scalable_targets.forget(&All),
            _ => {}
        }
    }
}

impl<T> Answer<T> {
    /// The failure, if it was one.
    #[must_use]
    pub const fn unread(&self) -> Option<&Unread> {
        match self {
            Self::Unread(unread) => Some(unread),
            _ => None,
        }
    }

    /// What was read, if anything.
    #[must_use]
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }
}
