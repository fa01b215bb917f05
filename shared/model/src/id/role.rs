//! The ARN of an IAM role, which has no Region.

use std::fmt;
use std::str::FromStr;

use super::AccountId;
use super::arn::{ArnError, partition_of};

/// An IAM role: `arn:PARTITION:iam::ACCOUNT:role/NAME`, with a path before the name perhaps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoleArn {
    text: String,
    partition: String,
    account: AccountId,
}

/// The longest name that IAM allows, and the longest path.
const MAX_NAME: usize = 64;
const MAX_PATH: usize = 512;

impl RoleArn {
    /// The whole ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The partition it is in: `aws`, `aws-cn`, `aws-us-gov` …
    #[must_use]
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// The account that it is in.
    #[must_use]
    pub const fn account(&self) -> &AccountId {
        &self.account
    }
}

impl FromStr for RoleArn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        let expected = "the ARN of an IAM role, such as arn:aws:iam::111122223333:role/audit";
        let fail = |why| ArnError { text: text.chars().take(300).collect(), expected, why };
        let partition = partition_of(text).ok_or_else(|| fail("it does not begin with arn:aws"))?;
        let mut parts = text.splitn(6, ':').skip(2);
        if parts.next() != Some("iam") {
            return Err(fail("it belongs to another AWS service"));
        }
        if parts.next() != Some("") {
            return Err(fail("it names a Region, and a role has none"));
        }
        let account = parts.next().and_then(|account| account.parse().ok());
        let account = account.ok_or_else(|| fail("its account id is missing or malformed"))?;
        let role = parts.next().and_then(|resource| resource.strip_prefix("role/"));
        let role = role.ok_or_else(|| fail("it is not a role's: its last part does not begin with role/"))?;
        let (path, name) = role.rsplit_once('/').unwrap_or(("", role));
        let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
        if !(1..=MAX_NAME).contains(&name.len()) || !name.bytes().all(is_of_name) {
            return Err(fail("its name has a character that no role has, or too many or none"));
        }
        if path.len() > MAX_PATH || !path.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(fail("its path has a character that no path has, or too many"));
        }
        Ok(Self { text: text.to_owned(), partition: partition.to_owned(), account })
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::RoleArn;

    #[test]
    fn a_role_may_have_a_path_and_is_of_any_partition() {
        for (text, partition) in [
            ("arn:aws:iam::111122223333:role/audit", "aws"),
            ("arn:aws-cn:iam::111122223333:role/landing/zone/audit", "aws-cn"),
            ("arn:aws-us-gov:iam::111122223333:role/a_+=,.@-b", "aws-us-gov"),
        ] {
            let role: RoleArn = text.parse().unwrap();
            assert_eq!((role.as_str(), role.partition(), role.account().as_str()), (text, partition, "111122223333"));
        }
    }

    #[test]
    fn what_is_no_role_says_why() {
        for (text, why) in [
            ("", "does not begin with arn:aws"),
            ("audit", "does not begin with arn:aws"),
            ("arn:aws:sts::111122223333:assumed-role/audit/me", "another AWS service"),
            ("arn:aws:iam:eu-west-1:111122223333:role/audit", "names a Region"),
            ("arn:aws:iam::1111:role/audit", "account id is missing or malformed"),
            ("arn:aws:iam::{account}:role/audit", "account id is missing or malformed"),
            ("arn:aws:iam::111122223333:user/audit", "does not begin with role/"),
            ("arn:aws:iam::111122223333:role/", "its name has"),
            ("arn:aws:iam::111122223333:role/au dit", "its name has"),
            ("arn:aws:iam::111122223333:role/{name}", "its name has"),
            ("arn:aws:iam::111122223333:role/a b/audit", "its path has"),
        ] {
            let error = text.parse::<RoleArn>().unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
