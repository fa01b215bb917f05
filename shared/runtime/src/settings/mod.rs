//! A function's settings, from its environment. The only place where the guard's own variables are read.
//!
//! An empty variable counts as absent: infrastructure code has no better way to leave one out. Everything that is wrong
//! is told at once. A variable that isn't known is a warning, so that settings and code can be upgraded in any order.

mod alerts;
mod error;
mod policy;
mod policy_object;
#[cfg(test)]
mod tests;
mod variables;

pub use alerts::AlertSettings;
pub use error::SettingsError;
pub use policy_object::{PolicyObject, PolicyObjectError};

use std::path::{Path, PathBuf};

use aws::budget::QuotaShare;
use aws::client::Trust;
use model::policy::Policy;

use crate::log::Filter;
use error::SettingsProblems;
use variables::Variables;

/// The file beside the binary that holds the policy, if nothing else does.
const POLICY_FILE: &str = "policy.toml";

/// What a function is told by its environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What may be done (`GUARD_POLICY`, `GUARD_POLICY_FILE`, `GUARD_POLICY_OBJECT`).
    pub policy: Policy,
    /// SHA-256 of the policy's text in hexadecimal digits; absent where the defaults hold.
    pub policy_sha256: Option<String>,
    /// The function's own queue (`GUARD_QUEUE_URL`).
    pub queue_url: Option<String>,
    /// The registrar's queue, to hand suspicions about targets to (`GUARD_REGISTRAR_QUEUE_URL`).
    pub registrar_queue_url: Option<String>,
    /// The guard's queue, to hand suspicions about security groups to (`GUARD_GUARD_QUEUE_URL`).
    pub guard_queue_url: Option<String>,
    /// The bucket for reports that are too large for an answer (`GUARD_REPORT_BUCKET`).
    pub report_bucket: Option<String>,
    /// The ledger's table (`GUARD_LEDGER_TABLE`).
    pub ledger_table: Option<String>,
    /// Who is told of alerts.
    pub alerts: AlertSettings,
    /// The function's name, for whoever is told something (`AWS_LAMBDA_FUNCTION_NAME`).
    pub function_name: String,
    /// The share of AWS's request quotas to use (`GUARD_QUOTA_SHARE`).
    pub quota_share: QuotaShare,
    /// The certificate authorities that are trusted: the platform's if it is said which (`SSL_CERT_FILE`, `SSL_CERT_DIR`), else
    /// those built in.
    pub trust: Trust,
    /// What is logged (`RUST_LOG`).
    pub log: Filter,
    /// What is odd about the environment and keeps nothing from working.
    pub warnings: Vec<String>,
}

/// Where settings come from, so that tests can bring their own.
struct SettingsSource<'a> {
    variables: Variables,
    /// Where the default policy file would be.
    beside_binary: Option<PathBuf>,
    read_file: &'a dyn Fn(&Path) -> std::io::Result<String>,
    given: Given<'a>,
}

/// What is given besides the environment, and counts before it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given<'a> {
    /// A file with the policy.
    pub policy: Option<&'a Path>,
    /// The text of the object that `GUARD_POLICY_OBJECT` names.
    pub policy_object: Option<&'a str>,
    /// The ledger's table.
    pub ledger_table: Option<&'a str>,
}

impl Settings {
    /// Reads the environment and the policy. `known_rules` are the slugs a policy may name.
    ///
    /// # Errors
    /// With everything that is wrong.
    pub fn from_environment(known_rules: &[&str]) -> Result<Self, SettingsError> {
        Self::with(Given::default(), known_rules)
    }

    /// The same, where something is given besides.
    ///
    /// # Errors
    /// With everything that is wrong.
    pub fn with(given: Given<'_>, known_rules: &[&str]) -> Result<Self, SettingsError> {
        let binary = std::env::current_exe().ok();
        let beside_binary = binary.as_deref().and_then(Path::parent).map(|folder| folder.join(POLICY_FILE));
        let source = SettingsSource {
            variables: Variables::of(std::env::vars_os()),
            beside_binary,
            read_file: &|path| std::fs::read_to_string(path),
            given,
        };
        Self::read(&source, known_rules)
    }

    fn read(source: &SettingsSource<'_>, known_rules: &[&str]) -> Result<Self, SettingsError> {
        let mut problems = SettingsProblems::default();
        let variables = &source.variables;
        let (policy, policy_sha256) = policy::read(source, known_rules, &mut problems);
        let own_queue_url = variables.get("GUARD_QUEUE_URL", queue_url, &mut problems);
        let registrar_queue_url = variables.get("GUARD_REGISTRAR_QUEUE_URL", queue_url, &mut problems);
        let guard_queue_url = variables.get("GUARD_GUARD_QUEUE_URL", queue_url, &mut problems);
        let report_bucket = variables.get("GUARD_REPORT_BUCKET", bucket_name, &mut problems);
        let ledger_table = match source.given.ledger_table {
            Some(given) => table_name(given).map_err(|problem| problems.add("the ledger's table", problem)).ok(),
            None => variables.get("GUARD_LEDGER_TABLE", table_name, &mut problems),
        };
        let alerts = AlertSettings::read(variables, &mut problems);
        let function_name =
            variables.get("AWS_LAMBDA_FUNCTION_NAME", |name| Ok::<_, String>(name.to_owned()), &mut problems);
        let quota_share = variables.get("GUARD_QUOTA_SHARE", |text| text.parse(), &mut problems);
        let trust = variables.trust();
        let log = variables.get("RUST_LOG", |text| text.parse(), &mut problems);
        problems.or(Self {
            policy,
            policy_sha256,
            queue_url: own_queue_url,
            registrar_queue_url,
            guard_queue_url,
            report_bucket,
            ledger_table,
            alerts,
            function_name: function_name.unwrap_or_else(|| "unnamed".to_owned()),
            quota_share: quota_share.unwrap_or_default(),
            trust,
            log: log.unwrap_or_default(),
            warnings: variables.unknown(),
        })
    }
}

/// `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`, or the same at another endpoint.
fn queue_url(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let parts: Vec<&str> = rest.unwrap_or_default().split('/').collect();
    match parts.as_slice() {
        [host, .., account, name] if ![host, account, name].into_iter().any(|part| part.is_empty()) => {
            Ok(text.to_owned())
        }
        _ => Err(format!("{text:?} is not a queue's URL: it looks like https://sqs.REGION.amazonaws.com/ACCOUNT/NAME")),
    }
}

/// A name as S3 gives to buckets since 2018.
fn bucket_name(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    if (3..=63).contains(&text.len()) && text.bytes().all(allowed) && !text.contains("..") {
        return Ok(text.to_owned());
    }
    Err(format!("{text:?} is not a bucket's name: it has 3 to 63 small letters, digits, - and ."))
}

/// A name as DynamoDB takes it, or the table's ARN.
fn table_name(text: &str) -> Result<String, String> {
    let name = text.rsplit_once(":table/").map_or(text, |(_, name)| name);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if (3..=255).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(text.to_owned());
    }
    Err(format!("{text:?} is not a table's name: it has 3 to 255 letters, digits, and _ - ."))
}
