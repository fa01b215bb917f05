//! Why something given to a function is of no use.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::home::Elsewhere;
use crate::request::RequestError;

/// Why an input, or one message of it, is of no use.
#[derive(Debug, thiserror::Error)]
pub enum IncomingError {
    /// It isn't JSON.
    #[error("{what} is not JSON")]
    NotJson {
        /// The input, or a message's body.
        what: &'static str,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// It is JSON of no shape that is known.
    #[error("{what} is neither an SQS event, an EventBridge event nor a request: {why}")]
    UnknownShape {
        /// The input, or a message's body.
        what: &'static str,
        /// What tells.
        why: String,
    },
    /// It has no place here.
    #[error("this is {0}")]
    Misplaced(&'static str),
    /// Part of it has another form than it must.
    #[error("{what} can't be read{}", at(.path))]
    Malformed {
        /// What it is meant to be.
        what: String,
        /// Where in it: `detail.taskArn`.
        path: String,
        /// What is wrong there.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An event of a kind this program doesn't know.
    #[error("{detail_type:?} from {event_source:?} is no kind of event that is known here; known are {known}")]
    UnknownEvent {
        /// Its `source`.
        event_source: String,
        /// Its `detail-type`.
        detail_type: String,
        /// The kinds that are known.
        known: String,
    },
    /// It belongs to another account or Region.
    #[error(transparent)]
    Elsewhere(#[from] Elsewhere),
    /// A request that can't be met as it is.
    #[error(transparent)]
    Request(#[from] RequestError),
}

impl IncomingError {
    /// Something in `what` at `path` has another form than it must.
    pub(crate) fn malformed(
        what: impl Into<String>,
        path: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Malformed { what: what.into(), path: path.into(), source: source.into() }
    }
}

/// Reads JSON text as a `T`; the error says where it isn't one.
pub(crate) fn from_text<'a, T: Deserialize<'a>>(what: &str, text: &'a str) -> Result<T, IncomingError> {
    from_text_at(what, "", text)
}

/// The same of a text that is a part of another, at this place in it.
pub(super) fn from_text_at<'a, T: Deserialize<'a>>(what: &str, place: &str, text: &'a str) -> Result<T, IncomingError> {
    let mut json = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = match (place, error.path().to_string()) {
            ("", path) => path,
            // The whole of it.
            (place, path) if path == "." => place.to_owned(),
            (place, path) => format!("{place}.{path}"),
        };
        IncomingError::malformed(what, path, error.into_inner())
    })
}

/// Reads a JSON object, itself found at `under`, as a `T`; the error says where it isn't one.
pub(super) fn from_value<T: DeserializeOwned>(
    what: &str,
    under: &str,
    value: &serde_json::Value,
) -> Result<T, IncomingError> {
    // Serde would read a list too, key by key.
    if !value.is_object() {
        return Err(IncomingError::malformed(what, under, "no object stands there"));
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { under.to_owned() } else { format!("{under}.{path}") };
        IncomingError::malformed(what, path, error.into_inner())
    })
}

fn at(path: &str) -> String {
    if path.is_empty() || path == "." { String::new() } else { format!(" at {}", cut(path)) }
}

/// A text from outside, short enough for a message.
pub(crate) fn cut(text: &str) -> String {
    match text.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
