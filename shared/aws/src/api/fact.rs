//! How a fact is read.

use std::fmt::{self, Display};
use std::future::Future;

use model::call::CallError;
use model::id::ClusterArn;
use model::observation::{Answer, AwsFacts, Fact, Table};

use super::{Answers, Reply};
use crate::memory::World;
use crate::sdk::Clients;

/// A fact that AWS is asked for: its adapter.
pub trait AwsFact: Fact<Half = AwsFacts, Key: Display> {
    /// The IAM action, `ecs:DescribeTasks`. It tells the request quota too ([`crate::budget`]).
    const ACTION: &'static str;

    /// How many one request may ask for, from the service's API reference.
    const AT_MOST: usize;

    /// The cluster it is in, where a request can ask for what is in one cluster only. Then "not found" is said of the cluster,
    /// and so of everything in it.
    fn cluster(_asked: &Self::Asked) -> Option<&ClusterArn> {
        None
    }

    /// What AWS answers.
    fn from_aws(clients: &Clients, asked: &[Self::Asked]) -> impl Reply<Found<Self>>;

    /// What an account in memory answers: what a test put into its tables, if it keeps nothing else of the kind.
    fn in_memory(world: &World, asked: &[Self::Asked]) -> Found<Self> {
        Found::each(asked, |asked| Self::of(&world.facts).get(Self::key(asked)).cloned().unwrap_or(Answer::Absent))
    }
}

/// What a call found.
pub struct Found<T: Fact> {
    /// Each key with its answer; a key may be missing.
    pub answers: Answers<T::Key, T::Value>,
    /// What the call told besides.
    pub besides: Option<Besides>,
}

/// What a call told besides: it notes that.
pub type Besides = Box<dyn FnOnce(&mut AwsFacts) + Send>;

impl<T: Fact> Found<T> {
    /// Everything that was asked for, one by one.
    pub fn each(asked: &[T::Asked], answer: impl Fn(&T::Asked) -> Answer<T::Value>) -> Self {
        asked.iter().map(|asked| (T::key(asked).clone(), answer(asked))).collect::<Vec<_>>().into()
    }

    /// The same, each by a call of its own.
    ///
    /// # Errors
    /// When a call fails.
    pub async fn by<'a, F>(asked: &'a [T::Asked], call: impl Fn(&'a T::Asked) -> F) -> Result<Self, CallError>
    where
        F: Future<Output = Result<T::Value, CallError>>,
    {
        let mut answers = Vec::with_capacity(asked.len());
        for asked in asked {
            answers.push((T::key(asked).clone(), Answer::Known(call(asked).await?)));
        }
        Ok(answers.into())
    }

    /// Lists that describe their items: the items' keys are a list's answer, and each item is an answer of its own.
    pub fn describing<K, V>(lists: Answers<T::Key, Vec<(K, Answer<V>)>>) -> Self
    where
        T: Fact<Value = Vec<K>>,
        K: Ord + Clone + Send + 'static,
        V: Send + 'static,
        Table<K, V>: Fact<Key = K, Value = V, Half = AwsFacts>,
    {
        let (mut answers, mut described) = (Vec::with_capacity(lists.len()), Vec::new());
        for (of, list) in lists {
            let keys = match list {
                Answer::Known(items) => {
                    let keys = items.iter().map(|(key, _)| key.clone()).collect();
                    described.extend(items);
                    Answer::Known(keys)
                }
                Answer::Absent => Answer::Absent,
                Answer::Unread(unread) => Answer::Unread(unread),
            };
            answers.push((of, keys));
        }
        let note = move |facts: &mut AwsFacts| {
            let table = Table::<K, V>::of_mut(facts);
            described.into_iter().for_each(|(key, item)| table.insert(key, item));
        };
        Self { answers, besides: Some(Box::new(note)) }
    }
}

impl<T: Fact> From<Answers<T::Key, T::Value>> for Found<T> {
    fn from(answers: Answers<T::Key, T::Value>) -> Self {
        Self { answers, besides: None }
    }
}

impl<T: Fact<Key: fmt::Debug, Value: fmt::Debug>> fmt::Debug for Found<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found").field("answers", &self.answers).finish_non_exhaustive()
    }
}
