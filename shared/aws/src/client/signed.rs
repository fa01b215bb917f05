//! Requests to services of which one operation is used: signed with the SDK's own signer, sent over its transport.
//!
//! A client of S3, EventBridge or Security Hub would be by far the largest dependency of a function, for a handful of requests
//! whose form is documented and fixed.

use std::convert::Infallible;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_types::body::SdkBody;
use aws_types::service_config::ServiceConfigKey;
use model::call::{CallError, CallErrorKind};

use crate::error::{beginning, chain, of_code, of_status};

/// How often a request is sent at most.
const ATTEMPTS: u32 = 4;

/// How long the first pause between two of them is; each is twice as long as the one before.
const PAUSE: Duration = Duration::from_millis(300);

/// Sends signed requests.
#[derive(Debug, Clone)]
pub struct SignedClient {
    config: SdkConfig,
    now: fn() -> SystemTime,
}

/// A request, before it is signed.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    /// The IAM action, as `events:PutEvents`: failures name it, and the service before the colon signs.
    pub action: &'static str,
    /// What it is about, for failures.
    pub resource: &'a str,
    /// `POST`, for example.
    pub method: &'static str,
    /// Where to: `https://HOST`.
    pub endpoint: &'a str,
    /// The path with its query, encoded.
    pub path: &'a str,
    /// Headers besides those of the signature.
    pub headers: &'a [(&'static str, &'a str)],
    /// The body.
    pub body: &'a str,
}

/// What a service answered.
#[derive(Debug)]
struct Response {
    status: u16,
    body: String,
}

impl SignedClient {
    /// Takes Region, credentials, endpoints and transport from `config`, and the time from `now`.
    #[must_use]
    pub fn new(config: &SdkConfig, now: fn() -> SystemTime) -> Self {
        Self { config: config.clone(), now }
    }

    /// The Region.
    #[must_use]
    pub fn region(&self) -> &str {
        self.config.region().map_or("", AsRef::as_ref)
    }

    /// The endpoint that is configured for the service, as the SDK names it (`EventBridge`), or for all, if any is.
    #[must_use]
    pub fn configured_endpoint(&self, service_id: &str) -> Option<String> {
        Some(configured_endpoint(&self.config, service_id)?.trim_end_matches('/').to_owned())
    }

    /// The configured endpoint, or AWS's own of that prefix, as the services' endpoint rules have it.
    #[must_use]
    pub fn endpoint(&self, service_id: &str, prefix: &str) -> String {
        let region = self.region();
        let fips = if self.is_fips() { "-fips" } else { "" };
        let (suffix, dual_stack) = dns_suffixes(region);
        let suffix = if self.is_dual_stack() { dual_stack } else { suffix };
        self.configured_endpoint(service_id).unwrap_or_else(|| format!("https://{prefix}{fips}.{region}.{suffix}"))
    }

    /// Are endpoints to be those that are validated by FIPS 140?
    #[must_use]
    pub fn is_fips(&self) -> bool {
        self.config.use_fips() == Some(true)
    }

    /// Are endpoints to be those that have IPv6 addresses too?
    #[must_use]
    pub fn is_dual_stack(&self) -> bool {
        self.config.use_dual_stack() == Some(true)
    }

    /// Sends a request until it is answered for good, and returns the body of the answer.
    ///
    /// # Errors
    /// When the service doesn't do what was asked.
    pub async fn send(&self, request: &SignedRequest<'_>) -> Result<String, CallError> {
        let mut pause = PAUSE;
        let mut attempt = 1;
        loop {
            let failure = match self.attempt(request).await {
                Ok(Response { status: 200..=299, body }) => return Ok(body),
                Ok(answer) => refusal(request, &answer),
                Err(message) => error(request, CallErrorKind::Transient, None, message),
            };
            let passing = matches!(failure.kind, CallErrorKind::Transient | CallErrorKind::Throttled);
            if !passing || attempt == ATTEMPTS {
                return Err(failure);
            }
            tokio::time::sleep(pause).await;
            (attempt, pause) = (attempt + 1, pause * 2);
        }
    }

    async fn attempt(&self, request: &SignedRequest<'_>) -> Result<Response, String> {
        let credentials = self.config.credentials_provider().ok_or("there are no credentials")?;
        let identity = credentials.provide_credentials().await.map_err(|error| error.to_string())?.into();
        let service = request.action.split(':').next().unwrap_or_default();
        let mut settings = SigningSettings::default();
        if service == "s3" {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        }
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region())
            .name(service)
            .time((self.now)())
            .settings(settings)
            .build()
            .map_err(|error| error.to_string())?;
        let uri = format!("{}{}", request.endpoint, request.path);
        let body = SignableBody::Bytes(request.body.as_bytes());
        let signable = SignableRequest::new(request.method, uri, request.headers.iter().copied(), body);
        let signed = sign(signable.map_err(|error| error.to_string())?, &params.into());
        let (instructions, _) = signed.map_err(|error| error.to_string())?.into_parts();
        let mut http = HttpRequest::new(SdkBody::from(request.body));
        http.set_method(request.method).map_err(|error| error.to_string())?;
        http.set_uri(request.path).map_err(|error| error.to_string())?;
        let length = request.body.len().to_string();
        let length = (request.method != "GET").then_some(("content-length", length.as_str()));
        for (name, value) in instructions.headers().chain(request.headers.iter().copied()).chain(length) {
            http.headers_mut().try_insert(name.to_owned(), value.to_owned()).map_err(|error| error.to_string())?;
        }
        self.exchange(request, http).await
    }

    async fn exchange(&self, request: &SignedRequest<'_>, http: HttpRequest) -> Result<Response, String> {
        let client = self.config.http_client().ok_or("there is no HTTP client")?;
        let http = std::sync::Mutex::new(Some(http));
        let mut operation = Operation::builder()
            .service_name(request.action.split(':').next().unwrap_or_default().to_owned())
            .operation_name(request.action)
            .http_client(client)
            .endpoint_url(request.endpoint)
            .no_auth()
            .no_retry();
        if let Some(timeouts) = self.config.timeout_config() {
            operation = operation.timeout_config(timeouts.clone());
        }
        let operation = operation
            .serializer(move |(): ()| {
                let mut http = http.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                http.take().ok_or_else(|| "the request is sent once".into())
            })
            .deserializer(|response: &HttpResponse| {
                let body = response.body().bytes().unwrap_or_default();
                Ok::<_, OrchestratorError<Infallible>>(Response {
                    status: response.status().as_u16(),
                    body: String::from_utf8_lossy(body).into_owned(),
                })
            })
            .build();
        operation.invoke(()).await.map_err(|error| chain(&error))
    }
}

/// The endpoint that is configured for the service, as it is written: nobody has parsed it yet.
#[must_use]
pub fn configured_endpoint(config: &SdkConfig, service_id: &str) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id(service_id).profile("endpoint_url").env("AWS_ENDPOINT_URL");
    let own = config.service_config().zip(key.build().ok()).and_then(|(config, key)| config.load_config(key));
    own.or_else(|| config.endpoint_url().map(str::to_owned))
}

fn refusal(request: &SignedRequest<'_>, answer: &Response) -> CallError {
    let code = told(&answer.body, &["__type", "code", "Code"], "<Code>", "</Code>");
    // JSON services write `NAMESPACE#CODE`.
    let code = code.map(|code| code.rsplit('#').next().unwrap_or_default().to_owned());
    let message = told(&answer.body, &["message", "Message"], "<Message>", "</Message>");
    let message =
        message.unwrap_or_else(|| format!("http status {}{}", answer.status, beginning(answer.body.as_bytes())));
    let by_status = if answer.status == 404 { Some(CallErrorKind::NotFound) } else { of_status(Some(answer.status)) };
    let kind = code.as_deref().and_then(of_code).or(by_status).unwrap_or(CallErrorKind::Permanent);
    error(request, kind, code, message)
}

/// What an answer says under one of these keys, if it is JSON, or between two texts, if it is XML.
fn told(body: &str, keys: &[&str], open: &'static str, close: &'static str) -> Option<String> {
    match serde_json::from_str::<serde_json::Value>(body) {
        Ok(body) => keys.iter().find_map(|key| body.get(key)?.as_str().map(str::to_owned)),
        Err(_) => between(body, open, close).next().map(str::to_owned),
    }
}

/// What hosts of a Region's partition end in, without IPv6 and with it: the SDK's own list of partitions (`partitions.json` of
/// botocore), by prefix.
#[must_use]
pub fn dns_suffixes(region: &str) -> (&'static str, &'static str) {
    const SUFFIXES: [(&str, &str, &str); 6] = [
        ("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
        ("us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
        ("us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
        ("eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
        ("eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
    ];
    let of = SUFFIXES.iter().find(|(prefix, ..)| region.starts_with(prefix));
    of.map_or(("amazonaws.com", "api.aws"), |(_, suffix, dual_stack)| (*suffix, *dual_stack))
}

/// The texts between these two.
pub fn between<'t>(text: &'t str, open: &'static str, close: &'static str) -> impl Iterator<Item = &'t str> {
    text.split(open).skip(1).filter_map(move |rest| Some(rest.split_once(close)?.0))
}

fn error(request: &SignedRequest<'_>, kind: CallErrorKind, code: Option<String>, message: String) -> CallError {
    CallError { operation: request.action, resource: request.resource.to_owned(), kind, code, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> SignedRequest<'static> {
        SignedRequest {
            action: "events:PutEvents",
            resource: "the bus",
            method: "POST",
            endpoint: "https://events.eu-central-1.amazonaws.com",
            path: "/",
            headers: &[],
            body: "{}",
        }
    }

    #[test]
    fn a_refusal_tells_its_code_and_kind_in_json_and_xml() {
        let table = [
            (400, r#"{"__type":"com.amazon#ThrottlingException","message":"slow"}"#, CallErrorKind::Throttled, "slow"),
            (403, r#"{"code":"AccessDeniedException","Message":"no"}"#, CallErrorKind::Denied, "no"),
            (404, "<Error><Code>NoSuchBucket</Code><Message>none</Message></Error>", CallErrorKind::NotFound, "none"),
            (503, "<html>", CallErrorKind::Transient, "http status 503; the answer begins: <html>"),
            (400, "{}", CallErrorKind::Permanent, "http status 400; the answer begins: {}"),
        ];
        for (status, body, kind, message) in table {
            let failure = refusal(&request(), &Response { status, body: body.to_owned() });
            assert_eq!((failure.kind, failure.message.as_str()), (kind, message), "{body}");
        }
    }

    #[test]
    fn an_endpoint_is_where_the_settings_or_aws_have_it() {
        let config = |region: &'static str| SdkConfig::builder().region(aws_config::Region::new(region));
        let endpoint =
            |config: &SdkConfig| SignedClient::new(config, || SystemTime::UNIX_EPOCH).endpoint("EventBridge", "events");
        let table = [
            (config("eu-central-1").build(), "https://events.eu-central-1.amazonaws.com"),
            (config("cn-north-1").build(), "https://events.cn-north-1.amazonaws.com.cn"),
            (config("us-east-1").use_fips(true).build(), "https://events-fips.us-east-1.amazonaws.com"),
            (config("us-east-1").use_dual_stack(true).build(), "https://events.us-east-1.api.aws"),
            (config("us-iso-east-1").build(), "https://events.us-iso-east-1.c2s.ic.gov"),
            (
                config("eusc-de-east-1").use_dual_stack(true).build(),
                "https://events.eusc-de-east-1.api.amazonwebservices.eu",
            ),
            (config("us-east-1").endpoint_url("http://127.0.0.1:5000/").build(), "http://127.0.0.1:5000"),
        ];
        for (config, expected) in table {
            assert_eq!(endpoint(&config), expected);
        }
    }
}
