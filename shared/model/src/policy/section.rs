//! Reads tables of the tree key by key, and notes all that is wrong instead of stopping at the first.
//!
//! What a key may hold is decided by whoever asks for it; a key nobody asked for is a problem.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::document::{DocumentEntry, DocumentNode, Value};
use crate::near::nearest;

/// What there is to say of a place in the text, which is told by its byte offset.
pub(super) type Remark = (usize, String);

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct PolicyProblems {
    wrong: RefCell<Vec<Remark>>,
    warnings: RefCell<Vec<Remark>>,
}

/// One table being read.
#[derive(Debug)]
pub(super) struct TableReader<'d> {
    entries: &'d [DocumentEntry],
    at: usize,
    name: String,
    asked: Vec<&'static str>,
    problems: &'d PolicyProblems,
}

impl PolicyProblems {
    pub(super) fn add(&self, at: usize, message: String) {
        self.wrong.borrow_mut().push((at, message));
    }

    /// What is wrong, and what is merely without effect.
    pub(super) fn into_found(self) -> (Vec<Remark>, Vec<Remark>) {
        (self.wrong.into_inner(), self.warnings.into_inner())
    }
}

impl<'d> TableReader<'d> {
    /// Reads a whole document; keys that `read` didn't ask for are problems.
    pub(super) fn root<T>(
        entries: &'d [DocumentEntry],
        problems: &'d PolicyProblems,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        Self::read(entries, 0, String::new(), problems, read)
    }

    fn read<T>(
        entries: &'d [DocumentEntry],
        at: usize,
        name: String,
        problems: &'d PolicyProblems,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let mut section = Self { entries, at, name, asked: Vec::new(), problems };
        let result = read(&mut section);
        section.report_unknown();
        result
    }

    /// The value of `key`, if it is there and `read` accepts it.
    pub(super) fn get<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DocumentNode) -> Result<T, String>,
    ) -> Option<T> {
        let entry = self.find(key)?;
        read(&entry.node).map_err(|message| self.problem(entry.node.at, key, &message)).ok()
    }

    /// The values of the list `key`, if `read` accepts them all; each that it refuses is a problem of its own.
    pub(super) fn list<T: Ord>(
        &mut self,
        key: &'static str,
        read: impl Fn(&DocumentNode) -> Result<T, String>,
    ) -> Option<BTreeSet<T>> {
        let entry = self.find(key)?;
        let Value::List(items) = &entry.node.value else {
            self.problem(
                entry.node.at,
                key,
                &format!("{} stands where a list belongs: write [...]", entry.node.value.kind()),
            );
            return None;
        };
        let accepted = |item: &DocumentNode| read(item).map_err(|message| self.problem(item.at, key, &message)).ok();
        let values: Vec<Option<T>> = items.iter().map(accepted).collect();
        values.into_iter().collect()
    }

    /// The keys and values of the table `key`, whatever they are.
    pub(super) fn entries(&mut self, key: &'static str) -> &'d [DocumentEntry] {
        self.find(key).and_then(|entry| self.table(&entry.node, key)).unwrap_or_default()
    }

    /// Reads the table `key` as a section, as an empty one if it isn't there.
    pub(super) fn section<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Self) -> T) -> T {
        let entry = self.find(key);
        let entries = entry.and_then(|entry| self.table(&entry.node, key)).unwrap_or_default();
        let at = entry.map_or(self.at, |entry| entry.at);
        Self::read(entries, at, self.path(key), self.problems, read)
    }

    /// Reads each table of the list `key` as a section, in order.
    pub(super) fn sections<T>(&mut self, key: &'static str, mut read: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let Some(entry) = self.find(key) else { return Vec::new() };
        let Value::List(items) = &entry.node.value else {
            let message = format!("one {key} of many: write [[{key}]] in TOML, a list of objects in JSON");
            self.problem(entry.node.at, key, &message);
            return Vec::new();
        };
        let tables = items.iter().filter_map(|item| Some((item.at, self.table(item, key)?)));
        tables.map(|(at, table)| Self::read(table, at, self.path(key), self.problems, &mut read)).collect()
    }

    /// Whether `key` is written here.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// Notes a problem with the value of `key`, which is written here.
    pub(super) fn reject(&self, key: &str, message: &str) {
        let at = self.entries.iter().find(|entry| entry.key == key).map_or(self.at, |entry| entry.node.at);
        self.problem(at, key, message);
    }

    /// Notes a problem with this section as a whole.
    pub(super) fn reject_whole(&self, message: &str) {
        self.problems.add(self.at, format!("{}: {message}", self.name));
    }

    /// Notes a problem at an entry of the table `key`.
    pub(super) fn reject_entry(&self, at: usize, key: &str, message: &str) {
        self.problem(at, key, message);
    }

    /// Notes that what is written at an entry of `key` is without effect.
    pub(super) fn warn(&self, at: usize, key: &str, message: &str) {
        self.problems.warnings.borrow_mut().push((at, format!("{}: {message}", self.path(key))));
    }

    fn find(&mut self, key: &'static str) -> Option<&'d DocumentEntry> {
        self.asked.push(key);
        self.entries.iter().find(|entry| entry.key == key)
    }

    fn table(&self, node: &'d DocumentNode, key: &str) -> Option<&'d [DocumentEntry]> {
        if let Value::Table(entries) = &node.value {
            return Some(entries);
        }
        self.problem(node.at, key, &format!("{} stands where a table of keys belongs", node.value.kind()));
        None
    }

    fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    fn problem(&self, at: usize, key: &str, message: &str) {
        self.problems.add(at, format!("{}: {message}", self.path(key)));
    }

    fn report_unknown(&self) {
        for entry in self.entries.iter().filter(|entry| !self.asked.contains(&entry.key.as_str())) {
            let hint = did_you_mean(&entry.key, self.asked.iter().copied())
                .unwrap_or_else(|| format!("the keys here are {}", self.asked.join(", ")));
            let key = self.path(&quoted_key(&entry.key));
            self.problems.add(entry.at, format!("{key}: unknown key; {hint}"));
        }
    }
}

/// The words "did you mean" with the candidate nearest to `word`, if one is near.
pub(super) fn did_you_mean<'c>(word: &str, candidates: impl Iterator<Item = &'c str>) -> Option<String> {
    nearest(word, candidates).map(|nearest| format!("did you mean `{nearest}`?"))
}

/// `text` in quotes, escaped, and cut if it is long.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((cut, _)) => format!("{:?}…", &text[..cut]),
        None => format!("{text:?}"),
    }
}

fn quoted_key(key: &str) -> String {
    let bare =
        key.len() <= 60 && !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { key.to_owned() } else { quoted(key) }
}
