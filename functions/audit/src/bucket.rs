//! The bucket for reports: three requests to S3.
//!
//! They are signed here with the SDK's own signer. S3's client would be by far the largest dependency of the function, for a
//! PutObject, a GetObject and a ListObjectsV2 of plain keys.

use std::collections::BTreeSet;
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
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use model::call::{CallError, CallErrorKind};
use pipeline::ports::Clock as _;
use runtime::clock::WallClock;

/// How often a request is sent at most.
const ATTEMPTS: u32 = 4;

/// How long the first pause between two of them is; each is twice as long as the one before.
const PAUSE: Duration = Duration::from_millis(300);

/// The bucket for reports.
#[derive(Debug)]
pub struct ReportBucket {
    config: SdkConfig,
    name: String,
}

/// One request, before it is signed.
struct S3Request<'a> {
    action: &'static str,
    method: &'static str,
    /// Of the object; empty for the bucket itself.
    key: &'a str,
    /// Name and value of query parameters, in the order of their names; nothing in them needs encoding but slashes.
    query: &'a [(&'static str, &'a str)],
    body: &'a str,
    content_type: Option<&'static str>,
}

/// What S3 answered.
#[derive(Debug)]
struct S3Response {
    status: u16,
    body: String,
}

impl ReportBucket {
    /// The bucket of this name. Whether there is one shows at the first request.
    #[must_use]
    pub fn new(config: &SdkConfig, name: &str) -> Self {
        Self { config: config.clone(), name: name.to_owned() }
    }

    /// Where an object is: `s3://BUCKET/KEY`.
    #[must_use]
    pub fn location(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.name)
    }

    /// Stores an object, in the place of one that has the key already.
    ///
    /// # Errors
    /// When S3 doesn't take it.
    pub async fn put(&self, key: &str, body: &str, content_type: &'static str) -> Result<(), CallError> {
        let content_type = Some(content_type);
        let request = S3Request { action: "s3:PutObject", method: "PUT", key, query: &[], body, content_type };
        self.send(&request).await.map(drop)
    }

    /// An object.
    ///
    /// # Errors
    /// When there is none, or S3 doesn't give it.
    pub async fn get(&self, key: &str) -> Result<String, CallError> {
        let request =
            S3Request { action: "s3:GetObject", method: "GET", key, query: &[], body: "", content_type: None };
        Ok(self.send(&request).await?.body)
    }

    /// The keys that begin so, which must be ones this program made.
    ///
    /// # Errors
    /// When S3 doesn't list them.
    pub async fn list(&self, prefix: &str) -> Result<BTreeSet<String>, CallError> {
        let mut keys = BTreeSet::new();
        let mut after = String::new();
        loop {
            let query = [("list-type", "2"), ("prefix", prefix), ("start-after", after.as_str())];
            let query = if after.is_empty() { &query[..2] } else { &query[..] };
            let request =
                S3Request { action: "s3:ListBucket", method: "GET", key: "", query, body: "", content_type: None };
            let body = self.send(&request).await?.body;
            let page: Vec<&str> = between(&body, "<Key>", "</Key>").collect();
            keys.extend(page.iter().map(|key| (*key).to_owned()));
            match (between(&body, "<IsTruncated>", "</IsTruncated>").next(), page.last()) {
                (Some("true"), Some(last)) => after = (*last).to_owned(),
                _ => return Ok(keys),
            }
        }
    }

    /// Sends a request until it is answered for good.
    async fn send(&self, request: &S3Request<'_>) -> Result<S3Response, CallError> {
        let mut pause = PAUSE;
        let mut attempt = 1;
        loop {
            let failure = match self.attempt(request).await {
                Ok(S3Response { status: 200..=299, body }) => return Ok(S3Response { status: 200, body }),
                Ok(answer) => self.refusal(request, &answer),
                Err(message) => self.error(request, CallErrorKind::Transient, None, message),
            };
            let transient = matches!(failure.kind, CallErrorKind::Transient | CallErrorKind::Throttled);
            if !transient || attempt == ATTEMPTS {
                return Err(failure);
            }
            WallClock.sleep(pause).await;
            (attempt, pause) = (attempt + 1, pause * 2);
        }
    }

    async fn attempt(&self, request: &S3Request<'_>) -> Result<S3Response, String> {
        let (endpoint, path) = self.address(request);
        let credentials = self.config.credentials_provider().ok_or("there are no credentials")?;
        let identity = credentials.provide_credentials().await.map_err(|error| error.to_string())?.into();
        let mut settings = SigningSettings::default();
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region())
            .name("s3")
            .time(SystemTime::from(WallClock.now()))
            .settings(settings)
            .build()
            .map_err(|error| error.to_string())?;
        let body = SignableBody::Bytes(request.body.as_bytes());
        let signable = SignableRequest::new(request.method, format!("{endpoint}{path}"), std::iter::empty(), body);
        let signed = sign(signable.map_err(|error| error.to_string())?, &params.into());
        let (instructions, _) = signed.map_err(|error| error.to_string())?.into_parts();
        let mut http = HttpRequest::new(SdkBody::from(request.body));
        http.set_method(request.method).map_err(|error| error.to_string())?;
        http.set_uri(path).map_err(|error| error.to_string())?;
        let content_type = request.content_type.map(|content_type| ("content-type", content_type));
        let length = request.body.len().to_string();
        let length = (request.method == "PUT").then_some(("content-length", length.as_str()));
        for (name, value) in instructions.headers().chain(content_type).chain(length) {
            http.headers_mut().try_insert(name.to_owned(), value.to_owned()).map_err(|error| error.to_string())?;
        }
        self.exchange(request.action, &endpoint, http).await
    }

    async fn exchange(&self, action: &'static str, endpoint: &str, http: HttpRequest) -> Result<S3Response, String> {
        let client = self.config.http_client().ok_or("there is no HTTP client")?;
        let request = std::sync::Mutex::new(Some(http));
        let mut operation = Operation::builder()
            .service_name("s3")
            .operation_name(action)
            .http_client(client)
            .endpoint_url(endpoint)
            .no_auth()
            .no_retry();
        if let Some(timeouts) = self.config.timeout_config() {
            operation = operation.timeout_config(timeouts.clone());
        }
        let operation = operation
            .serializer(move |(): ()| {
                let mut request = request.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                request.take().ok_or_else(|| "the request is sent once".into())
            })
            .deserializer(|response: &HttpResponse| {
                let body = response.body().bytes().unwrap_or_default();
                Ok::<_, aws_smithy_runtime_api::client::orchestrator::OrchestratorError<Infallible>>(S3Response {
                    status: response.status().as_u16(),
                    body: String::from_utf8_lossy(body).into_owned(),
                })
            })
            .build();
        operation.invoke(()).await.map_err(|error| runtime::chain::chain(&error))
    }

    /// The endpoint, and the path with its query. A bucket is part of the host's name where that can be.
    fn address(&self, request: &S3Request<'_>) -> (String, String) {
        let query: Vec<String> =
            request.query.iter().map(|(name, value)| format!("{name}={}", value.replace('/', "%2F"))).collect();
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let (bucket, key, region) = (&self.name, request.key, self.region());
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        match self.config.endpoint_url() {
            Some(endpoint) => (endpoint.trim_end_matches('/').to_owned(), format!("/{bucket}/{key}{query}")),
            None if bucket.contains('.') => {
                (format!("https://s3.{region}.{domain}"), format!("/{bucket}/{key}{query}"))
            }
            None => (format!("https://{bucket}.s3.{region}.{domain}"), format!("/{key}{query}")),
        }
    }

    fn region(&self) -> &str {
        self.config.region().map_or("", AsRef::as_ref)
    }

    fn refusal(&self, request: &S3Request<'_>, answer: &S3Response) -> CallError {
        let kind = match answer.status {
            401 | 403 => CallErrorKind::Denied,
            404 => CallErrorKind::NotFound,
            408 | 500.. => CallErrorKind::Transient,
            429 => CallErrorKind::Throttled,
            _ => CallErrorKind::Permanent,
        };
        let code = between(&answer.body, "<Code>", "</Code>").next().map(str::to_owned);
        let message = between(&answer.body, "<Message>", "</Message>").next();
        let message = message.map_or_else(|| format!("http status {}", answer.status), str::to_owned);
        self.error(request, kind, code, message)
    }

    fn error(&self, request: &S3Request<'_>, kind: CallErrorKind, code: Option<String>, message: String) -> CallError {
        CallError { operation: request.action, resource: self.location(request.key), kind, code, message }
    }
}

/// The texts between these two.
fn between<'t>(text: &'t str, open: &'static str, close: &'static str) -> impl Iterator<Item = &'t str> {
    text.split(open).skip(1).filter_map(move |rest| Some(rest.split_once(close)?.0))
}
