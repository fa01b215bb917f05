//! JSON into the tree: strict, without the comments and trailing commas some tools allow.

use std::collections::BTreeSet;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{Document, DocumentEntry, DocumentNode, Value};

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

pub(super) fn read(text: &str) -> Document {
    // The parser bounds its own depth and stops at the first syntax error.
    let mut broken = Vec::new();
    let root = match parse_to_ast(text, &CollectOptions::default(), &STRICT) {
        Ok(parsed) => {
            broken.extend(passed_over(text));
            match parsed.value {
                Some(ast::Value::Object(object)) => entries(object, &mut broken),
                _ => Vec::new(),
            }
        }
        Err(error) => {
            let mut message = error.kind().to_string();
            if let Some(first) = message.get_mut(..1) {
                first.make_ascii_lowercase();
            }
            broken.push((error.range().start, format!("not valid JSON: {message}")));
            Vec::new()
        }
    };
    Document { root, broken }
}

/// What the parser takes all the same, though JSON's grammar does not: a control character, such as a line break, within a string.
fn passed_over(text: &str) -> Option<(usize, String)> {
    let error = serde_json::from_str::<serde_json::Value>(text).err()?;
    let line: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    // A line break is told as column 0 of the line it begins.
    let at = text.floor_char_boundary((line + error.column()).saturating_sub(1));
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    Some((at, format!("not valid JSON: {message}")))
}

fn entries(object: ast::Object<'_>, broken: &mut Vec<(usize, String)>) -> Vec<DocumentEntry> {
    let mut seen = BTreeSet::new();
    let mut entries = Vec::with_capacity(object.properties.len());
    for property in object.properties {
        let at = property.range.start;
        let key = property.name.into_string();
        let node = node(property.value, broken);
        if seen.insert(key.clone()) {
            entries.push(DocumentEntry { key, at, node });
        } else {
            broken.push((at, "not valid JSON: duplicate key".to_owned()));
        }
    }
    entries
}

fn node(value: ast::Value<'_>, broken: &mut Vec<(usize, String)>) -> DocumentNode {
    let at = value.start();
    let value = match value {
        ast::Value::StringLit(text) => Value::Text(text.value.into_owned()),
        ast::Value::NumberLit(number) => match number.value.parse() {
            Ok(integer) => Value::Integer(integer),
            Err(_) if number.value.contains(['.', 'e', 'E']) => Value::Other("a number with a fraction"),
            Err(_) => Value::Other("a number that is too large"),
        },
        ast::Value::BooleanLit(boolean) => Value::Boolean(boolean.value),
        ast::Value::NullKeyword(_) => Value::Other("null"),
        ast::Value::Array(array) => {
            Value::List(array.elements.into_iter().map(|element| node(element, broken)).collect())
        }
        ast::Value::Object(object) => Value::Table(entries(object, broken)),
    };
    DocumentNode { at, value }
}
