//! Answers to one kind of question, by what was asked about.

use std::collections::BTreeMap;
use std::fmt;
use std::iter::from_fn;
use std::ops::Index;
use std::sync::Arc;

use super::{Answer, Unread};

/// What was read of one kind, by key. A key that isn't in it wasn't asked about, or was forgotten.
///
/// A clone shares what was read so far: an observation is taken over with a few answers forgotten for the price of those few.
#[derive(Clone)]
pub struct Table<K, V> {
    /// Not changed while it is shared.
    read: Arc<BTreeMap<K, Answer<V>>>,
    /// What has changed since it was shared; nothing where an answer was forgotten.
    since: BTreeMap<K, Option<Answer<V>>>,
    /// How many answers there are.
    len: usize,
}

impl<K: Ord, V> Table<K, V> {
    /// The answer about this key.
    pub fn get(&self, key: &K) -> Option<&Answer<V>> {
        self.since.get(key).map_or_else(|| self.read.get(key), Option::as_ref)
    }

    /// The answer about this key, to change.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut Answer<V>>
    where
        K: Clone,
        V: Clone,
    {
        if !self.since.contains_key(key) {
            let answer = self.read.get(key)?.clone();
            self.since.insert(key.clone(), Some(answer));
        }
        self.since.get_mut(key)?.as_mut()
    }

    /// What is known about this key.
    pub fn known(&self, key: &K) -> Option<&V> {
        self.get(key)?.known()
    }

    /// Was this key asked about?
    pub fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// Notes an answer, in place of an earlier one.
    pub fn insert(&mut self, key: K, answer: Answer<V>) {
        let is_new = match Arc::get_mut(&mut self.read) {
            Some(read) => {
                let changed = self.since.remove(&key);
                let was_read = read.insert(key, answer).is_some();
                changed.map_or(!was_read, |changed| changed.is_none())
            }
            None => {
                let was_read = self.read.contains_key(&key);
                self.since.insert(key, Some(answer)).map_or(!was_read, |changed| changed.is_none())
            }
        };
        self.len += usize::from(is_new);
    }

    /// Forgets an answer, so that it is asked again.
    pub fn forget(&mut self, key: &K)
    where
        K: Clone,
    {
        self.len -= usize::from(self.contains_key(key));
        self.since.remove(key);
        if let Some(read) = Arc::get_mut(&mut self.read) {
            read.remove(key);
        } else if self.read.contains_key(key) {
            self.since.insert(key.clone(), None);
        }
    }

    /// Every answer, in the keys' order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &Answer<V>)> {
        let as_read = self.read.iter().filter(|(key, _)| self.since.is_empty() || !self.since.contains_key(key));
        let changed = self.since.iter().filter_map(|(key, answer)| Some((key, answer.as_ref()?)));
        let (mut as_read, mut changed) = (as_read.peekable(), changed.peekable());
        from_fn(move || match (as_read.peek(), changed.peek()) {
            (Some((one, _)), Some((other, _))) if one < other => as_read.next(),
            (_, Some(_)) => changed.next(),
            _ => as_read.next(),
        })
    }

    /// Every answer, in the keys' order.
    pub fn values(&self) -> impl Iterator<Item = &Answer<V>> {
        self.iter().map(|(_, answer)| answer)
    }

    /// Everything that is known, in the keys' order.
    pub fn all_known(&self) -> impl Iterator<Item = (&K, &V)> {
        self.iter().filter_map(|(key, answer)| Some((key, answer.known()?)))
    }

    /// Everything that could not be read, in the keys' order.
    pub fn all_unread(&self) -> impl Iterator<Item = (&K, &Unread)> {
        self.iter().filter_map(|(key, answer)| Some((key, answer.unread()?)))
    }

    /// How many answers there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Is there no answer?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { read: Arc::default(), since: BTreeMap::new(), len: 0 }
    }
}

impl<K: Ord, V> Index<&K> for Table<K, V> {
    type Output = Answer<V>;

    #[expect(clippy::expect_used, reason = "whoever indexes knows that it is there")]
    fn index(&self, key: &K) -> &Answer<V> {
        self.get(key).expect("the key was asked about")
    }
}

impl<K: Ord, V: PartialEq> PartialEq for Table<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<K: Ord, V: Eq> Eq for Table<K, V> {}

impl<K: Ord + fmt::Debug, V: fmt::Debug> fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(entries: &[(u8, char)]) -> Table<u8, char> {
        let mut table = Table::default();
        entries.iter().for_each(|(key, value)| table.insert(*key, Answer::Known(*value)));
        table
    }

    #[test]
    fn what_is_forgotten_in_a_copy_stays_known_in_the_original() {
        let seen = table(&[(1, 'a'), (2, 'b'), (3, 'c')]);
        let mut last = seen.clone();
        last.forget(&2);
        last.forget(&9);
        assert_eq!((last.get(&2), last.known(&3)), (None, Some(&'c')));
        assert_eq!(last, table(&[(1, 'a'), (3, 'c')]));

        last.insert(2, Answer::Known('B'));
        last.insert(0, Answer::Absent);
        assert_eq!(last.all_known().collect::<Vec<_>>(), [(&1, &'a'), (&2, &'B'), (&3, &'c')]);
        assert_eq!(last.iter().map(|(key, _)| *key).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!(seen, table(&[(1, 'a'), (2, 'b'), (3, 'c')]));
        assert_eq!((seen.len(), last.len()), (3, 4));
    }

    #[test]
    fn a_copy_that_is_left_alone_takes_changes_as_an_original_does() {
        let mut seen = table(&[(1, 'a'), (2, 'b')]);
        let mut last = seen.clone();
        last.insert(1, Answer::Known('A'));
        last.forget(&2);
        drop(std::mem::take(&mut seen));
        last.insert(1, Answer::Known('x'));
        last.insert(2, Answer::Known('y'));
        assert_eq!(last, table(&[(1, 'x'), (2, 'y')]));
        last.forget(&1);
        last.forget(&2);
        assert_eq!(last, table(&[]));
        assert!(last.is_empty());
    }
}
