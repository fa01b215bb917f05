//! The bucket for reports and for a policy that is too large for a function's environment: three requests to S3, of plain keys.

use std::collections::BTreeSet;
use std::time::SystemTime;

use aws::client::signed::{SignedClient, SignedRequest, between, dns_suffixes};
use aws_config::SdkConfig;
use model::call::CallError;
use pipeline::ports::Clock as _;

use crate::clock::WallClock;

/// A bucket.
#[derive(Debug)]
pub struct S3Bucket {
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

impl S3Bucket {
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
        let (bucket, key) = (&self.name, request.key);
        match self.client.configured_endpoint("S3") {
            Some(endpoint) => (endpoint, format!("/{bucket}/{key}{query}")),
            None if bucket.contains('.') => (format!("https://{}", self.host()), format!("/{bucket}/{key}{query}")),
            None => (format!("https://{bucket}.{}", self.host()), format!("/{key}{query}")),
        }
    }

    /// S3's host in the Region, as "Amazon S3 endpoints and quotas" of the AWS General Reference has it.
    fn host(&self) -> String {
        let service = if self.client.is_fips() { "s3-fips" } else { "s3" };
        let stack = if self.client.is_dual_stack() { ".dualstack" } else { "" };
        let region = self.client.region();
        format!("{service}{stack}.{region}.{}", dns_suffixes(region).0)
    }
}

#[cfg(test)]
mod tests {
    use aws_config::Region;

    use super::*;

    fn host(region: &'static str, fips: bool, dual_stack: bool) -> String {
        let config = SdkConfig::builder().region(Region::new(region)).use_fips(fips).use_dual_stack(dual_stack).build();
        S3Bucket::new(&config, "reports").host()
    }

    #[test]
    fn every_partition_has_hosts_of_its_own_and_fips_and_dual_stack_are_part_of_the_name() {
        assert_eq!(host("eu-central-1", false, false), "s3.eu-central-1.amazonaws.com");
        assert_eq!(host("us-gov-west-1", true, false), "s3-fips.us-gov-west-1.amazonaws.com");
        assert_eq!(host("us-east-1", true, true), "s3-fips.dualstack.us-east-1.amazonaws.com");
        assert_eq!(host("cn-north-1", false, true), "s3.dualstack.cn-north-1.amazonaws.com.cn");
        assert_eq!(host("us-iso-east-1", false, false), "s3.us-iso-east-1.c2s.ic.gov");
        assert_eq!(host("us-isob-east-1", false, false), "s3.us-isob-east-1.sc2s.sgov.gov");
        assert_eq!(host("eusc-de-east-1", false, false), "s3.eusc-de-east-1.amazonaws.eu");
    }
}
