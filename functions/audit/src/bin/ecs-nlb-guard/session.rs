//! The account and Region worked in, by the settings that all commands share.

use audit::caller::{self, Caller, CallerError};
use aws::budget::QuotaShare;
use aws::calls::Calls;
use aws::client::signed::configured_endpoint;
use aws_config::{Region, SdkConfig};

use crate::args::AccountArgs;
use crate::denied;
use crate::ending::{Ending, Failure};

/// A connection to AWS, of which it is known whose it is.
pub(crate) struct Session {
    pub(crate) config: SdkConfig,
    /// Counts what the clients of `config` send.
    pub(crate) calls: Calls,
    pub(crate) caller: Caller,
}

impl Session {
    /// Finds out whose account it is.
    ///
    /// # Errors
    /// When no Region is set, or AWS doesn't say.
    pub(crate) async fn open(account: &AccountArgs, quota_share: QuotaShare) -> Result<Self, Failure> {
        let calls = Calls::default();
        let settings = aws::client::ClientSettings { quota_share, calls: calls.clone(), ..Default::default() };
        let mut loader = aws::client::config_loader(&settings);
        if let Some(profile) = &account.profile {
            // The SDK asks the environment first: another account than the one named would be looked at.
            if std::env::var_os("AWS_ACCESS_KEY_ID").is_some_and(|key| !key.is_empty()) {
                return Err(Failure::usage_of(format!(
                    "--profile {profile} is given, and so are credentials in the environment, which would be used instead: unset \
                     AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or leave --profile out"
                )));
            }
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &account.region {
            loader = loader.region(Region::new(region.clone()));
        }
        let config = loader.load().await;
        check_endpoint(configured_endpoint(&config, "STS"))?;
        let caller = caller::caller(&config).await.map_err(|error| match &error {
            CallerError::Unknown(call) if denied::is_without_credentials(&call.message) => {
                Failure { ending: Ending::Unread, what: without_credentials(account), hint: None }
            }
            CallerError::Unknown(call) => Failure::call(call),
            _ => Failure::usage(&error),
        })?;
        Ok(Self { config, calls, caller })
    }
}

/// The SDK finds out at the first request, and its message has the whole request in it.
fn check_endpoint(endpoint: Option<String>) -> Result<(), Failure> {
    let Some(endpoint) = endpoint else { return Ok(()) };
    let is_url = endpoint.parse::<http::Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
    });
    let what = || {
        format!(
            "AWS_ENDPOINT_URL is {endpoint:?}, which is no URL: it looks like https://ecs.eu-central-1.amazonaws.com"
        )
    };
    if is_url { Ok(()) } else { Err(Failure::usage_of(what())) }
}

fn without_credentials(account: &AccountArgs) -> String {
    match &account.profile {
        Some(profile) => format!(
            "the profile {profile:?} gives no credentials: is it in ~/.aws/config, and is its session not over \
             (`aws sso login --profile {profile}`)?"
        ),
        None => {
            "there are no credentials: give --profile, set AWS_PROFILE, or sign in with `aws sso login` or `aws configure`"
                .to_owned()
        }
    }
}
