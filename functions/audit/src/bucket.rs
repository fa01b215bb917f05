//! The bucket for reports: three requests to S3, of plain keys.

use std::collections::BTreeSet;
use std::time::SystemTime;

use aws::client::signed::{SignedClient, SignedRequest, between};
use aws_config::SdkConfig;
use model::call::CallError;
use pipeline::ports::Clock as _;
use runtime::clock::WallClock;

/// The bucket for reports.
#[derive(Debug)]
pub struct ReportBucket {
    client: SignedClient,
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

impl ReportBucket {
    /// The bucket of this name. Whether there is one shows at the first request.
    #[must_use]
    pub fn new(config: &SdkConfig, name: &str) -> Self {
        Self { client: SignedClient::new(config, || SystemTime::from(WallClock.now())), name: name.to_owned() }
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
        self.send(&request).await
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
            let body = self.send(&request).await?;
            let page: Vec<&str> = between(&body, "<Key>", "</Key>").collect();
            keys.extend(page.iter().map(|key| (*key).to_owned()));
            match (between(&body, "<IsTruncated>", "</IsTruncated>").next(), page.last()) {
                (Some("true"), Some(last)) => after = (*last).to_owned(),
                _ => return Ok(keys),
            }
        }
    }

    async fn send(&self, request: &S3Request<'_>) -> Result<String, CallError> {
        let (endpoint, path) = self.address(request);
        let content_type = request.content_type.map(|content_type| ("content-type", content_type));
        let signed = SignedRequest {
            action: request.action,
            resource: &self.location(request.key),
            method: request.method,
            endpoint: &endpoint,
            path: &path,
            headers: content_type.as_slice(),
            body: request.body,
        };
        self.client.send(&signed).await
    }

    /// The endpoint, and the path with its query. A bucket is part of the host's name where that can be.
    fn address(&self, request: &S3Request<'_>) -> (String, String) {
        let query: Vec<String> =
            request.query.iter().map(|(name, value)| format!("{name}={}", value.replace('/', "%2F"))).collect();
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let (bucket, key, region) = (&self.name, request.key, self.client.region());
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        match self.client.configured_endpoint("S3") {
            Some(endpoint) => (endpoint, format!("/{bucket}/{key}{query}")),
            None if bucket.contains('.') => {
                (format!("https://s3.{region}.{domain}"), format!("/{bucket}/{key}{query}"))
            }
            None => (format!("https://{bucket}.s3.{region}.{domain}"), format!("/{key}{query}")),
        }
    }
}
