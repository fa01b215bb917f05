//! Which IAM action a request is.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

/// The IAM action, `ecs:DescribeTasks`: the AWS service from the signature's scope, the operation from the
/// `X-Amz-Target` header of JSON services or the `Action` of query services. `None` for what isn't a signed request to
/// such a service, such as a look-up of credentials.
pub(super) fn action_of(request: &HttpRequest) -> Option<String> {
    let scope = request.headers().get("authorization")?.split_once("Credential=")?.1;
    // Credential=KEY/DATE/REGION/SERVICE/aws4_request
    let service = scope.split(',').next()?.split('/').nth(3)?;
    let operation = match request.headers().get("x-amz-target") {
        Some(target) => target.rsplit('.').next()?,
        None => {
            let body = std::str::from_utf8(request.body().bytes()?).ok()?;
            body.split('&').find_map(|field| field.strip_prefix("Action="))?
        }
    };
    Some(format!("{service}:{operation}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_types::body::SdkBody;

    fn request(service: &str, target: Option<&'static str>, body: &'static str) -> HttpRequest {
        let mut request = HttpRequest::new(SdkBody::from(body));
        let signature = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/eu-central-1/{service}/aws4_request, SignedHeaders=host, Signature=ab"
        );
        request.headers_mut().insert("authorization", signature);
        if let Some(target) = target {
            request.headers_mut().insert("x-amz-target", target);
        }
        request
    }

    #[test]
    fn json_and_query_requests_tell_their_action() {
        let json = request("ecs", Some("AmazonEC2ContainerServiceV20141113.DescribeTasks"), "{}");
        assert_eq!(action_of(&json).as_deref(), Some("ecs:DescribeTasks"));
        let query = request("elasticloadbalancing", None, "Action=DescribeTargetHealth&Version=2015-12-01");
        assert_eq!(action_of(&query).as_deref(), Some("elasticloadbalancing:DescribeTargetHealth"));
        let batch = request("sqs", Some("AmazonSQS.SendMessageBatch"), "{}");
        assert_eq!(action_of(&batch).as_deref(), Some("sqs:SendMessageBatch"));
    }

    #[test]
    fn what_is_not_signed_has_no_action() {
        assert_eq!(action_of(&HttpRequest::new(SdkBody::from("Action=AssumeRoleWithWebIdentity"))), None);
        assert_eq!(action_of(&request("ecs", None, "")), None);
    }
}
