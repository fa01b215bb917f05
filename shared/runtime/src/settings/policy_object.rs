//! A policy that is too large for a function's environment: an object in S3, read once when the function starts.

use aws::client::Trust;
use model::call::CallError;

use super::error::{SettingsError, SettingsProblems};
use super::variables::Variables;
use crate::bucket::S3Bucket;

/// Where a policy is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyObject {
    bucket: String,
    key: String,
    trust: Trust,
}

/// Why a policy wasn't had. There is nothing to fall back to.
#[derive(Debug, thiserror::Error)]
pub enum PolicyObjectError {
    /// The settings don't say which object, or what it holds is no policy or another one than is meant.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// S3 didn't give it.
    #[error("the policy can't be read, and nothing is done without it")]
    Unread(#[from] CallError),
}

impl PolicyObject {
    /// What `GUARD_POLICY_OBJECT` names, `s3://BUCKET/KEY`, if it is set.
    ///
    /// # Errors
    /// When it names no object, or nothing says which policy it is to be.
    pub fn from_environment() -> Result<Option<Self>, SettingsError> {
        Self::of(&Variables::of(std::env::vars_os()))
    }

    pub(super) fn of(variables: &Variables) -> Result<Option<Self>, SettingsError> {
        let mut problems = SettingsProblems::default();
        let name = "GUARD_POLICY_OBJECT";
        let object = variables.get(name, location, &mut problems);
        if object.is_some() && !variables.any_of(&["GUARD_POLICY_SHA256"]) {
            problems.add(name, "GUARD_POLICY_SHA256 is missing: others can change an object, so its hash must be set");
        }
        let trust = variables.trust();
        problems.or(object.map(|(bucket, key)| Self { bucket, key, trust }))
    }

    /// Its text. What S3 doesn't answer at once is asked again a few times.
    ///
    /// # Errors
    /// When S3 doesn't give it.
    pub async fn fetch(&self) -> Result<String, PolicyObjectError> {
        let client = aws::client::ClientSettings { trust: self.trust, ..Default::default() };
        let config = aws::client::function_config(&client);
        Ok(S3Bucket::new(&config, &self.bucket).get(&self.key).await?)
    }
}

/// Bucket and key.
fn location(text: &str) -> Result<(String, String), String> {
    let parts = text.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
    let parts = parts.filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty());
    let (bucket, key) = parts.ok_or_else(|| format!("{text:?} is no object: it looks like s3://BUCKET/KEY"))?;
    Ok((bucket.to_owned(), key.to_owned()))
}
