//! Pages, gone groups and refusals of Elastic Load Balancing.

mod balancers;

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::operation::deregister_targets::DeregisterTargetsOutput;
use aws_sdk_elasticloadbalancingv2::operation::describe_tags::DescribeTagsOutput;
use aws_sdk_elasticloadbalancingv2::operation::describe_target_groups::DescribeTargetGroupsOutput;
use aws_sdk_elasticloadbalancingv2::operation::describe_target_health::DescribeTargetHealthOutput;
use aws_sdk_elasticloadbalancingv2::operation::register_targets::RegisterTargetsOutput;
use aws_sdk_elasticloadbalancingv2::types::{
    self, AdministrativeOverride, Tag, TagDescription, TargetAdministrativeOverrideStateEnum, TargetDescription,
    TargetHealth, TargetHealthDescription, TargetHealthReasonEnum, TargetHealthStateEnum, TargetTypeEnum,
};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use aws_smithy_types::retry::RetryConfig;
use model::call::CallErrorKind;
use model::elb::{HealthCheckPort, Tagged, Target, TargetState};
use model::id::{LoadBalancerArn, TargetGroupArn};
use model::observation::{Answer, UnreadKind};

use super::{describe_tags, describe_target_groups, describe_target_health};
use crate::api::{Account as _, Zone};
use crate::sdk::Clients;

const PREFIX: &str = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:";

fn clients(rules: &[&Rule]) -> Clients {
    mock_client!(aws_sdk_elasticloadbalancingv2, RuleMode::MatchAny, rules, |config| config
        .retry_config(RetryConfig::disabled()))
    .into()
}

fn group(name: &str) -> TargetGroupArn {
    format!("{PREFIX}targetgroup/{name}/0a1b").parse().unwrap()
}

fn described(name: &str) -> types::TargetGroup {
    types::TargetGroup::builder().target_group_arn(group(name).as_str()).target_type(TargetTypeEnum::Ip).build()
}

fn target(text: &str) -> Target {
    let address: std::net::SocketAddr = text.parse().unwrap();
    Target { ip: address.ip(), port: address.port() }
}

/// An error as Elastic Load Balancing puts it on the wire, without the ending `Exception`.
fn refusal(code: &str) -> String {
    format!(
        r#"<ErrorResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"#
    )
}

fn page(names: &[&str], marker: Option<&str>) -> DescribeTargetGroupsOutput {
    let groups = names.iter().map(|name| described(name)).collect();
    let page = DescribeTargetGroupsOutput::builder().set_target_groups(Some(groups));
    page.set_next_marker(marker.map(str::to_owned)).build()
}

#[tokio::test]
async fn all_groups_are_on_all_pages() {
    let first = mock!(Client::describe_target_groups)
        .match_requests(|request| request.marker().is_none() && request.page_size() == Some(400))
        .then_output(|| page(&["a", "b"], Some("more")));
    let second = mock!(Client::describe_target_groups)
        .match_requests(|request| request.marker() == Some("more"))
        .then_output(|| page(&["c"], None));
    let groups = describe_target_groups::all(&clients(&[&first, &second])).await.unwrap();
    assert_eq!(groups.iter().map(|(arn, _)| arn.name()).collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[tokio::test]
async fn a_groups_health_check_may_have_a_port_of_its_own() {
    let rule = mock!(Client::describe_target_groups).then_output(|| {
        let group = |name: &str, port: &str| {
            let group = types::TargetGroup::builder().target_group_arn(group(name).as_str());
            group
                .target_type(TargetTypeEnum::Ip)
                .health_check_protocol(types::ProtocolEnum::Http)
                .health_check_port(port)
        };
        DescribeTargetGroupsOutput::builder()
            .target_groups(group("a", "traffic-port").build())
            .target_groups(group("b", "9090").health_check_enabled(false).build())
            .target_groups(group("c", "none").build())
            .build()
    });
    let asked = ["a", "b", "c"].map(group);
    let answers = describe_target_groups::some(&clients(&[&rule]), &asked).await.unwrap();
    let check = |at: usize| answers[at].1.known().map(|group| &group.health_check);
    assert_eq!(check(0).map(|check| (check.enabled, check.port.clone())), Some((true, Ok(HealthCheckPort::Traffic))));
    assert_eq!(
        check(1).map(|check| (check.enabled, check.port.clone())),
        Some((false, Ok(HealthCheckPort::Fixed(9090))))
    );
    let odd = check(2).and_then(|check| check.port.as_ref().err()).unwrap();
    assert_eq!(odd.kind, UnreadKind::Permanent, "what can't be understood is unread alone");
    assert!(odd.error.contains("healthCheckPort \"none\""), "{}", odd.error);
}

#[tokio::test]
async fn a_gone_group_hides_no_other() {
    let some = mock!(Client::describe_target_groups)
        .match_requests(|request| !request.target_group_arns().is_empty())
        .sequence()
        .http_status(400, Some(refusal("TargetGroupNotFound")))
        .repeatedly()
        .build();
    let all = mock!(Client::describe_target_groups)
        .match_requests(|request| request.target_group_arns().is_empty())
        .then_output(|| page(&["a", "b", "not-asked"], None));
    let clients = clients(&[&some, &all]);

    let answers = describe_target_groups::some(&clients, &[group("a"), group("gone"), group("b")]).await.unwrap();
    let gone: Vec<_> = answers.iter().filter(|(_, answer)| *answer == Answer::Absent).map(|(arn, _)| arn).collect();
    assert_eq!((answers.len(), gone), (3, vec![&group("gone")]));

    let alone = describe_target_groups::some(&clients, &[group("gone")]).await.unwrap();
    assert_eq!(alone, [(group("gone"), Answer::Absent)]);
    assert_eq!(all.num_calls(), 1);
    assert_eq!(describe_target_groups::some(&clients, &[]).await.unwrap(), []);
}

#[tokio::test]
async fn a_gone_balancer_hides_no_other_tags() {
    let there = mock!(Client::describe_tags)
        .match_requests(|request| request.resource_arns().iter().all(|arn| !arn.contains("gone")))
        .then_compute_output(|request| {
            let tag = Tag::builder().key("ecs-nlb-guard:hold").value("true").build();
            let tags = |arn: &String| TagDescription::builder().resource_arn(arn).tags(tag.clone()).build();
            let tags = request.resource_arns().iter().map(tags).collect();
            DescribeTagsOutput::builder().set_tag_descriptions(Some(tags)).build()
        });
    let gone = mock!(Client::describe_tags).sequence();
    let gone = gone.http_status(400, Some(refusal("LoadBalancerNotFound"))).repeatedly().build();
    let balancer: LoadBalancerArn = format!("{PREFIX}loadbalancer/net/gone/1").parse().unwrap();
    let tagged = |n| if n == 13 { balancer.clone().into() } else { group(&format!("g{n}")).into() };
    let asked: Vec<Tagged> = (0..20).map(tagged).collect();
    let answers = describe_tags::describe_tags(&clients(&[&there, &gone]), &asked).await;
    assert_eq!(answers.len(), 20);
    for (arn, answer) in answers {
        assert_eq!(answer == Answer::Absent, arn == Tagged::LoadBalancer(balancer.clone()), "{arn}: {answer:?}");
    }
    assert!(there.num_calls() + gone.num_calls() <= 11);
}

fn health(id: &str, port: i32, state: TargetHealthStateEnum) -> TargetHealthDescription {
    TargetHealthDescription::builder()
        .target(TargetDescription::builder().id(id).port(port).build())
        .target_health(TargetHealth::builder().state(state).build())
        .build()
}

#[tokio::test]
async fn only_addresses_are_targets() {
    let rule = mock!(Client::describe_target_health).then_output(|| {
        DescribeTargetHealthOutput::builder()
            .target_health_descriptions(health("i-0abc", 80, TargetHealthStateEnum::Healthy))
            .target_health_descriptions(health("2001:DB8:0::7", 80, TargetHealthStateEnum::UnhealthyDraining))
            .build()
    });
    let found = describe_target_health::describe_target_health(&clients(&[&rule]), &group("web")).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].target, &found[0].state), (target("[2001:db8::7]:80"), &TargetState::UnhealthyDraining));
}

#[tokio::test]
async fn a_target_tells_why_and_whether_a_zonal_shift_keeps_traffic_from_it() {
    let rule = mock!(Client::describe_target_health).then_output(|| {
        let health = TargetHealth::builder().state(TargetHealthStateEnum::Unhealthy);
        let health = health.reason(TargetHealthReasonEnum::FailedHealthChecks).description("Health checks failed");
        let shift = AdministrativeOverride::builder().state(TargetAdministrativeOverrideStateEnum::ZonalShiftActive);
        let none = AdministrativeOverride::builder().state(TargetAdministrativeOverrideStateEnum::NoOverride);
        let target = |id: &str| TargetDescription::builder().id(id).port(80).build();
        let described =
            |id: &str| TargetHealthDescription::builder().target(target(id)).target_health(health.clone().build());
        DescribeTargetHealthOutput::builder()
            .target_health_descriptions(described("10.0.1.7").administrative_override(shift.build()).build())
            .target_health_descriptions(described("10.0.1.8").administrative_override(none.build()).build())
            .build()
    });
    let found = describe_target_health::describe_target_health(&clients(&[&rule]), &group("web")).await.unwrap();
    assert_eq!(found.iter().map(|one| one.is_shifted_away).collect::<Vec<_>>(), [true, false]);
    assert_eq!(found[0].reason.as_deref(), Some("Target.FailedHealthChecks"));
    assert_eq!(found[0].description.as_deref(), Some("Health checks failed"));
}

#[tokio::test]
async fn a_target_that_is_not_used_tells_its_zone() {
    let rule = mock!(Client::describe_target_health).then_output(|| {
        let described = |id: &str, zone: &str, state: TargetHealthStateEnum| {
            let target = TargetDescription::builder().id(id).port(80).availability_zone(zone).build();
            let health = TargetHealth::builder().state(state).build();
            TargetHealthDescription::builder().target(target).target_health(health).build()
        };
        DescribeTargetHealthOutput::builder()
            .target_health_descriptions(described("10.0.1.7", "eu-central-1b", TargetHealthStateEnum::Unused))
            .target_health_descriptions(described("10.9.1.7", "all", TargetHealthStateEnum::Unused))
            .target_health_descriptions(described("10.0.1.8", "eu-central-1a", TargetHealthStateEnum::Healthy))
            .build()
    });
    let found = describe_target_health::describe_target_health(&clients(&[&rule]), &group("web")).await.unwrap();
    let zones: Vec<_> = found.iter().map(|one| one.unused_in.as_deref()).collect();
    assert_eq!(zones, [Some("eu-central-1b"), None, None]);
}

#[tokio::test]
async fn a_gone_group_has_no_health() {
    let rule = mock!(Client::describe_target_health).sequence();
    let rule = rule.http_status(400, Some(refusal("TargetGroupNotFound"))).build();
    let error = describe_target_health::describe_target_health(&clients(&[&rule]), &group("web")).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (CallErrorKind::NotFound, Some("TargetGroupNotFound")));
}

#[tokio::test]
async fn targets_are_sent_with_their_port_and_zone() {
    let rule = mock!(Client::register_targets)
        .match_requests(|request| {
            let target = &request.targets()[0];
            request.targets().len() == 1
                && target.id() == Some("10.0.1.7")
                && target.port() == Some(8080)
                && target.availability_zone() == Some("all")
        })
        .then_output(|| RegisterTargetsOutput::builder().build());
    clients(&[&rule]).register_targets(&group("web"), &[target("10.0.1.7:8080")], Zone::All).await.unwrap();
    assert_eq!(rule.num_calls(), 1);
}

#[tokio::test]
async fn what_is_absent_already_does_not_keep_the_rest_from_being_deregistered() {
    let all = mock!(Client::deregister_targets)
        .match_requests(|request| request.targets().len() == 2)
        .sequence()
        .http_status(400, Some(refusal("InvalidTarget")))
        .build();
    let rest = mock!(Client::deregister_targets)
        .match_requests(|request| request.targets().len() == 1 && request.targets()[0].id() == Some("10.0.1.8"))
        .then_output(|| DeregisterTargetsOutput::builder().build());
    let left = mock!(Client::describe_target_health).then_output(|| {
        DescribeTargetHealthOutput::builder()
            .target_health_descriptions(health("10.0.1.8", 80, TargetHealthStateEnum::Healthy))
            .build()
    });
    let targets = [target("10.0.1.7:80"), target("10.0.1.8:80")];
    clients(&[&all, &rest, &left]).deregister_targets(&group("web"), &targets, Zone::Own).await.unwrap();
    assert_eq!(rest.num_calls(), 1);
}

#[tokio::test]
async fn a_refusal_about_something_else_stays_one() {
    let refused = mock!(Client::deregister_targets).sequence();
    let refused = refused.http_status(400, Some(refusal("InvalidTarget"))).repeatedly().build();
    let left = mock!(Client::describe_target_health).then_output(|| {
        DescribeTargetHealthOutput::builder()
            .target_health_descriptions(health("10.0.1.7", 80, TargetHealthStateEnum::Healthy))
            .build()
    });
    let (clients, targets) = (clients(&[&refused, &left]), [target("10.0.1.7:80")]);
    let error = clients.deregister_targets(&group("web"), &targets, Zone::Own).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (CallErrorKind::Permanent, Some("InvalidTarget")));
}
