//! Pages and names of Application Auto Scaling.

use aws_sdk_applicationautoscaling::Client;
use aws_sdk_applicationautoscaling::operation::describe_scalable_targets::DescribeScalableTargetsOutput;
use aws_sdk_applicationautoscaling::types::{ScalableDimension, ScalableTarget, ServiceNamespace, SuspendedState};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use aws_smithy_types::DateTime;
use aws_smithy_types::retry::RetryConfig;
use model::call::CallErrorKind;
use model::id::ClusterArn;
use model::observation::Answer;
use model::scope::ServiceId;

use super::describe_scalable_targets;
use crate::sdk::Clients;

fn clients(rules: &[&Rule]) -> Clients {
    mock_client!(aws_sdk_applicationautoscaling, RuleMode::MatchAny, rules, |config| config
        .retry_config(RetryConfig::disabled()))
    .into()
}

fn service(name: &str) -> ServiceId {
    let cluster: ClusterArn = "arn:aws:ecs:eu-central-1:111122223333:cluster/prod".parse().unwrap();
    ServiceId::new(&cluster, name)
}

fn target(id: &str) -> ScalableTarget {
    ScalableTarget::builder()
        .service_namespace(ServiceNamespace::Ecs)
        .resource_id(id)
        .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
        .min_capacity(2)
        .max_capacity(20)
        .role_arn("arn:aws:iam::111122223333:role/scaling")
        .creation_time(DateTime::from_secs(0))
        .suspended_state(SuspendedState::builder().dynamic_scaling_out_suspended(true).build())
        .build()
        .unwrap()
}

#[tokio::test]
async fn every_page_of_all_services() {
    let first = mock!(Client::describe_scalable_targets)
        .match_requests(|request| {
            request.next_token().is_none()
                && request.max_results() == Some(50)
                && request.resource_ids().is_empty()
                && request.service_namespace() == Some(&ServiceNamespace::Ecs)
        })
        .then_output(|| {
            let page = DescribeScalableTargetsOutput::builder().scalable_targets(target("service/prod/web"));
            page.next_token("more").build()
        });
    let second = mock!(Client::describe_scalable_targets)
        .match_requests(|request| request.next_token() == Some("more"))
        .then_output(|| DescribeScalableTargetsOutput::builder().scalable_targets(target("service/prod/api")).build());
    let found = describe_scalable_targets::all(&clients(&[&first, &second])).await.unwrap();
    assert_eq!(found.iter().map(|target| target.service.as_str()).collect::<Vec<_>>(), ["web", "api"]);
    assert_eq!((found[0].minimum, found[0].maximum, found[0].scale_out_suspended), (2, 20, true));
    assert!(found[0].is_for(&service("web")) && !found[0].is_for(&service("api")));
}

#[tokio::test]
async fn a_service_that_is_not_scaled_is_absent() {
    let rule = mock!(Client::describe_scalable_targets)
        .match_requests(|request| request.resource_ids() == ["service/prod/api", "service/prod/web"])
        .then_output(|| DescribeScalableTargetsOutput::builder().scalable_targets(target("service/prod/web")).build());
    let answers = describe_scalable_targets::some(&clients(&[&rule]), &[service("api"), service("web")]).await.unwrap();
    assert_eq!(answers[0], (service("api"), Answer::Absent));
    assert!(answers[1].1.known().is_some());
}

#[tokio::test]
async fn what_is_not_a_services_is_not_understood() {
    let rule = mock!(Client::describe_scalable_targets)
        .then_output(|| DescribeScalableTargetsOutput::builder().scalable_targets(target("fleet/1")).build());
    let error = describe_scalable_targets::all(&clients(&[&rule])).await.unwrap_err();
    assert_eq!(error.kind, CallErrorKind::Permanent);
    insta::assert_snapshot!(error.message, @r#"the answer can't be understood: resourceId "fleet/1" is not a service's"#);
}

#[tokio::test]
async fn its_refusals_are_classified() {
    let error_of = |status: u16, body: &'static str| async move {
        let rule = mock!(Client::describe_scalable_targets).sequence();
        let rule = rule.http_status(status, Some(body.to_owned())).repeatedly().build();
        describe_scalable_targets::all(&clients(&[&rule])).await.unwrap_err().kind
    };
    assert_eq!(error_of(400, r#"{"__type": "AccessDeniedException"}"#).await, CallErrorKind::Denied);
    assert_eq!(error_of(400, r#"{"__type": "ThrottlingException"}"#).await, CallErrorKind::Throttled);
    assert_eq!(error_of(500, r#"{"__type": "InternalServiceException"}"#).await, CallErrorKind::Transient);
    assert_eq!(error_of(400, r#"{"__type": "ValidationException"}"#).await, CallErrorKind::Permanent);
}
