//! What to do when AWS says no: which permission is missing, or what is wrong with the credentials.

use std::collections::BTreeSet;

use audit::caller::ASSUME_ROLE;
use model::call::{CallError, CallErrorKind};
use model::observation::{Unread, UnreadKind};
use serde_json::json;

/// What can be done about a call that failed, if it isn't plain.
pub(crate) fn hint(error: &CallError) -> Option<String> {
    let code = error.code.as_deref().unwrap_or_default();
    if error.operation == ASSUME_ROLE && error.kind == CallErrorKind::Denied {
        return Some(of_role(&error.resource));
    }
    of_credentials(code, &error.message).map(str::to_owned).or_else(|| {
        (error.kind == CallErrorKind::Denied)
            .then(|| format!("add this statement to the caller's policy:\n{}", statement([error.operation])))
    })
}

/// What to do about everything a report couldn't read, if there is something to do.
pub(crate) fn hints(unread: &[Unread]) -> Vec<String> {
    let mut hints: BTreeSet<String> = BTreeSet::new();
    let mut denied = BTreeSet::new();
    for one in unread {
        if one.operation == ASSUME_ROLE && one.kind == UnreadKind::Denied {
            hints.insert(of_role(&one.resource));
            continue;
        }
        match of_credentials(one.code.as_deref().unwrap_or_default(), &one.error) {
            Some(hint) => drop(hints.insert(hint.to_owned())),
            None if one.kind == UnreadKind::Denied => drop(denied.insert(one.operation.as_str())),
            None => {}
        }
    }
    let mut hints: Vec<String> = hints.into_iter().collect();
    if !denied.is_empty() {
        let missing = if denied.len() == 1 { "1 permission is" } else { &format!("{} permissions are", denied.len()) };
        hints.push(format!(
            "{missing} missing; `ecs-nlb-guard permissions` prints the whole IAM policy. Add this statement to the caller's \
             policy:\n{}",
            statement(denied)
        ));
    }
    hints
}

/// What lets a caller assume a role: both its own account and the role's have a say.
fn of_role(role: &str) -> String {
    format!(
        "{role} can't be assumed: the caller's policy must allow sts:AssumeRole on it, and the role's trust policy must name the \
         caller; is there a role of this name in the account?"
    )
}

/// A statement that allows these actions. What is read here is read on any resource.
fn statement<'a>(actions: impl IntoIterator<Item = &'a str>) -> String {
    let actions: Vec<&str> = actions.into_iter().collect();
    let statement = json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
    format!("{statement:#}")
}

/// What is wrong with the credentials or the endpoint, where that is it.
fn of_credentials(code: &str, message: &str) -> Option<&'static str> {
    match code.strip_suffix("Exception").unwrap_or(code) {
        "ExpiredToken" | "RequestExpired" => {
            Some("your session has expired: sign in again, for instance with `aws sso login`")
        }
        "UnrecognizedClient" | "InvalidClientTokenId" | "MissingAuthenticationToken" => Some(
            "AWS doesn't know these credentials: the access key may be gone or belong elsewhere, or the Region isn't \
             enabled for the account",
        ),
        "SignatureDoesNotMatch" | "InvalidSignature" | "IncompleteSignature" => {
            Some("the secret key doesn't belong to the access key, or this machine's clock is wrong")
        }
        _ if message.contains("dns error") || message.contains("failed to lookup address") => {
            Some("AWS has no address there: is the Region right, and is there a network?")
        }
        _ if message.contains("onnection refused") => {
            Some("nothing answers at the endpoint: is AWS_ENDPOINT_URL right, and is the proxy or emulator running?")
        }
        _ if is_bad_address(message) => {
            Some("the endpoint is no URL: AWS_ENDPOINT_URL looks like https://ecs.eu-central-1.amazonaws.com")
        }
        _ => None,
    }
}

/// Is it that the endpoint's address can't be one?
fn is_bad_address(message: &str) -> bool {
    ["invalid uri", "endpoint was not a valid uri", "valid URI", "invalid authority", "no scheme", "absolute-form"]
        .iter()
        .any(|words| message.contains(words))
}

/// Is it that no credentials were found? Then nothing was asked.
pub(crate) fn is_without_credentials(message: &str) -> bool {
    ["no providers in chain", "no credentials", "credential provider", "credentials provider", "loading credentials"]
        .iter()
        .any(|words| message.contains(words))
}
