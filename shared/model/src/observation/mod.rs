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
mod remembered;
mod table;
mod task_list;

pub use fact::{All, Fact};
pub use facts::{AwsFacts, AwsQuestions, LedgerFacts, LedgerQuestions, Question};
pub use lookup::{Gap, Lookup};
pub use remembered::{Memory, Remembered, SteadyFact};
pub use table::Table;
pub use task_list::{Desired, TaskList};

use std::collections::BTreeMap;
use std::fmt;

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
    /// AWS's code and message, or why it can't be known.
    pub error: String,
    /// What kind of gap it is.
    #[serde(default)]
    pub kind: UnreadKind,
    /// AWS's error code, if AWS refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// Why something isn't known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnreadKind {
    /// Too many requests, even after retries.
    Throttled,
    /// A timeout, a broken connection, a 5xx, an answer that leaves it out: it may go through later.
    #[default]
    Transient,
    /// A permission is missing.
    Denied,
    /// AWS's answer, or its refusal, makes no sense to this program: it won't change by asking again.
    Permanent,
    /// It wasn't asked: no time was left.
    NotAsked,
    /// There is no ledger to ask. Nothing is wrong, but what rests on it is withheld.
    NoLedger,
    /// Everything was read, and two answers contradict each other: read again, they may agree.
    Contradictory,
    /// Everything was read, and still nobody can say. Asking again won't help.
    Undecidable,
}

impl UnreadKind {
    /// Did a call fail, or was none made? Else everything was read, and isn't enough.
    #[must_use]
    pub const fn is_of_a_call(self) -> bool {
        !matches!(self, Self::NoLedger | Self::Contradictory | Self::Undecidable)
    }

    /// May it be known if it is asked again?
    #[must_use]
    pub const fn may_pass(self) -> bool {
        !matches!(self, Self::Permanent | Self::NoLedger | Self::Undecidable)
    }
}

impl Unread {
    /// What can't be known, though everything was read; `operation` is the IAM action of the answer it would be in.
    #[must_use]
    pub fn beyond_answers(kind: UnreadKind, operation: &str, resource: String, why: String) -> Self {
        Self { resource, operation: operation.to_owned(), error: why, kind, code: None }
    }
}

/// What failed, or what can't be known: `ecs:DescribeTasks on t1: ThrottlingException: slow down`.
impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind.is_of_a_call() {
            true => write!(f, "{} on {}: {}", self.operation, self.resource, self.error),
            false => write!(f, "{}: {}", self.resource, self.error),
        }
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
    /// Which of AWS's answers weren't read now but are remembered, and when each was read.
    pub remembered: BTreeMap<Question, Timestamp>,
}

impl Observation {
    /// Nothing read yet.
    #[must_use]
    pub fn new(at: Timestamp, account: AccountId, region: Region) -> Self {
        Self {
            at,
            account,
            region,
            aws: AwsFacts::default(),
            ledger: LedgerFacts::default(),
            remembered: BTreeMap::new(),
        }
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
        self.remembered.remove(question);
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
