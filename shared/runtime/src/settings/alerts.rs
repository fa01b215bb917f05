//! Who is told of alerts.

use alert::ChannelSettings;
use jiff::SignedDuration;
use model::id::{EventBusArn, TopicArn};

use super::error::SettingsProblems;
use super::variables::Variables;

/// Who is told of alerts, and what they are told of where this is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertSettings {
    /// The channels (`GUARD_TOPIC_ARN`, `GUARD_CHAT_TOPIC_ARN`, `GUARD_EVENT_BUS_ARN`, `GUARD_SECURITY_HUB`).
    pub channels: ChannelSettings,
    /// How often somebody is told again of what still stands (`GUARD_REMIND_AFTER`); never, if it isn't said.
    pub remind_after: Option<SignedDuration>,
    /// What people call the account (`GUARD_ACCOUNT_NAME`).
    pub account_name: Option<String>,
    /// Where the rules' pages are (`GUARD_RULES_URL`).
    pub rules_url: Option<String>,
}

impl AlertSettings {
    pub(super) fn read(variables: &Variables, problems: &mut SettingsProblems) -> Self {
        Self {
            channels: ChannelSettings {
                topic_arn: variables.get("GUARD_TOPIC_ARN", topic_arn, problems),
                chat_topic_arn: variables.get("GUARD_CHAT_TOPIC_ARN", topic_arn, problems),
                event_bus_arn: variables.get("GUARD_EVENT_BUS_ARN", event_bus_arn, problems),
                security_hub: variables.get("GUARD_SECURITY_HUB", yes_or_no, problems).unwrap_or(false),
            },
            remind_after: variables.get("GUARD_REMIND_AFTER", remind_after, problems),
            account_name: variables.get("GUARD_ACCOUNT_NAME", account_name, problems),
            rules_url: variables.get("GUARD_RULES_URL", rules_url, problems),
        }
    }
}

/// `arn:aws:sns:REGION:ACCOUNT:NAME`.
fn topic_arn(text: &str) -> Result<String, String> {
    let shape = |_| format!("{text:?} is not a topic's ARN: it looks like arn:aws:sns:REGION:ACCOUNT:NAME");
    text.parse::<TopicArn>().map(|arn| arn.to_string()).map_err(shape)
}

/// `arn:aws:events:REGION:ACCOUNT:event-bus/NAME`.
fn event_bus_arn(text: &str) -> Result<String, String> {
    let shape =
        |_| format!("{text:?} is not an event bus's ARN: it looks like arn:aws:events:REGION:ACCOUNT:event-bus/NAME");
    text.parse::<EventBusArn>().map(|arn| arn.to_string()).map_err(shape)
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| format!("{text:?} is neither true nor false"))
}

/// `24h`, or `1h 30m`.
fn remind_after(text: &str) -> Result<SignedDuration, String> {
    let parsed: Option<SignedDuration> = text.parse().ok();
    let positive = parsed.filter(SignedDuration::is_positive);
    positive.ok_or_else(|| format!("{text:?} is not a time to wait: write hours or minutes, like 24h"))
}

fn account_name(text: &str) -> Result<String, String> {
    let is_name = text.chars().count() <= 100 && !text.chars().any(char::is_control);
    if is_name {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} is no name: write at most 100 characters on one line"))
    }
}

/// What `/SLUG.md` follows.
fn rules_url(text: &str) -> Result<String, String> {
    if text.starts_with("https://") && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text.trim_end_matches('/').to_owned());
    }
    Err(format!("{text:?} is not where pages are: it looks like https://HOST/PATH/docs/rules"))
}
