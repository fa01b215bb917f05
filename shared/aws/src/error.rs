//! How a call failed, classified once for every AWS service the guard talks to.
//!
//! Services spell one thing in several ways: ECS says `ThrottlingException`, EC2 `RequestLimitExceeded`; Elastic Load
//! Balancing drops the ending `Exception` on the wire; EC2 models no errors at all. So codes are matched as text,
//! without that ending, and the HTTP status decides where there is no code.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use model::call::{CallError, CallErrorKind};

/// How much of an answer is shown that nobody understands, in characters.
const BODY_SHOWN: usize = 160;

/// What an SDK client's failure means.
pub fn call_error<E>(
    operation: &'static str,
    resource: impl Into<String>,
    error: &SdkError<E, HttpResponse>,
) -> CallError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let code = error.code();
    let status = error.raw_response().map(|response| response.status().as_u16());
    let kind = match error {
        SdkError::ConstructionFailure(_) => CallErrorKind::Permanent,
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) => CallErrorKind::Transient,
        // A response that can't be parsed: a proxy's page, or a body that was cut off.
        SdkError::ResponseError(_) => of_status(status).unwrap_or(CallErrorKind::Transient),
        _ => code.and_then(of_code).or_else(|| of_status(status)).unwrap_or(CallErrorKind::Permanent),
    };
    let message = match (error.message(), status) {
        (Some(message), _) => message.to_owned(),
        (None, Some(status)) if code.is_none() => format!("http status {status}: {}{}", chain(error), body(error)),
        _ => format!("{}{}", chain(error), body(error)),
    };
    CallError { operation, resource: resource.into(), kind, code: code.map(str::to_owned), message }
}

fn body<E>(error: &SdkError<E, HttpResponse>) -> String {
    beginning(error.raw_response().and_then(|response| response.body().bytes()).unwrap_or_default())
}

/// How an answer begins that says nothing this program understands, in one line: a proxy's page names itself there.
pub(crate) fn beginning(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(4 * BODY_SHOWN)]);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = line.chars().filter(|character| !character.is_control()).take(BODY_SHOWN).collect();
    if shown.is_empty() { shown } else { format!("; the answer begins: {shown}") }
}

pub(crate) fn of_code(code: &str) -> Option<CallErrorKind> {
    let code = code.strip_prefix("Client.").or_else(|| code.strip_prefix("Server.")).unwrap_or(code);
    Some(match code.strip_suffix("Exception").unwrap_or(code) {
        "Throttling"
        | "Throttled"
        | "ThrottledRequests"
        | "RequestThrottled"
        | "EC2Throttled"
        | "RequestLimitExceeded"
        | "TooManyRequests"
        | "BandwidthLimitExceeded"
        | "SlowDown"
        | "PriorRequestNotComplete"
        | "ProvisionedThroughputExceeded" => CallErrorKind::Throttled,
        "AccessDenied"
        | "UnauthorizedOperation"
        | "AuthFailure"
        | "NotAuthorized"
        | "OptInRequired"
        | "UnrecognizedClient"
        | "InvalidClientTokenId"
        | "MissingAuthenticationToken"
        | "ExpiredToken"
        | "InvalidSignature"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature" => CallErrorKind::Denied,
        "ClusterNotFound"
        | "ServiceNotFound"
        | "TaskSetNotFound"
        | "TargetGroupNotFound"
        | "LoadBalancerNotFound"
        | "ResourceNotFound" => CallErrorKind::NotFound,
        // EC2: InvalidSubnetID.NotFound, InvalidNetworkInterfaceID.NotFound …
        code if code.ends_with(".NotFound") => CallErrorKind::NotFound,
        "Server"
        | "InternalError"
        | "InternalFailure"
        | "InternalServerError"
        | "ServiceUnavailable"
        | "Unavailable"
        | "HealthUnavailable"
        | "RequestTimeout"
        | "RequestExpired" => CallErrorKind::Transient,
        _ => return None,
    })
}

pub(crate) const fn of_status(status: Option<u16>) -> Option<CallErrorKind> {
    match status {
        Some(401 | 403) => Some(CallErrorKind::Denied),
        Some(408) => Some(CallErrorKind::Transient),
        Some(429) => Some(CallErrorKind::Throttled),
        Some(500..) => Some(CallErrorKind::Transient),
        _ => None,
    }
}

pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        let message = error.to_string();
        // Some wrappers repeat what they wrap.
        if !text.ends_with(&message) {
            text = format!("{text}: {message}");
        }
        next = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use CallErrorKind::{Denied, NotFound, Throttled, Transient};

    #[test]
    fn every_spelling_of_a_code_is_known() {
        let table = [
            ("ThrottlingException", Throttled),
            ("Throttling", Throttled),
            ("RequestLimitExceeded", Throttled),
            ("EC2ThrottledException", Throttled),
            ("ProvisionedThroughputExceededException", Throttled),
            ("AccessDeniedException", Denied),
            ("AccessDenied", Denied),
            ("UnauthorizedOperation", Denied),
            ("Client.UnauthorizedOperation", Denied),
            ("ExpiredTokenException", Denied),
            ("ClusterNotFoundException", NotFound),
            ("ServiceNotFoundException", NotFound),
            ("TargetGroupNotFound", NotFound),
            ("TargetGroupNotFoundException", NotFound),
            ("LoadBalancerNotFound", NotFound),
            ("InvalidSubnetID.NotFound", NotFound),
            ("ServerException", Transient),
            ("InternalFailure", Transient),
            ("HealthUnavailable", Transient),
        ];
        for (code, kind) in table {
            assert_eq!(of_code(code), Some(kind), "{code}");
        }
        assert_eq!(of_code("InvalidTarget"), None);
    }

    #[test]
    fn an_answer_without_a_known_shape_is_shown_with_status_and_beginning() {
        use aws_smithy_runtime_api::http::StatusCode;
        use aws_smithy_types::body::SdkBody;
        use aws_smithy_types::error::ErrorMetadata;
        let error = |metadata: ErrorMetadata, body: &str| {
            let response = HttpResponse::new(StatusCode::try_from(502).unwrap(), SdkBody::from(body));
            call_error("ecs:ListTasks", "all", &SdkError::service_error(metadata, response)).message
        };
        let page = format!("<html>\n  <title>Bad\tGateway</title>{}", "x".repeat(1000));
        let message = error(ErrorMetadata::builder().build(), &page);
        assert!(
            message.starts_with("http status 502: ") && message.contains("<html> <title>Bad Gateway</title>xx"),
            "{message}"
        );
        assert!(message.len() < 300, "{message}");
        let message = error(ErrorMetadata::builder().code("OddException").build(), "{\"odd\": 1}");
        assert!(
            message.contains("OddException") && message.ends_with("; the answer begins: {\"odd\": 1}"),
            "{message}"
        );
        assert!(!error(ErrorMetadata::builder().build(), "").contains("begins"), "nothing was said");
        assert_eq!(error(ErrorMetadata::builder().message("no").build(), &page), "no");
    }

    #[test]
    fn a_status_decides_where_there_is_no_code() {
        let table =
            [(500, Some(Transient)), (503, Some(Transient)), (403, Some(Denied)), (429, Some(Throttled)), (400, None)];
        for (status, kind) in table {
            assert_eq!(of_status(Some(status)), kind, "{status}");
        }
    }
}
