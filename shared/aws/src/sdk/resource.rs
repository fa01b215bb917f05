//! What a request for many things is about, in few words.

use std::fmt::Display;

/// The first, and how many there are besides.
pub(super) fn resource_of<K: Display>(keys: &[K]) -> String {
    match keys {
        [] => "nothing".to_owned(),
        [key] => key.to_string(),
        [key, rest @ ..] => format!("{key} and {} more", rest.len()),
    }
}
