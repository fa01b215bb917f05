//! Which roles an audit assumes, one for each account.

use std::collections::BTreeMap;

use model::id::{AccountId, RoleArn};

use crate::ending::Failure;
use crate::survey::list;

/// Stands for the account's id in the ARN of a role.
const ACCOUNT: &str = "{account}";

/// The roles that `--role-arn` and `--accounts` name, each once.
///
/// # Errors
/// When they aren't roles, contradict each other, or are of several partitions: all mistakes at once.
pub(crate) fn named(role_arns: &[String], accounts: &[String]) -> Result<Vec<RoleArn>, Failure> {
    let mut problems = Vec::new();
    let ids: Vec<AccountId> = list(accounts)
        .iter()
        .filter_map(|text| text.parse().map_err(|error| problems.push(format!("--accounts: {error}"))).ok())
        .collect();
    let (mut texts, mut has_pattern) = (Vec::new(), false);
    for text in list(role_arns) {
        if text.contains(ACCOUNT) {
            has_pattern = true;
            texts.extend(ids.iter().map(|id| text.replace(ACCOUNT, id.as_str())));
            if accounts.is_empty() {
                problems.push(format!("--role-arn {text}: name the accounts: --accounts 111111111111,222222222222"));
            }
        } else {
            texts.push(text);
        }
    }
    if !accounts.is_empty() && !has_pattern {
        problems.push(format!(
            "--accounts needs a role that it can be put into: --role-arn 'arn:aws:iam::{ACCOUNT}:role/audit'"
        ));
    }
    let mut roles: Vec<RoleArn> = Vec::new();
    let mut of_account: BTreeMap<AccountId, RoleArn> = BTreeMap::new();
    for text in texts {
        match text.parse::<RoleArn>() {
            Err(error) => problems.push(format!("--role-arn: {error}")),
            Ok(role) => match of_account.get(role.account()) {
                Some(known) if *known == role => {}
                Some(known) => problems.push(format!(
                    "--role-arn: {known} and {role} are of one account, which is audited once: leave one of them out"
                )),
                None => {
                    of_account.insert(role.account().clone(), role.clone());
                    roles.push(role);
                }
            },
        }
    }
    if let Some((first, other)) =
        roles.first().and_then(|first| Some((first, roles.iter().find(|role| role.partition() != first.partition())?)))
    {
        problems.push(format!(
            "--role-arn: {first} and {other} are of different partitions, and credentials are of one: audit each by itself"
        ));
    }
    if problems.is_empty() { Ok(roles) } else { Err(Failure::usage_of(problems.join("\n"))) }
}

#[cfg(test)]
mod tests {
    fn named(role_arns: &[&str], accounts: &[&str]) -> Result<Vec<String>, String> {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let roles = super::named(&texts(role_arns), &texts(accounts)).map_err(|failure| failure.what)?;
        Ok(roles.iter().map(ToString::to_string).collect())
    }

    const ONE: &str = "arn:aws:iam::111111111111:role/audit";
    const OTHER: &str = "arn:aws:iam::222222222222:role/audit";
    const PATTERN: &str = "arn:aws:iam::{account}:role/audit";

    #[test]
    fn each_role_is_named_once() {
        assert_eq!(named(&[], &[]), Ok(vec![]));
        let both = Ok(vec![ONE.to_owned(), OTHER.to_owned()]);
        assert_eq!(named(&[&format!("{ONE},{OTHER}"), ONE], &[]), both);
        assert_eq!(named(&[PATTERN], &["111111111111, 222222222222,111111111111"]), both);
        assert_eq!(named(&[ONE, PATTERN], &["222222222222"]), both);
    }

    #[test]
    fn what_cannot_be_says_what_to_do() {
        for (role_arns, accounts, says) in [
            (&[PATTERN][..], &[][..], "name the accounts: --accounts"),
            (&[ONE], &["222222222222"], "--accounts needs a role that it can be put into"),
            (&[PATTERN], &["2222"], "\"2222\" is not an account id of twelve digits"),
            (&["audit"], &[], "is not the ARN of an IAM role, such as"),
            (&[ONE, "arn:aws:iam::111111111111:role/other"], &[], "are of one account"),
            (&[ONE, "arn:aws-cn:iam::222222222222:role/audit"], &[], "are of different partitions"),
        ] {
            let what = named(role_arns, accounts).unwrap_err();
            assert!(what.contains(says), "{what}");
        }
    }
}
