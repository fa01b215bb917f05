//! One set-up for all SDK clients of the process.
//!
//! * **Transport**: one connection pool, TLS by rustls over ring: no C library to build, and a small binary. It is made at
//!   the first request. Every attempt waits for its [`Budget`] and is counted in [`Calls`] there, below the SDK's retries.
//! * **Timeouts**: for connecting and, from the request on, for the first byte of an answer, which bounds a TLS handshake
//!   too. None for a whole attempt or operation: waiting for the budget is part of both. What ends a call for good is a
//!   pass's [`Deadline`](crate::deadline::Deadline).
//! * **Retries**: the SDK's standard ones, with jitter and a retry quota of their own. Adaptive retries would hold back a
//!   whole client, so that one throttled RegisterTargets slows every Describe of the same service, and remember that
//!   over passes; the budget knows AWS's quotas one by one and needs no guessing.
//!
//! Region, endpoint and credentials come from the SDK's standard settings (`AWS_REGION`, `AWS_ENDPOINT_URL` …): a function's
//! from its environment alone, the command line's from profiles and everything else that the SDK knows.

mod action;
mod environment;
mod http;
mod lazy;
pub mod signed;
mod transport;
mod trust;

pub use lazy::Lazy;
pub use trust::Trust;

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::RetryConfig;

use crate::budget::{Budget, QuotaShare};
use crate::calls::Calls;
use http::Http;
use transport::Metered;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const READ_TIMEOUT: Duration = Duration::from_secs(10);
const ATTEMPTS: u32 = 4;
const FIRST_BACKOFF: Duration = Duration::from_millis(500);
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);

/// What is set here and not by the SDK's own settings.
#[derive(Debug, Clone, Default)]
pub struct ClientSettings {
    /// This process's share of AWS's request quotas.
    pub quota_share: QuotaShare,
    /// The count of requests sent.
    pub calls: Calls,
    /// Which certificate authorities are trusted.
    pub trust: Trust,
}

/// The configuration to make every SDK client of a function from, once.
#[must_use]
pub fn function_config(settings: &ClientSettings) -> SdkConfig {
    environment::config()
        .http_client(transport(settings))
        .timeout_config(timeouts())
        .retry_config(retries())
        .stalled_stream_protection(stalls())
        .build()
}

/// The same for a person's machine, before it is loaded: they may have a say in the profile or the Region.
#[must_use]
pub fn config_loader(settings: &ClientSettings) -> ConfigLoader {
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(transport(settings))
        .timeout_config(timeouts())
        .retry_config(retries())
        .stalled_stream_protection(stalls())
}

/// The same configuration with connections, a budget and a count of its own.
#[must_use]
pub fn with_own_transport(config: &SdkConfig, settings: &ClientSettings) -> SdkConfig {
    config.to_builder().http_client(transport(settings)).build()
}

fn transport(settings: &ClientSettings) -> SharedHttpClient {
    let transport = SharedHttpClient::new(Http::new(settings.trust));
    SharedHttpClient::new(Metered::new(transport, Budget::new(settings.quota_share), settings.calls.clone()))
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().read_timeout(READ_TIMEOUT).build()
}

/// Uploads are watched from the moment a request is handed to the transport, where it may wait for the budget.
fn stalls() -> StalledStreamProtectionConfig {
    StalledStreamProtectionConfig::enabled().upload_enabled(false).build()
}

fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(FIRST_BACKOFF)
        .with_max_backoff(LONGEST_BACKOFF)
}
