//! A kind of fact.

use std::fmt;

use super::{Question, Table};

/// A kind of fact: the table its answers are kept in. All of them are listed in `facts.rs`.
pub trait Fact: Sized + Send + Sync + 'static {
    /// What an answer is about.
    type Key: Ord + Clone + Send + Sync + 'static;
    /// What is known.
    type Value: Clone + Send + Sync + 'static;
    /// The key, after what a call needs beside it.
    type Asked: Ord + Clone + Send + Sync + 'static;
    /// The half of the observation that has the table.
    type Half;

    /// The table.
    fn of(facts: &Self::Half) -> &Table<Self::Key, Self::Value>;

    /// The table, to change.
    fn of_mut(facts: &mut Self::Half) -> &mut Table<Self::Key, Self::Value>;

    /// What the answer to this is about.
    fn key(asked: &Self::Asked) -> &Self::Key;

    /// The question.
    fn question(asked: Self::Asked) -> Question;
}

/// What an answer is about that is one for the whole account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct All;

impl fmt::Display for All {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("all")
    }
}
