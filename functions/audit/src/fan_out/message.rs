//! A message that asks for a part of an audit, or for its end.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::plan::Division;

/// The version of the message's shape, and the value of the key that tells it from other messages.
const VERSION: u32 = 1;

/// A message that asks for a part of an audit, or for its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartMessage {
    audit_part: u32,
    /// The audit's name.
    pub(crate) audit: String,
    /// What is to be done.
    pub(crate) task: PartWork,
}

/// What a message asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PartWork {
    /// The part in this place of the plan.
    Part(usize),
    /// To end the audit, with whatever there is at this time at the latest.
    CloseBy(Timestamp),
}

impl PartMessage {
    pub(super) fn part(plan: &Division, part: usize) -> Self {
        Self { audit_part: VERSION, audit: plan.id.clone(), task: PartWork::Part(part) }
    }

    pub(super) fn close(plan: &Division, by: Timestamp) -> Self {
        Self { audit_part: VERSION, audit: plan.id.clone(), task: PartWork::CloseBy(by) }
    }

    /// Reads a message's body.
    ///
    /// # Errors
    /// When it isn't of this version and shape, with the reason. Anyone who may send to the queue may have written it.
    pub(crate) fn read(body: &str) -> Result<Self, String> {
        let message: Self = serde_json::from_str(body).map_err(|error| error.to_string())?;
        if message.audit_part != VERSION {
            return Err(format!("version {} is not known here, only {VERSION} is", message.audit_part));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if message.audit.is_empty() || message.audit.len() > 64 || !message.audit.bytes().all(plain) {
            return Err(format!("{:?} is not an audit's name", message.audit.chars().take(80).collect::<String>()));
        }
        Ok(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_back_as_it_was_sent() {
        let plan = Division {
            id: "20260301T120000-000000001".to_owned(),
            began: Timestamp::UNIX_EPOCH,
            parts: vec![],
            rules: None,
            mode: None,
            remembered: false,
        };
        for message in [PartMessage::part(&plan, 7), PartMessage::close(&plan, Timestamp::UNIX_EPOCH)] {
            let body = serde_json::to_string(&message).unwrap();
            assert_eq!(PartMessage::read(&body), Ok(message), "{body}");
        }
    }

    #[test]
    fn what_nobody_here_sent_is_refused() {
        for (body, why) in [
            (r#"{"audit_part":2,"audit":"a","task":{"part":0}}"#, "version 2"),
            (r#"{"audit_part":1,"audit":"../secrets","task":{"part":0}}"#, "is not an audit's name"),
            (r#"{"audit_part":1,"audit":"","task":{"part":0}}"#, "is not an audit's name"),
            (r#"{"audit_part":1,"audit":"a","task":{"erase":0}}"#, "unknown variant"),
            (r#"{"audit_part":1,"audit":"a","task":{"part":-1}}"#, "invalid value"),
        ] {
            let error = PartMessage::read(body).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
