//! A policy's text as a tree of values that know where they stand, the same for TOML and JSON.
//!
//! Everything after this reads the tree, so both syntaxes have the same keys, the same checks and the same messages.
//! The tree knows nothing of what a policy may contain.

mod json;
mod toml;

/// More than any policy needs; a text beyond it is refused unread.
const MAX_BYTES: usize = 1 << 18;

/// A parsed text, and what is wrong with its syntax.
#[derive(Debug)]
pub(super) struct Document {
    /// The outermost table: empty where the text could not be understood at all.
    pub root: Vec<DocumentEntry>,
    /// Syntax errors, by byte offset. The tree may still hold what could be understood beside them.
    pub broken: Vec<(usize, String)>,
}

/// A value and the byte offset it begins at.
#[derive(Debug)]
pub(super) struct DocumentNode {
    /// Byte offset.
    pub at: usize,
    /// The value.
    pub value: Value,
}

/// A key of a table, and its value.
#[derive(Debug)]
pub(super) struct DocumentEntry {
    /// The key, unquoted.
    pub key: String,
    /// Byte offset of the key.
    pub at: usize,
    /// The value.
    pub node: DocumentNode,
}

/// What TOML and JSON have in common.
#[derive(Debug)]
pub(super) enum Value {
    /// A string, unescaped.
    Text(String),
    /// A whole number that fits.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// An array.
    List(Vec<DocumentNode>),
    /// A table or object; every key is there once.
    Table(Vec<DocumentEntry>),
    /// What no policy has a use for, named: a date, a fraction, null.
    Other(&'static str),
}

impl Value {
    /// What kind of value this is, with its article.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "a number",
            Self::Boolean(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(kind) => kind,
        }
    }
}

impl Document {
    /// Reads JSON if the first character that isn't blank is `{`, else TOML.
    pub(super) fn read(text: &str) -> Self {
        if text.len() > MAX_BYTES {
            let message = format!("{} bytes are too many: a policy has at most {MAX_BYTES}", text.len());
            return Self { root: Vec::new(), broken: vec![(0, message)] };
        }
        if text.trim_start().starts_with('{') { json::read(text) } else { toml::read(text) }
    }
}
