//! The environment variables that matter.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use aws::client::Trust;

use super::error::SettingsProblems;

/// Every variable of the project's own. All functions may be given the same environment, so those of other functions are
/// known too.
const OURS: [&str; 17] = [
    "GUARD_POLICY",
    "GUARD_POLICY_FILE",
    "GUARD_POLICY_OBJECT",
    "GUARD_POLICY_SHA256",
    "GUARD_QUEUE_URL",
    "GUARD_REGISTRAR_QUEUE_URL",
    "GUARD_GUARD_QUEUE_URL",
    "GUARD_LEDGER_TABLE",
    "GUARD_TOPIC_ARN",
    "GUARD_CHAT_TOPIC_ARN",
    "GUARD_EVENT_BUS_ARN",
    "GUARD_SECURITY_HUB",
    "GUARD_REMIND_AFTER",
    "GUARD_ACCOUNT_NAME",
    "GUARD_RULES_URL",
    "GUARD_REPORT_BUCKET",
    "GUARD_QUOTA_SHARE",
];

const OTHERS: [&str; 4] = ["RUST_LOG", "AWS_LAMBDA_FUNCTION_NAME", "SSL_CERT_FILE", "SSL_CERT_DIR"];

/// The variables that matter, by name. An empty one is as good as none.
#[derive(Debug)]
pub(super) struct Variables(BTreeMap<String, OsString>);

impl Variables {
    pub(super) fn of(environment: impl Iterator<Item = (OsString, OsString)>) -> Self {
        let ours = |name: &str| name.starts_with("GUARD_") || OTHERS.contains(&name);
        let named = environment.filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        Self(named.filter(|(name, value)| ours(name) && !value.is_empty()).collect())
    }

    /// The variable's value, if it is there and `read` accepts it.
    pub(super) fn get<T, E: fmt::Display>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
        problems: &mut SettingsProblems,
    ) -> Option<T> {
        let Some(text) = self.0.get(name)?.to_str() else {
            problems.add(name, "it is not UTF-8 text");
            return None;
        };
        read(text).map_err(|problem| problems.add(name, problem)).ok()
    }

    /// Whose certificates are trusted.
    pub(super) fn trust(&self) -> Trust {
        if self.any_of(&["SSL_CERT_FILE", "SSL_CERT_DIR"]) { Trust::Platform } else { Trust::BuiltIn }
    }

    /// Is one of these set?
    pub(super) fn any_of(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.0.contains_key(*name))
    }

    /// Names that are none of ours: mistyped ones, or those of a newer version, whose settings may be there before its code is.
    pub(super) fn unknown(&self) -> Vec<String> {
        let known = |name: &String| OURS.contains(&name.as_str()) || OTHERS.contains(&name.as_str());
        let unknown = self.0.keys().filter(|name| !known(name));
        unknown.map(|name| format!("{name}: there is no such setting; there are {}", OURS.join(", "))).collect()
    }
}
