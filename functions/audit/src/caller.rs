//! Whose account and Region a person at the command line works in: those of their credentials and settings.

use std::error::Error;

use aws::error::call_error;
use aws_config::SdkConfig;
use aws_config::sts::{AssumeRoleProvider, AssumeRoleProviderBuilder};
use aws_sdk_sts::Client;
use aws_sdk_sts::config::SharedCredentialsProvider;
use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use model::call::CallError;
use model::id::{RoleArn, partition_of};
use runtime::home::Home;

const OPERATION: &str = "sts:GetCallerIdentity";

/// Taking on a role.
pub const ASSUME_ROLE: &str = "sts:AssumeRole";

/// What a session of a role is called: CloudTrail of the role's account shows it.
const SESSION_NAME: &str = "ecs-nlb-guard";

/// Why it isn't known where to look.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallerError {
    /// No Region is set.
    #[error("no Region is set: give --region, set AWS_REGION, or set one in the profile")]
    NoRegion,
    /// What is set as the Region can't be one.
    #[error("{0:?} is not a Region: it looks like eu-central-1")]
    BadRegion(String),
    /// AWS doesn't say whose credentials these are.
    #[error("whose account this is can't be asked: {0}")]
    Unknown(#[from] CallError),
    /// AWS's answer makes no sense.
    #[error("can't identify the AWS account from AWS's answer {0:?}")]
    Unclear(String),
}

/// Who calls, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account of the caller's credentials, in the Region that is set.
    pub home: Home,
    /// The ARN of the user, or of the role and its session.
    pub arn: String,
}

/// The same configuration with the credentials of a role, which are asked for with those of `config` in its Region, and again
/// before they expire. Whatever is made of the result shares them. The role's trust policy may ask for `external_id`.
pub async fn assuming(config: &SdkConfig, role: &RoleArn, external_id: Option<&str>) -> SdkConfig {
    let provider = AssumeRoleProvider::builder(role.as_str()).session_name(SESSION_NAME).configure(config);
    let provider = external_id.into_iter().fold(provider, AssumeRoleProviderBuilder::external_id);
    let credentials = SharedCredentialsProvider::new(provider.build().await);
    config.to_builder().credentials_provider(credentials).build()
}

/// Asks AWS who calls.
///
/// # Errors
/// When AWS's answer doesn't say.
pub async fn caller(config: &SdkConfig) -> Result<Caller, CallerError> {
    let region = config.region().ok_or(CallerError::NoRegion)?;
    let region = region.as_ref().parse().map_err(|_| CallerError::BadRegion(region.as_ref().to_owned()))?;
    let answer = Client::new(config).get_caller_identity().send().await;
    let answer = answer.map_err(|error| match refused_role(&error) {
        Some(refusal) => call_error(ASSUME_ROLE, "the role", refusal),
        None => call_error(OPERATION, "the caller", &error),
    })?;
    let arn = answer.arn().unwrap_or_default();
    let account = answer.account().and_then(|account| account.parse().ok());
    let (partition, account) = partition_of(arn).zip(account).ok_or_else(|| CallerError::Unclear(arn.to_owned()))?;
    let home = Home { partition: partition.to_owned(), account, region };
    Ok(Caller { home, arn: arn.to_owned() })
}

/// Is it that a role was refused, by `--role-arn` or by a profile, before the call itself could be made?
fn refused_role<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a SdkError<AssumeRoleError>> {
    std::iter::successors(Some(error), |&error| error.source()).find_map(|error| error.downcast_ref())
}
