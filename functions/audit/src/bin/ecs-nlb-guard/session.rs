//! The account and Region worked in, by the settings that all commands share.

use audit::caller::{self, Caller, CallerError};
use aws::budget::QuotaShare;
use aws::calls::Calls;
use aws::client::signed::configured_endpoint;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::{Region, SdkConfig};
use model::call::CallError;
use model::id::{AccountId, RoleArn};

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

/// Credentials and settings from where the AWS command line takes them, before it is known whose they are.
pub(crate) struct Access {
    config: SdkConfig,
    quota_share: QuotaShare,
    profile: Option<String>,
    /// The role that was assumed with the credentials.
    role: Option<RoleArn>,
}

/// Which Region is worked in, unless a session is of another.
pub(crate) enum HomeRegion<'a> {
    /// The one that is set, by a variable or in the profile.
    Set,
    /// The one that is set; else this one.
    SetOr(&'a str),
    /// This one.
    Given(&'a str),
}

impl Access {
    /// Loads them.
    ///
    /// # Errors
    /// When they contradict each other, or can't be used.
    pub(crate) async fn load(
        profile: Option<&str>,
        home: HomeRegion<'_>,
        quota_share: QuotaShare,
    ) -> Result<Self, Failure> {
        let settings = aws::client::ClientSettings { quota_share, ..Default::default() };
        let mut loader = aws::client::config_loader(&settings);
        if let Some(profile) = profile {
            // The SDK asks the environment first: another account than the one named would be looked at.
            if std::env::var_os("AWS_ACCESS_KEY_ID").is_some_and(|key| !key.is_empty()) {
                return Err(Failure::usage_of(format!(
                    "--profile {profile} is given, and so are credentials in the environment, which would be used instead: unset \
                     AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or leave --profile out"
                )));
            }
            loader = loader.profile_name(profile);
        }
        loader = match home {
            HomeRegion::Set => loader,
            HomeRegion::SetOr(region) => loader.region(set_or(profile, region)),
            HomeRegion::Given(region) => loader.region(Region::new(region.to_owned())),
        };
        let config = loader.load().await;
        check_endpoint(configured_endpoint(&config, "STS"))?;
        Ok(Self { config, quota_share, profile: profile.map(str::to_owned), role: None })
    }

    /// The same settings with the credentials of a role. Nothing is sent yet.
    pub(crate) async fn assuming(&self, role: RoleArn, external_id: Option<&str>) -> Self {
        let config = caller::assuming(&self.config, &role, external_id).await;
        Self { config, quota_share: self.quota_share, profile: self.profile.clone(), role: Some(role) }
    }

    /// The account, if it is known without asking.
    pub(crate) fn account(&self) -> Option<&AccountId> {
        self.role.as_ref().map(RoleArn::account)
    }

    /// The Region that is worked in, as far as one is set.
    pub(crate) fn region(&self) -> String {
        self.config.region().map(ToString::to_string).unwrap_or_default()
    }

    /// A session in this Region; in that of the settings, if it is none. It has connections and a budget of its own.
    ///
    /// # Errors
    /// When no Region is set, or AWS doesn't say whose account it is.
    pub(crate) async fn session(&self, region: Option<&str>) -> Result<Session, Failure> {
        let calls = Calls::default();
        let settings =
            aws::client::ClientSettings { quota_share: self.quota_share, calls: calls.clone(), ..Default::default() };
        let mut config = aws::client::with_own_transport(&self.config, &settings).into_builder();
        if let Some(region) = region {
            config = config.region(Region::new(region.to_owned()));
        }
        let config = config.build();
        let caller = caller::caller(&config).await.map_err(|error| match &error {
            CallerError::Unknown(call) if denied::is_without_credentials(&call.message) => {
                let what = without_credentials(self.profile.as_deref());
                Failure { ending: Ending::Unread, what, hint: None, unread: None }
            }
            CallerError::Unknown(call) => Failure::call(&self.with_role(call)),
            _ => Failure::usage(&error),
        })?;
        Ok(Session { config, calls, caller })
    }

    /// The call with the role that was refused.
    fn with_role(&self, call: &CallError) -> CallError {
        match &self.role {
            Some(role) if call.operation == caller::ASSUME_ROLE => {
                CallError { resource: role.to_string(), ..call.clone() }
            }
            _ => call.clone(),
        }
    }
}

/// The Region that is set. The machine's metadata isn't asked: there is an answer without it.
fn set_or(profile: Option<&str>, region: &str) -> RegionProviderChain {
    let mut of_profile = ProfileFileRegionProvider::builder();
    if let Some(profile) = profile {
        of_profile = of_profile.profile_name(profile);
    }
    RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
        .or_else(of_profile.build())
        .or_else(Region::new(region.to_owned()))
}

impl Session {
    /// Finds out whose account it is.
    ///
    /// # Errors
    /// When no Region is set, or AWS doesn't say.
    pub(crate) async fn open(account: &AccountArgs, quota_share: QuotaShare) -> Result<Self, Failure> {
        if let Some(region) = account.region.as_deref().filter(|region| *region == "all" || region.contains(',')) {
            return Err(Failure::usage_of(format!("--region {region}: only `audit` takes several Regions, give one")));
        }
        let home = account.region.as_deref().map_or(HomeRegion::Set, HomeRegion::Given);
        Access::load(account.profile.as_deref(), home, quota_share).await?.session(None).await
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

fn without_credentials(profile: Option<&str>) -> String {
    match profile {
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
