//! What a failed call to DynamoDB means.

use std::error::Error;

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use model::call::{CallError, CallErrorKind};

use super::DynamoDbLedger;
use super::item::ItemError;

impl DynamoDbLedger {
    /// A failed call, classified.
    pub(super) fn failed<E>(
        &self,
        operation: &'static str,
        resource: &str,
        error: &SdkError<E, HttpResponse>,
    ) -> CallError
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
        let kind = kind(code, error);
        let message = match code {
            Some("ResourceNotFoundException") => format!(
                "there is no table {:?}: create it, with the string keys pk and sk, or set GUARD_LEDGER_TABLE to one that exists",
                self.table
            ),
            _ => message(error),
        };
        CallError { operation, resource: resource.to_owned(), kind, code: code.map(str::to_owned), message }
    }

    /// A request that can't be put together.
    pub(super) fn unbuildable(&self, operation: &'static str, error: &BuildError) -> CallError {
        let (resource, message) = (self.table.clone(), error.to_string());
        CallError { operation, resource, kind: CallErrorKind::Permanent, code: None, message }
    }

    /// What DynamoDB left of a batch, each time it was asked.
    pub(super) fn unprocessed(&self, operation: &'static str, left: &str) -> CallError {
        let message = format!("{left} were left unprocessed after {} attempts", self.backoff.attempts);
        CallError { operation, resource: self.table.clone(), kind: CallErrorKind::Throttled, code: None, message }
    }

    /// What the table can't tell because an item in it makes no sense.
    pub(super) fn unreadable(&self, operation: &'static str, resource: &str, error: &ItemError) -> CallError {
        CallError {
            operation,
            resource: resource.to_owned(),
            kind: CallErrorKind::Permanent,
            code: None,
            message: format!("{error}: delete that item from table {:?}", self.table),
        }
    }
}

/// What follows from a failure. The status decides where AWS's answer has no code that is known here.
fn kind<E>(code: Option<&str>, error: &SdkError<E, HttpResponse>) -> CallErrorKind {
    if matches!(error, SdkError::ConstructionFailure(_)) {
        return CallErrorKind::Permanent;
    }
    match code {
        Some(
            "ThrottlingException" | "Throttling" | "ProvisionedThroughputExceededException" | "RequestLimitExceeded",
        ) => CallErrorKind::Throttled,
        Some(
            "AccessDeniedException"
            | "AccessDenied"
            | "UnrecognizedClientException"
            | "MissingAuthenticationTokenException"
            | "ExpiredTokenException"
            | "InvalidSignatureException"
            | "IncompleteSignatureException",
        ) => CallErrorKind::Denied,
        // No table, or one with other keys: the same request fails again.
        Some("ResourceNotFoundException" | "ValidationException") => CallErrorKind::Permanent,
        _ => match error.raw_response().map(|response| response.status().as_u16()) {
            Some(401 | 403) => CallErrorKind::Denied,
            Some(429) => CallErrorKind::Throttled,
            _ => CallErrorKind::Transient,
        },
    }
}

/// AWS's words, or the whole chain of causes of a failure without any.
fn message<E>(error: &SdkError<E, HttpResponse>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if let Some(message) = error.as_service_error().and_then(ProvideErrorMetadata::message) {
        return message.to_owned();
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::operation::get_item::GetItemError;
    use aws_smithy_mocks::{RuleMode, mock, mock_client};

    use super::*;
    use model::ledger::Pause;
    use model::observation::{All, Table};

    use crate::Ledger as _;
    use crate::dynamodb::mocked;

    /// What becomes of a read that is answered like this.
    async fn read(status: u16, body: &str) -> CallError {
        let rule = mock!(Client::get_item).sequence().http_status(status, Some(body.to_owned())).repeatedly().build();
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&rule], mocked::once);
        mocked::ledger(client).read::<Table<All, Pause>>(&All).await.unwrap_err()
    }

    #[tokio::test]
    async fn failures_are_classified() {
        let coded = async |status, code: &str| {
            let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"AWS's words"}}"#);
            let error = read(status, &body).await;
            assert_eq!((error.code.as_deref(), error.resource.as_str()), (Some(code), "ledger"));
            error.kind
        };
        assert_eq!(coded(400, "AccessDeniedException").await, CallErrorKind::Denied);
        assert_eq!(coded(400, "UnrecognizedClientException").await, CallErrorKind::Denied);
        assert_eq!(coded(400, "ProvisionedThroughputExceededException").await, CallErrorKind::Throttled);
        assert_eq!(coded(400, "ThrottlingException").await, CallErrorKind::Throttled);
        assert_eq!(coded(400, "RequestLimitExceeded").await, CallErrorKind::Throttled);
        assert_eq!(coded(400, "ValidationException").await, CallErrorKind::Permanent);
        assert_eq!(coded(400, "ExpiredTokenException").await, CallErrorKind::Denied);
        assert_eq!(coded(400, "SomethingNewException").await, CallErrorKind::Transient);
        assert_eq!(coded(500, "InternalServerError").await, CallErrorKind::Transient);
        assert_eq!(coded(503, "ServiceUnavailable").await, CallErrorKind::Transient);
    }

    #[tokio::test]
    async fn a_missing_table_says_what_to_do() {
        let body = r#"{"__type":"ResourceNotFoundException","message":"Requested resource not found"}"#;
        let error = read(400, body).await;
        assert_eq!(error.kind, CallErrorKind::Permanent);
        assert_eq!(
            error.to_string(),
            "dynamodb:GetItem on ledger failed (permanent, ResourceNotFoundException): there is no table \"ledger\": \
             create it, with the string keys pk and sk, or set GUARD_LEDGER_TABLE to one that exists"
        );
    }

    #[tokio::test]
    async fn an_answer_that_isnt_json_goes_by_its_status() {
        assert_eq!(read(403, "<Error><Code>AccessDenied</Code></Error>").await.kind, CallErrorKind::Denied);
        assert_eq!(read(502, "<html>bad gateway</html>").await.kind, CallErrorKind::Transient);
        assert_eq!(read(200, "<html>hello</html>").await.kind, CallErrorKind::Transient);
    }

    #[test]
    fn a_failure_without_an_answer_tells_its_causes() {
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [] as [&aws_smithy_mocks::Rule; 0]);
        let error = SdkError::<GetItemError, HttpResponse>::timeout_error("no answer after 3 s");
        let error = mocked::ledger(client).failed("dynamodb:GetItem", "ledger", &error);
        assert_eq!(
            (error.kind, error.message.as_str()),
            (CallErrorKind::Transient, "request has timed out: no answer after 3 s")
        );
    }
}
