//! What is told of an alert, whoever it is told to.

use jiff::{SignedDuration, Timestamp};
use model::alert::{Alert, AlertChange, PERMISSION_DENIED, PendingNotice, RepairNote, TaskCounts};
use model::finding::{Fingerprint, Severity};
use model::id::{AccountId, Region};
use serde::Serialize;

use crate::words::cut;

/// Texts are cut to this many characters, so that any change fits into a message.
const MAX_TEXT: usize = 2_000;

/// At most so many repairs are told of.
const MAX_REPAIRS: usize = 5;

/// How much of the log is shown, before a change and after it.
const LOG_AROUND: SignedDuration = SignedDuration::from_hours(1);

/// Where this is, so that one topic, or one reader, can serve several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// The partition: what ARNs begin with.
    #[serde(skip)]
    pub partition: String,
    /// The account.
    pub account: AccountId,
    /// What its people call it, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    /// The Region.
    pub region: Region,
    /// The function that tells.
    pub function: String,
    /// Where the rules' pages are: `RULES_URL/SLUG.md`.
    #[serde(skip)]
    pub rules_url: Option<String>,
}

/// A change, as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlertUpdate {
    /// The same for the same rule, service and target group in the same account and Region, every time it opens.
    pub alert_id: Fingerprint,
    /// What happened.
    pub change: AlertChange,
    /// Whether it stands.
    pub status: AlertStatus,
    /// The alert's severity now.
    pub severity: Severity,
    /// The rule.
    pub rule: String,
    /// What is wrong, in a few words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_group: Option<String>,
    /// How many findings there were.
    pub findings: u32,
    /// Fingerprints of the findings, the first [`model::alert::FINGERPRINTS`] of them.
    pub fingerprints: Vec<Fingerprint>,
    /// The tasks of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tasks: Option<TaskCounts>,
    /// The worst of them.
    pub summary: String,
    /// What a person can do.
    pub remedy: String,
    /// Commands that do it, in order, if there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
    /// What the guard did or will do about the worst of them, and why not.
    pub repairs: Vec<RepairNote>,
    /// Where to read on.
    pub links: AlertLinks,
    /// When it opened last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Timestamp>,
    /// When it happened.
    pub at: Timestamp,
    /// How often this has opened so far.
    pub times_opened: u32,
}

/// Whether an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertStatus {
    /// It stands.
    Open,
    /// It stands no more.
    Resolved,
}

/// Where to read on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AlertLinks {
    /// The rule's page, if it is known where these are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The function's log around that time.
    pub log: String,
}

impl AlertUpdate {
    /// What is told of an alert.
    #[must_use]
    pub fn of(origin: &Origin, alert: &Alert, change: AlertChange, at: Timestamp) -> Self {
        let text = |text: &str| cut(text, MAX_TEXT);
        let service = alert.key.service.as_ref().or(alert.service.as_ref());
        let cluster = alert.key.cluster.as_ref().or(alert.cluster.as_ref()).cloned();
        let cluster = cluster.or_else(|| service.and_then(|service| service.cluster()));
        let repairs = alert.repairs.iter().take(MAX_REPAIRS).map(|note| RepairNote {
            summary: cut(&note.summary, MAX_TEXT / MAX_REPAIRS),
            reason: note.reason.as_deref().map(|reason| cut(reason, MAX_TEXT / MAX_REPAIRS)),
            ..note.clone()
        });
        Self {
            alert_id: Fingerprint::of([origin.account.as_str(), origin.region.as_str(), &alert.key.to_string()]),
            change,
            status: if change == AlertChange::Resolved { AlertStatus::Resolved } else { AlertStatus::Open },
            severity: alert.severity,
            rule: alert.key.rule.clone(),
            title: text(&alert.title),
            cluster: cluster.map(|cluster| cluster.to_string()),
            service: service.map(ToString::to_string),
            target_group: alert.key.target_group.as_ref().map(ToString::to_string),
            findings: alert.findings,
            fingerprints: alert.fingerprints.iter().copied().collect(),
            tasks: alert.tasks,
            summary: text(&alert.summary),
            remedy: text(&alert.remedy),
            commands: commands(&alert.commands),
            repairs: repairs.collect(),
            links: AlertLinks { rule: page(origin, &alert.key.rule), log: log_link(origin, &alert.key.rule, at) },
            opened_at: alert.opened_at,
            at,
            times_opened: alert.times_opened,
        }
    }

    /// What is told of an alert's pending change.
    pub(crate) fn pending(origin: &Origin, alert: &Alert, pending: &PendingNotice) -> Self {
        Self::of(origin, alert, pending.change, pending.at)
    }

    /// Is it about a rule, which has a page and can be asked for and accepted?
    pub(crate) fn is_of_a_rule(&self) -> bool {
        self.rule != PERMISSION_DENIED
    }

    /// How urgent it is: what is resolved least, and what is told again after what is new.
    pub(crate) fn urgency(&self) -> (bool, Severity, u8) {
        let news = match self.change {
            AlertChange::Worsened => 2,
            AlertChange::Opened => 1,
            AlertChange::Reminder | AlertChange::Resolved => 0,
        };
        (self.change != AlertChange::Resolved, self.severity, news)
    }
}

fn page(origin: &Origin, rule: &str) -> Option<String> {
    let url = origin.rules_url.as_deref().filter(|_| rule != PERMISSION_DENIED)?;
    Some(format!("{url}/{rule}.md"))
}

/// Commands on one line each; all of them, or none where one is too long to be told.
fn commands(all: &[String]) -> Vec<String> {
    let is_short = all.len() <= MAX_REPAIRS && all.iter().all(|command| command.len() <= MAX_TEXT / MAX_REPAIRS * 2);
    let all = if is_short { all } else { &[] };
    all.iter().map(|command| cut(command, MAX_TEXT)).collect()
}

/// The function's log in CloudWatch Logs Insights, filtered by the rule, as the console writes such a link.
fn log_link(origin: &Origin, rule: &str, at: Timestamp) -> String {
    let region = origin.region.as_str();
    let console = match region {
        region if region.starts_with("cn-") => "https://console.amazonaws.cn".to_owned(),
        region if region.starts_with("us-gov-") => "https://console.amazonaws-us-gov.com".to_owned(),
        region => format!("https://{region}.console.aws.amazon.com"),
    };
    let time = |time: Timestamp| text_of_query(&format!("{time:.0}"));
    let (from, until) = (at.saturating_sub(LOG_AROUND).unwrap_or(at), at.saturating_add(LOG_AROUND).unwrap_or(at));
    let query =
        text_of_query(&format!("fields @timestamp, @message | filter @message like '{rule}' | sort @timestamp desc"));
    let group = text_of_query(&format!("/aws/lambda/{}", origin.function));
    let detail = format!(
        "~(end~'{}~start~'{}~timeType~'ABSOLUTE~tz~'UTC~editorString~'{query}~source~(~'{group}))",
        time(until),
        time(from)
    );
    let detail = detail.replace('~', "$257E").replace('\'', "$2527").replace('(', "$2528").replace(')', "$2529");
    format!("{console}/cloudwatch/home?region={region}#logsV2:logs-insights$3FqueryDetail$3D{detail}")
}

/// A text within such a link: everything but letters and digits as `*` and two hexadecimal digits.
fn text_of_query(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => encoded.push(char::from(byte)),
            byte => encoded.push_str(&format!("*{byte:02x}")),
        }
    }
    encoded
}
