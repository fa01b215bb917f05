//! Which Regions are audited.

use aws::sdk::Clients;
use model::id::{AccountId, RoleArn};

use super::part::{AccountPart, Unaudited};
use crate::ending::Failure;
use crate::progress::Bars;
use crate::session::{Access, HomeRegion};
use crate::survey::list;

/// Stands for every Region that is enabled for the account.
const ALL: &str = "all";

/// Where it is asked which Regions are enabled, if no Region is set: a Region of the partition that is enabled by default,
/// which no account can disable ("Enable or disable AWS Regions" in the AWS Account Management guide).
fn first_of(partition: Option<&str>) -> &'static str {
    match partition {
        Some("aws-cn") => "cn-north-1",
        Some("aws-us-gov") => "us-gov-west-1",
        _ => "us-east-1",
    }
}

/// The Regions that are named.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Regions {
    /// The one that is set.
    Set,
    /// These.
    These(Vec<String>),
    /// Those that are enabled for the account.
    All,
}

impl Regions {
    /// What `--region` says.
    ///
    /// # Errors
    /// When it says two things at once.
    pub(super) fn named(text: Option<&str>) -> Result<Self, Failure> {
        let Some(text) = text else { return Ok(Self::Set) };
        let mut regions: Vec<String> = Vec::new();
        for region in list(&[text.to_owned()]) {
            if region.is_empty() {
                return Err(Failure::usage_of(format!("--region {text:?}: a Region is missing beside a comma")));
            }
            if !regions.contains(&region) {
                regions.push(region);
            }
        }
        match regions.as_slice() {
            [all] if all == ALL => Ok(Self::All),
            several if several.iter().any(|region| region == ALL) => Err(Failure::usage_of(format!(
                "--region {text}: \"all\" stands for every Region that is enabled for the account: leave the others out"
            ))),
            _ => Ok(Self::These(regions)),
        }
    }

    /// May there be several?
    pub(super) const fn are_several(&self) -> bool {
        match self {
            Self::Set => false,
            Self::These(regions) => regions.len() > 1,
            Self::All => true,
        }
    }

    /// Where to work before it is known which they are, and where `roles` are assumed: in the Region that is set, for in one that is
    /// looked at the caller's own account may not be enabled.
    pub(super) fn home(&self, roles: &[RoleArn]) -> HomeRegion<'_> {
        match self {
            Self::Set => HomeRegion::Set,
            Self::These(regions) => match (regions.first(), roles) {
                (None, _) => HomeRegion::Set,
                (Some(region), []) => HomeRegion::Given(region),
                (Some(region), _) => HomeRegion::SetOr(region),
            },
            Self::All => HomeRegion::SetOr(first_of(roles.first().map(RoleArn::partition))),
        }
    }

    /// A part for each Region.
    ///
    /// # Errors
    /// When it can't be read which Regions are enabled.
    pub(super) async fn parts<'a>(&self, access: &'a Access, bars: &Bars) -> Result<Vec<AccountPart<'a>>, Unaudited> {
        let part = |region: Option<String>| AccountPart { access, region };
        match self {
            Self::Set => Ok(vec![part(Some(access.region()).filter(|region| !region.is_empty()))]),
            Self::These(regions) => Ok(regions.iter().cloned().map(|region| part(Some(region))).collect()),
            Self::All => {
                let bar = bars.bar(access.account().map_or("", AccountId::as_str));
                bar.now("asking AWS which Regions are enabled");
                Ok(enabled(access).await?.into_iter().map(|region| part(Some(region))).collect())
            }
        }
    }
}

/// The Regions that are enabled for the account.
async fn enabled(access: &Access) -> Result<Vec<String>, Unaudited> {
    let session = access.session(None).await;
    let session = session.map_err(|failure| Unaudited {
        account: access.account().cloned(),
        region: access.region(),
        failure,
    })?;
    let regions = Clients::new(&session.config).enabled_regions().await.map_err(|error| Unaudited {
        account: Some(session.caller.home.account.clone()),
        region: session.caller.home.region.to_string(),
        failure: Failure::call(&error),
    })?;
    Ok(regions.iter().map(ToString::to_string).collect())
}

#[cfg(test)]
mod tests {
    use super::Regions;

    fn named(text: &str) -> Result<Regions, String> {
        Regions::named(Some(text)).map_err(|failure| failure.what)
    }

    #[test]
    fn each_region_is_named_once() {
        let these = named("eu-west-1, us-east-1,eu-west-1");
        assert_eq!(these, Ok(Regions::These(vec!["eu-west-1".to_owned(), "us-east-1".to_owned()])));
        assert_eq!(named("all"), Ok(Regions::All));
        assert_eq!(named("all,all"), Ok(Regions::All));
    }

    #[test]
    fn all_and_others_contradict_each_other() {
        assert!(named("eu-west-1,all").is_err_and(|what| what.contains("leave the others out")));
        assert!(named("eu-west-1,,us-east-1").is_err_and(|what| what.contains("a Region is missing")));
    }
}
