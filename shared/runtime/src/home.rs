//! The account and Region a function works in, and keeps to.

use model::id::{AccountId, ClusterArn, FunctionArn, Region};

/// Where a function works: nothing elsewhere is ever looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// `aws`, `aws-cn`, `aws-us-gov` …: what ARNs here begin with.
    pub partition: String,
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
}

/// The function's own ARN is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the ARN of a Lambda function, so the account and Region to work in are unknown")]
pub struct HomeError(String);

/// Something belongs to another partition, account or Region.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} belongs to {theirs}, but this function works in {ours}")]
pub struct Elsewhere {
    /// What it is.
    pub what: String,
    /// The account and Region, or the partition, it belongs to.
    pub theirs: String,
    /// The same of the function.
    pub ours: String,
}

impl Home {
    /// The home of the function with this ARN: `arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME`.
    ///
    /// # Errors
    /// When it is no such ARN.
    pub fn of_function(arn: &str) -> Result<Self, HomeError> {
        let home = |function: FunctionArn| {
            let (account, region) = (function.account().parse().ok()?, function.region().parse().ok()?);
            Some(Self { partition: function.partition().to_owned(), account, region })
        };
        let home = arn.parse().ok().and_then(home);
        // Where no cluster can be, nothing is ever at home.
        home.filter(|home| home.cluster("any").is_some()).ok_or_else(|| HomeError(arn.chars().take(200).collect()))
    }

    /// Is it here?
    ///
    /// # Errors
    /// When the account or the Region is another, with the name of both.
    pub fn keeps_to(&self, what: &str, account: &str, region: &str) -> Result<(), Elsewhere> {
        if account == self.account.as_str() && region == self.region.as_str() {
            return Ok(());
        }
        let ours = format!("account {} in {}", self.account, self.region);
        Err(Elsewhere::new(what, &format!("account {account} in {region}"), ours))
    }

    /// The same for what says its partition too. What AWS is asked about in another than its own spoils the whole call.
    fn keeps_to_all(&self, what: &str, partition: &str, account: &str, region: &str) -> Result<(), Elsewhere> {
        if partition == self.partition {
            return self.keeps_to(what, account, region);
        }
        Err(Elsewhere::new(what, &format!("partition {partition}"), format!("partition {}", self.partition)))
    }

    /// The cluster of this name here, if it can be a cluster's name.
    #[must_use]
    pub fn cluster(&self, name: &str) -> Option<ClusterArn> {
        format!("arn:{}:ecs:{}:{}:cluster/{name}", self.partition, self.region, self.account).parse().ok()
    }
}

impl Elsewhere {
    fn new(what: &str, theirs: &str, ours: String) -> Self {
        let cut = |text: &str| text.chars().take(300).collect();
        Self { what: cut(what), theirs: cut(theirs), ours }
    }
}

/// An ARN that says where it belongs.
pub trait Located {
    /// Checks that it is at home.
    ///
    /// # Errors
    /// When it isn't.
    fn at(&self, home: &Home) -> Result<(), Elsewhere>;
}

macro_rules! located {
    ($($arn:ident),+) => {
        $(impl Located for model::id::$arn {
            fn at(&self, home: &Home) -> Result<(), Elsewhere> {
                home.keeps_to_all(self.as_str(), self.partition(), self.account(), self.region())
            }
        })+
    };
}
located!(ClusterArn, ListenerArn, LoadBalancerArn, ServiceArn, TaskArn, TargetGroupArn);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_functions_arn_tells_where_it_works() {
        let home = Home::of_function("arn:aws-cn:lambda:cn-north-1:111122223333:function:registrar:live").unwrap();
        assert_eq!(home.cluster("a").unwrap().as_str(), "arn:aws-cn:ecs:cn-north-1:111122223333:cluster/a");
        for wrong in [
            "",
            "registrar",
            "arn:aws:lambda:eu-central-1:1:function:a",
            "arn:aws:ecs:eu-central-1:111122223333:function:a",
        ] {
            assert_eq!(Home::of_function(wrong), Err(HomeError(wrong.to_owned())));
        }
    }

    #[test]
    fn what_is_elsewhere_is_told_with_both_places() {
        let home = Home::of_function("arn:aws:lambda:eu-central-1:111122223333:function:registrar").unwrap();
        assert_eq!(home.keeps_to("it", "111122223333", "eu-central-1"), Ok(()));
        let error = home.keeps_to("the event", "444455556666", "eu-west-1").unwrap_err();
        insta::assert_snapshot!(error, @"the event belongs to account 444455556666 in eu-west-1, but this function works in account 111122223333 in eu-central-1");
    }

    #[test]
    fn regression_a_function_in_no_partition_is_nowhere() {
        for partition in ["aws[", "aws\0", "AWS", "aws ", &"aws".repeat(30)] {
            let arn = format!("arn:{partition}:lambda:eu-central-1:111122223333:function:registrar");
            assert_eq!(Home::of_function(&arn), Err(HomeError(arn)));
        }
    }

    #[test]
    fn regression_another_partition_is_elsewhere() {
        let home = Home::of_function("arn:aws:lambda:eu-central-1:111122223333:function:registrar").unwrap();
        let at = |arn: &str| arn.parse::<ClusterArn>().unwrap().at(&home);
        assert_eq!(at("arn:aws:ecs:eu-central-1:111122223333:cluster/prod"), Ok(()));
        let error = at("arn:aws-cn:ecs:eu-central-1:111122223333:cluster/prod").unwrap_err();
        insta::assert_snapshot!(error, @"arn:aws-cn:ecs:eu-central-1:111122223333:cluster/prod belongs to partition aws-cn, but this function works in partition aws");
    }
}
