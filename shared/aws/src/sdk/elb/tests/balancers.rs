//! Load balancers, listeners, attributes and limits.

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::operation::describe_account_limits::DescribeAccountLimitsOutput;
use aws_sdk_elasticloadbalancingv2::operation::describe_listeners::DescribeListenersOutput;
use aws_sdk_elasticloadbalancingv2::operation::describe_load_balancer_attributes::DescribeLoadBalancerAttributesOutput;
use aws_sdk_elasticloadbalancingv2::operation::describe_load_balancers::DescribeLoadBalancersOutput;
use aws_sdk_elasticloadbalancingv2::operation::describe_rules::DescribeRulesOutput;
use aws_sdk_elasticloadbalancingv2::operation::describe_target_group_attributes::DescribeTargetGroupAttributesOutput;
use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, AvailabilityZone, ForwardActionConfig, Limit, Listener, LoadBalancer, LoadBalancerAddress,
    LoadBalancerAttribute, LoadBalancerSchemeEnum, LoadBalancerState, LoadBalancerStateEnum, ProtocolEnum, Rule,
    TargetGroupAttribute, TargetGroupTuple,
};
use aws_smithy_mocks::mock;
use model::elb::{BalancerState, CrossZone, Forward, MinimumHealthyTargets, Scheme};
use model::id::LoadBalancerArn;
use model::observation::Answer;

use super::super::{
    describe_account_limits, describe_listeners, describe_load_balancer_attributes, describe_load_balancers,
    describe_rules, describe_target_group_attributes,
};
use super::{PREFIX, clients, group, refusal};

fn balancer(name: &str) -> LoadBalancerArn {
    format!("{PREFIX}loadbalancer/net/{name}/50dc").parse().unwrap()
}

fn described(name: &str) -> aws_sdk_elasticloadbalancingv2::types::builders::LoadBalancerBuilder {
    LoadBalancer::builder().load_balancer_arn(balancer(name).as_str()).scheme(LoadBalancerSchemeEnum::Internal)
}

#[tokio::test]
async fn all_balancers_are_on_all_pages() {
    let first = mock!(Client::describe_load_balancers)
        .match_requests(|request| request.marker().is_none() && request.page_size() == Some(400))
        .then_output(|| {
            let page = DescribeLoadBalancersOutput::builder().next_marker("more");
            page.load_balancers(described("a").build()).build()
        });
    let second = mock!(Client::describe_load_balancers)
        .match_requests(|request| request.marker() == Some("more"))
        .then_output(|| DescribeLoadBalancersOutput::builder().load_balancers(described("b").build()).build());
    let found = describe_load_balancers::all(&clients(&[&first, &second])).await.unwrap();
    assert_eq!(found.iter().map(|(arn, _)| arn.name()).collect::<Vec<_>>(), ["a", "b"]);
}

#[tokio::test]
async fn a_gone_balancer_hides_no_other() {
    let there = mock!(Client::describe_load_balancers)
        .match_requests(|request| request.load_balancer_arns().iter().all(|arn| !arn.contains("gone")))
        .then_compute_output(|request| {
            let described = |arn: &String| LoadBalancer::builder().load_balancer_arn(arn).build();
            let balancers = request.load_balancer_arns().iter().map(described).collect();
            DescribeLoadBalancersOutput::builder().set_load_balancers(Some(balancers)).build()
        });
    let gone = mock!(Client::describe_load_balancers).sequence();
    let gone = gone.http_status(400, Some(refusal("LoadBalancerNotFound"))).repeatedly().build();
    let asked = ["a", "gone", "b"].map(balancer);
    let answers = describe_load_balancers::some(&clients(&[&there, &gone]), &asked).await;
    assert_eq!(answers.len(), 3);
    for (arn, answer) in answers {
        assert_eq!(answer == Answer::Absent, arn.name() == "gone", "{arn}: {answer:?}");
    }
}

#[tokio::test]
async fn an_odd_balancer_is_unread_alone() {
    let rule = mock!(Client::describe_load_balancers).then_output(|| {
        let odd = described("odd").vpc_id("nowhere").build();
        DescribeLoadBalancersOutput::builder().load_balancers(odd).load_balancers(described("a").build()).build()
    });
    let answers = describe_load_balancers::all(&clients(&[&rule])).await.unwrap();
    assert!(answers[0].1.unread().is_some() && answers[1].1.known().is_some(), "{answers:?}");
}

#[tokio::test]
async fn a_balancer_made_without_groups_is_told_from_one_with_none_left() {
    let rule = mock!(Client::describe_load_balancers).then_output(|| {
        let address = LoadBalancerAddress::builder().ip_address("203.0.113.7").private_ipv4_address("10.0.1.7");
        let zone = AvailabilityZone::builder().zone_name("eu-central-1a").subnet_id("subnet-1");
        let zone = zone.load_balancer_addresses(address.ipv6_address("2001:db8::7").build()).build();
        let with = described("with").security_groups("sg-1").availability_zones(zone);
        let with = with.enforce_security_group_inbound_rules_on_private_link_traffic("off");
        let state = LoadBalancerState::builder()
            .code(LoadBalancerStateEnum::ActiveImpaired)
            .reason("No addresses left")
            .build();
        let with = with.state(state).dns_name("with-50dc.elb.eu-central-1.amazonaws.com");
        let emptied = described("emptied").set_security_groups(Some(vec![]));
        DescribeLoadBalancersOutput::builder()
            .load_balancers(with.build())
            .load_balancers(emptied.build())
            .load_balancers(LoadBalancer::builder().load_balancer_arn(balancer("without").as_str()).build())
            .build()
    });
    let answers = describe_load_balancers::all(&clients(&[&rule])).await.unwrap();
    let found: Vec<_> = answers.iter().filter_map(|(_, answer)| answer.known()).collect();
    let groups: Vec<_> = found.iter().map(|balancer| balancer.security_groups.as_ref().map(Vec::len)).collect();
    assert_eq!(groups, [Some(1), Some(0), None]);
    assert_eq!((&found[0].scheme, &found[2].scheme), (&Scheme::Internal, &Scheme::InternetFacing), "the default");
    let addresses: Vec<String> = found[0].zones[0].addresses.iter().map(ToString::to_string).collect();
    assert_eq!(addresses, ["10.0.1.7", "2001:db8::7"], "what targets see");
    assert_eq!(found[0].zones[0].public_addresses, ["203.0.113.7".parse::<std::net::IpAddr>().unwrap()]);
    assert_eq!(found[0].filters_private_link, Some(false));
    assert_eq!((&found[0].state, &found[2].state), (&Some(BalancerState::ActiveImpaired), &None));
    assert_eq!(found[0].state_reason.as_deref(), Some("No addresses left"));
    assert_eq!(found[0].dns_name.as_deref(), Some("with-50dc.elb.eu-central-1.amazonaws.com"));
}

#[tokio::test]
async fn a_listener_forwards_to_one_group_or_many() {
    let rule = mock!(Client::describe_listeners)
        .match_requests(|request| request.load_balancer_arn() == Some(balancer("edge").as_str()))
        .then_output(|| {
            let tuple = |name: &str| TargetGroupTuple::builder().target_group_arn(group(name).as_str());
            let tuples = [tuple("a").weight(0).build(), tuple("b").build()];
            let config = ForwardActionConfig::builder().set_target_groups(Some(tuples.to_vec())).build();
            let forward = Action::builder().r#type(ActionTypeEnum::Forward).target_group_arn(group("a").as_str());
            let listener = Listener::builder().port(443).protocol(ProtocolEnum::Tls);
            let listener = listener.listener_arn(format!("{PREFIX}listener/net/edge/50dc/1"));
            let listener = listener.default_actions(forward.forward_config(config).build()).build();
            DescribeListenersOutput::builder().listeners(listener).build()
        });
    let found = describe_listeners::describe_listeners(&clients(&[&rule]), &balancer("edge")).await.unwrap();
    assert_eq!((found[0].port, found[0].protocol.as_deref()), (Some(443), Some("TLS")));
    let forward = |name, weight| Forward { target_group: group(name), weight };
    assert_eq!(found[0].forwards, [forward("a", Some(0)), forward("b", None)]);
}

#[tokio::test]
async fn attributes_that_were_never_set_are_absent() {
    let of_group = mock!(Client::describe_target_group_attributes).then_output(|| {
        let attribute = |key: &str, value: &str| TargetGroupAttribute::builder().key(key).value(value).build();
        DescribeTargetGroupAttributesOutput::builder()
            .attributes(attribute("preserve_client_ip.enabled", "true"))
            .attributes(attribute("deregistration_delay.timeout_seconds", "60"))
            .attributes(attribute("load_balancing.cross_zone.enabled", "use_load_balancer_configuration"))
            .attributes(attribute("target_group_health.dns_failover.minimum_healthy_targets.count", "off"))
            .attributes(attribute("target_group_health.dns_failover.minimum_healthy_targets.percentage", "40"))
            .attributes(attribute("something.new", "?"))
            .build()
    });
    let of_balancer = mock!(Client::describe_load_balancer_attributes).then_output(|| {
        let attribute = LoadBalancerAttribute::builder().key("deletion_protection.enabled").value("true").build();
        DescribeLoadBalancerAttributesOutput::builder().attributes(attribute).build()
    });
    let clients = clients(&[&of_group, &of_balancer]);
    let attributes =
        describe_target_group_attributes::describe_target_group_attributes(&clients, &group("web")).await.unwrap();
    assert_eq!((attributes.preserve_client_ip, attributes.deregistration_delay_seconds), (Some(true), Some(60)));
    assert_eq!(attributes.cross_zone, CrossZone::OfBalancer);
    let minimum = attributes.dns_failover;
    assert_eq!((minimum.count, minimum.percentage), (None, Some(40)));
    assert!(minimum.is_met_by(2, 5) && !minimum.is_met_by(1, 5));
    assert!(MinimumHealthyTargets::default().is_met_by(1, 9) && !MinimumHealthyTargets::default().is_met_by(0, 9));
    let of_balancer =
        describe_load_balancer_attributes::describe_load_balancer_attributes(&clients, &balancer("edge")).await;
    assert_eq!(of_balancer.unwrap().cross_zone, None);
}

#[tokio::test]
async fn limits_are_on_all_pages() {
    let limit = |name: &str, max: &str| Limit::builder().name(name).max(max).build();
    let first = mock!(Client::describe_account_limits)
        .match_requests(|request| request.marker().is_none())
        .then_output(move || {
            let page = DescribeAccountLimitsOutput::builder().next_marker("more");
            page.limits(limit("targets-per-network-load-balancer", "3000")).build()
        });
    let second =
        mock!(Client::describe_account_limits).match_requests(|request| request.marker() == Some("more")).then_output(
            move || DescribeAccountLimitsOutput::builder().limits(limit("network-load-balancers", "50")).build(),
        );
    let limits = describe_account_limits::describe_account_limits(&clients(&[&first, &second])).await.unwrap();
    assert_eq!(limits.get("targets-per-network-load-balancer"), Some(3000));
    assert_eq!(limits.get("network-load-balancers"), Some(50));
    assert_eq!(limits.get("unheard-of"), None);
}

#[tokio::test]
async fn rules_of_every_page_name_the_groups_they_send_to_and_their_weights() {
    let weighed =
        |name: &str, weight| TargetGroupTuple::builder().target_group_arn(group(name).as_str()).weight(weight).build();
    let first = mock!(Client::describe_rules)
        .match_requests(|request| {
            request.marker().is_none()
                && request.page_size() == Some(400)
                && request.listener_arn().is_some_and(|arn| arn.ends_with("listener/net/edge/50dc/f2f7"))
        })
        .then_output(move || {
            let config =
                ForwardActionConfig::builder().target_groups(weighed("blue", 0)).target_groups(weighed("green", 1));
            let action = Action::builder().r#type(ActionTypeEnum::Forward).forward_config(config.build()).build();
            let rule = Rule::builder().rule_arn("rule/1").priority("10").is_default(false).actions(action).build();
            DescribeRulesOutput::builder().next_marker("more").rules(rule).build()
        });
    let second =
        mock!(Client::describe_rules).match_requests(|request| request.marker() == Some("more")).then_output(|| {
            let action =
                Action::builder().r#type(ActionTypeEnum::Forward).target_group_arn(group("web").as_str()).build();
            let rule = Rule::builder().rule_arn("rule/2").priority("default").is_default(true).actions(action).build();
            DescribeRulesOutput::builder().rules(rule).build()
        });
    let listener = format!("{PREFIX}listener/net/edge/50dc/f2f7").parse().unwrap();
    let found = describe_rules::describe_rules(&clients(&[&first, &second]), &listener).await.unwrap();
    let sends = |at: usize| {
        let to = found[at].forwards.iter().map(|one| (one.target_group.name(), one.weight));
        (found[at].is_default, to.collect::<Vec<_>>())
    };
    assert_eq!(sends(0), (false, vec![("blue", Some(0)), ("green", Some(1))]));
    assert_eq!(sends(1), (true, vec![("web", None)]));
}
