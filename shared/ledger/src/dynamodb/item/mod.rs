//! How what the ledger keeps is written as items.
//!
//! Times are RFC 3339 with nine digits of a second, so that their order as strings is their order in time; only the time
//! to live is a number, in seconds since 1970, as DynamoDB wants it. Attributes that aren't known are ignored, so that an older
//! version can read what a newer one wrote.
//!
//! Written by hand: `serde_dynamo` takes as many lines, and its errors name neither the item nor the attribute.

pub(super) mod alert;
pub(super) mod event;
pub(super) mod fact;
pub(super) mod key;
pub(super) mod ownership;
pub(super) mod pause;
pub(super) mod refusal;
pub(super) mod stop;
pub(super) mod sweep;
pub(super) mod update;
pub(super) mod window;

use std::collections::HashMap;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use model::Timestamp;

/// An item, or its key, as the SDK has it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// Why an item makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ItemError {
    /// An attribute isn't there, or has another type.
    #[error("the item {key} has no {attribute} of the right type")]
    Missing {
        /// The item's key.
        key: String,
        /// The attribute.
        attribute: &'static str,
    },
    /// An attribute doesn't parse.
    #[error("the item {key} has a malformed {attribute}: {why}")]
    Malformed {
        /// The item's key.
        key: String,
        /// The attribute.
        attribute: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

impl ItemError {
    fn missing(item: &Item, attribute: &'static str) -> Self {
        Self::Missing { key: key::shown(item), attribute }
    }

    fn malformed(item: &Item, attribute: &'static str, why: &impl ToString) -> Self {
        Self::Malformed { key: key::shown(item), attribute, why: why.to_string() }
    }
}

/// A time as an attribute.
pub(super) fn time(time: Timestamp) -> AttributeValue {
    AttributeValue::S(format!("{time:.9}"))
}

/// A count as an attribute.
pub(super) fn number(number: u32) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// A time to live. Fractions of a second are lost: nothing lives longer than it should.
fn time_to_live(time: Timestamp) -> AttributeValue {
    AttributeValue::N(time.as_second().to_string())
}

pub(super) fn string(text: &impl ToString) -> AttributeValue {
    AttributeValue::S(text.to_string())
}

fn attributes<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A string attribute.
fn text<'a>(item: &'a Item, attribute: &'static str) -> Result<&'a str, ItemError> {
    let value = item.get(attribute).and_then(|value| value.as_s().ok());
    value.map(String::as_str).ok_or_else(|| ItemError::missing(item, attribute))
}

/// A string attribute, parsed.
fn parsed<T: FromStr<Err: ToString>>(item: &Item, attribute: &'static str) -> Result<T, ItemError> {
    text(item, attribute)?.parse().map_err(|why| ItemError::malformed(item, attribute, &why))
}

/// A string attribute that may be absent, parsed. One that is there must make sense.
fn optional<T: FromStr<Err: ToString>>(item: &Item, attribute: &'static str) -> Result<Option<T>, ItemError> {
    item.contains_key(attribute).then(|| parsed(item, attribute)).transpose()
}

/// A numeric attribute.
fn count<T: FromStr<Err: ToString>>(item: &Item, attribute: &'static str) -> Result<T, ItemError> {
    let value = item.get(attribute).and_then(|value| value.as_n().ok());
    let text = value.ok_or_else(|| ItemError::missing(item, attribute))?;
    text.parse().map_err(|why| ItemError::malformed(item, attribute, &why))
}
