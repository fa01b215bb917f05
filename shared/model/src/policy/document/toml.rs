//! TOML into the tree, with everything the parser could make out around syntax errors.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml_parser::Source;
use toml_parser::lexer::TokenKind;

use super::{Document, DocumentEntry, DocumentNode, Value};

/// More parts than any key of a policy has.
const MAX_KEY_PARTS: usize = 8;

pub(super) fn read(text: &str) -> Document {
    // The parser bounds how deep values nest and how many parts a key has, but not the product of the two: some
    // thousand tables in each other, which it then drops recursively, would overflow the stack.
    if let Some(at) = too_long_key(text) {
        let message = format!("a key has at most {MAX_KEY_PARTS} parts");
        return Document { root: Vec::new(), broken: vec![(at, message)] };
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    let broken = errors.iter().map(|error| {
        let at = error.span().map_or(0, |span| span.start);
        (at, format!("not valid TOML: {}", error.message()))
    });
    Document { broken: broken.collect(), root: entries(table.get_ref()) }
}

fn entries(table: &DeTable<'_>) -> Vec<DocumentEntry> {
    let entry = |(key, value): (&Spanned<_>, &Spanned<_>)| entry(key, value);
    table.iter().map(entry).collect()
}

fn entry(key: &Spanned<Cow<'_, str>>, value: &Spanned<DeValue<'_>>) -> DocumentEntry {
    DocumentEntry { key: key.get_ref().to_string(), at: key.span().start, node: node(value) }
}

fn node(value: &Spanned<DeValue<'_>>) -> DocumentNode {
    let at = value.span().start;
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .map_or(Value::Other("a number that is too large"), Value::Integer),
        DeValue::Float(_) => Value::Other("a number with a fraction"),
        DeValue::Boolean(boolean) => Value::Boolean(*boolean),
        DeValue::Datetime(_) => Value::Other("a date or time"),
        DeValue::Array(items) => Value::List(items.iter().map(node).collect()),
        DeValue::Table(table) => Value::Table(entries(table)),
    };
    DocumentNode { at, value }
}

/// Where the first key with too many parts is cut off.
fn too_long_key(text: &str) -> Option<usize> {
    let mut dots = 0;
    let cut = Source::new(text).lex().find(|token| {
        dots = match token.kind() {
            TokenKind::Dot => dots + 1,
            TokenKind::Atom | TokenKind::BasicString | TokenKind::LiteralString | TokenKind::Whitespace => dots,
            _ => 0,
        };
        dots >= MAX_KEY_PARTS
    });
    cut.map(|token| token.span().start())
}
