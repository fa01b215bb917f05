//! Pages, batches, failures and errors of ECS.

use aws_sdk_ecs::Client;
use aws_sdk_ecs::operation::describe_clusters::DescribeClustersOutput;
use aws_sdk_ecs::operation::describe_service_revisions::DescribeServiceRevisionsOutput;
use aws_sdk_ecs::operation::describe_services::DescribeServicesOutput;
use aws_sdk_ecs::operation::describe_task_definition::DescribeTaskDefinitionOutput;
use aws_sdk_ecs::operation::describe_tasks::DescribeTasksOutput;
use aws_sdk_ecs::operation::get_task_protection::GetTaskProtectionOutput;
use aws_sdk_ecs::operation::list_clusters::ListClustersOutput;
use aws_sdk_ecs::operation::list_tasks::ListTasksOutput;
use aws_sdk_ecs::types::{
    self, Attachment, Container, Failure, KeyValuePair, NetworkInterface, ServiceRevision, Tag, Task,
};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use aws_smithy_types::retry::RetryConfig;
use model::call::CallErrorKind;
use model::ecs::{DeploymentController, Strategy};
use model::id::{ClusterArn, ServiceRevisionArn, TaskArn};
use model::observation::{Answer, Desired, TaskList, UnreadKind};
use model::scope::ServiceId;

use super::{
    describe_clusters, describe_service_revisions, describe_services, describe_task_definition, describe_tasks,
    get_task_protection, list_clusters, list_services, list_tasks,
};
use crate::api::Account as _;
use crate::sdk::Clients;

const PREFIX: &str = "arn:aws:ecs:eu-central-1:111122223333:";

fn clients(rules: &[&Rule]) -> Clients {
    mock_client!(aws_sdk_ecs, RuleMode::MatchAny, rules, |config| config.retry_config(RetryConfig::disabled())).into()
}

fn arn<T: std::str::FromStr<Err: std::fmt::Debug>>(resource: &str) -> T {
    format!("{PREFIX}{resource}").parse().unwrap()
}

fn prod() -> ClusterArn {
    arn("cluster/prod")
}

fn failure(resource: &str, reason: &str) -> Failure {
    Failure::builder().arn(format!("{PREFIX}{resource}")).reason(reason).build()
}

#[tokio::test]
async fn lists_follow_every_page_and_keep_to_their_cluster() {
    let page = |ids: &[&str], token: Option<&str>| {
        let arns = ids.iter().map(|id| format!("{PREFIX}task/{id}")).collect();
        ListTasksOutput::builder().set_task_arns(Some(arns)).set_next_token(token.map(str::to_owned)).build()
    };
    let first = mock!(Client::list_tasks)
        .match_requests(|request| {
            request.next_token().is_none()
                && request.max_results() == Some(100)
                && request.service_name() == Some("web")
                && request.desired_status().map(types::DesiredStatus::as_str) == Some("STOPPED")
        })
        .then_output(move || page(&["prod/a", "prod-2/b"], Some("more")));
    let second = mock!(Client::list_tasks)
        .match_requests(|request| request.next_token() == Some("more"))
        .then_output(move || page(&["prod/c", "d"], None));

    let service = Some(ServiceId::new(&prod(), "web"));
    let list = TaskList { cluster: prod(), service, desired: Desired::Stopped };
    let tasks = list_tasks::list_tasks(&clients(&[&first, &second]), &list).await.unwrap();
    assert_eq!(tasks, [arn::<TaskArn>("task/prod/a"), arn("task/prod/c"), arn("task/d")]);
}

#[tokio::test]
async fn a_list_with_something_unreadable_in_it_fails() {
    let rule = mock!(Client::list_tasks).then_output(|| {
        ListTasksOutput::builder().task_arns(format!("{PREFIX}task/prod/a")).task_arns("task-b").build()
    });
    let list = TaskList { cluster: prod(), service: None, desired: Desired::Running };
    let error = list_tasks::list_tasks(&clients(&[&rule]), &list).await.unwrap_err();
    assert_eq!(error.kind, CallErrorKind::Permanent);
    insta::assert_snapshot!(error.message, @r#"the answer can't be understood: taskArns "task-b": "task-b" is not a task ARN: it has fewer than six parts"#);
}

#[tokio::test]
async fn a_cluster_whose_arn_makes_no_sense_hides_no_other() {
    let rule = mock!(Client::list_clusters).then_output(|| {
        ListClustersOutput::builder().cluster_arns("cluster/odd").cluster_arns(prod().as_str()).build()
    });
    let list = list_clusters::list_clusters(&clients(&[&rule])).await.unwrap();
    assert_eq!((list.clusters, list.odd.is_some()), (vec![prod()], true));
}

#[tokio::test]
async fn a_missing_thing_is_absent_and_any_other_failure_unread() {
    let rule = mock!(Client::describe_clusters).then_output(|| {
        let prod = types::Cluster::builder().cluster_arn(format!("{PREFIX}cluster/prod")).status("ACTIVE");
        let tag = Tag::builder().key("ecs-nlb-guard:hold").value("true").build();
        DescribeClustersOutput::builder()
            .clusters(prod.tags(tag).build())
            .failures(failure("cluster/gone", "MISSING"))
            .failures(failure("cluster/odd", "INTERNAL"))
            .build()
    });
    let (gone, odd) = (arn("cluster/gone"), arn("cluster/odd"));
    let answers = describe_clusters::describe_clusters(&clients(&[&rule]), &[prod(), gone, odd]).await.unwrap();
    let answer = |arn: &str| &answers.iter().find(|(key, _)| key.name() == arn).unwrap().1;
    assert_eq!(answer("prod").known().unwrap().tags["ecs-nlb-guard:hold"], "true");
    assert_eq!(answer("gone"), &Answer::Absent);
    assert_eq!(answer("odd").unread().map(|unread| unread.error.as_str()), Some("INTERNAL"));
}

#[tokio::test]
async fn services_are_matched_by_name_and_an_unreadable_one_is_unread_alone() {
    let rule = mock!(Client::describe_services).then_output(|| {
        let service = |name: &str| {
            types::Service::builder()
                .service_arn(format!("{PREFIX}service/{name}"))
                .cluster_arn(format!("{PREFIX}cluster/prod"))
                .status("ACTIVE")
        };
        let odd = types::LoadBalancer::builder().target_group_arn("web").build();
        DescribeServicesOutput::builder()
            .services(service("web").build())
            .services(service("prod/odd").load_balancers(odd).build())
            .failures(failure("service/prod/gone", "MISSING"))
            .build()
    });
    let ids = ["gone", "odd", "web"].map(|name| ServiceId::new(&prod(), name));
    let answers = describe_services::describe_services(&clients(&[&rule]), &prod(), &ids).await.unwrap();
    let answer = |name: &str| &answers.iter().find(|(key, _)| &*key.name == name).unwrap().1;
    let web = answer("web").known().unwrap();
    assert_eq!((&web.controller, &web.strategy), (&DeploymentController::Ecs, &Strategy::Rolling));
    assert_eq!(answer("gone"), &Answer::Absent);
    assert_eq!(answer("odd").unread().map(|unread| unread.kind), Some(UnreadKind::Permanent));
}

#[tokio::test]
async fn a_tasks_interface_is_found_by_type_with_its_ipv6_address() {
    let rule = mock!(Client::describe_tasks).then_output(|| {
        let detail = |name: &str, value: &str| KeyValuePair::builder().name(name).value(value).build();
        let balancer = Attachment::builder().id("e1").r#type("elb").build();
        let interface = Attachment::builder()
            .id("a1")
            .r#type("ElasticNetworkInterface")
            .status("ATTACHED")
            .details(detail("networkInterfaceId", "eni-1"))
            .details(detail("subnetId", "subnet-1"))
            .details(detail("privateIPv4Address", "10.0.1.7"));
        let seen = NetworkInterface::builder().attachment_id("a1").private_ipv4_address("10.0.1.7");
        let container = Container::builder().network_interfaces(seen.ipv6_address("2001:db8::7").build()).build();
        let task = Task::builder()
            .task_arn(format!("{PREFIX}task/prod/a"))
            .cluster_arn(format!("{PREFIX}cluster/prod"))
            .started_by("")
            .last_status("RUNNING")
            .desired_status("RUNNING")
            .attachments(balancer)
            .attachments(interface.build())
            .containers(container);
        DescribeTasksOutput::builder().tasks(task.build()).build()
    });
    let answers = describe_tasks::describe_tasks(&clients(&[&rule]), &prod(), &[arn("task/prod/a")]).await.unwrap();
    let task = answers[0].1.known().unwrap();
    assert_eq!(task.started_by, None);
    assert_eq!(task.version, None);
    insta::assert_debug_snapshot!(task.interfaces, @r#"
    [
        TaskInterface {
            attachment: a1,
            network_interface: Some(
                eni-1,
            ),
            subnet: Some(
                subnet-1,
            ),
            addresses: [
                10.0.1.7,
                2001:db8::7,
            ],
        },
    ]
    "#);
}

#[tokio::test]
async fn a_service_without_settings_has_ecss_defaults() {
    let rule = mock!(Client::describe_services).then_output(|| {
        let service = |name: &str| {
            let service = types::Service::builder().service_arn(format!("{PREFIX}service/prod/{name}"));
            service.cluster_arn(format!("{PREFIX}cluster/prod")).status("ACTIVE")
        };
        let provider =
            types::CapacityProviderStrategyItem::builder().capacity_provider("FARGATE_SPOT").build().unwrap();
        let percents = types::DeploymentConfiguration::builder().minimum_healthy_percent(50).maximum_percent(150);
        let set = service("set").deployment_configuration(percents.build()).capacity_provider_strategy(provider);
        let bare = service("bare").launch_type(types::LaunchType::Fargate);
        DescribeServicesOutput::builder().services(bare.build()).services(set.build()).build()
    });
    let ids = ["bare", "set"].map(|name| ServiceId::new(&prod(), name));
    let answers = describe_services::describe_services(&clients(&[&rule]), &prod(), &ids).await.unwrap();
    let (bare, set) = (answers[0].1.known().unwrap(), answers[1].1.known().unwrap());
    assert_eq!((bare.percents.minimum_healthy, bare.percents.maximum), (100, 200));
    assert_eq!((bare.launch_type.as_deref(), bare.capacity_providers.len()), (Some("FARGATE"), 0));
    assert_eq!((set.percents.minimum_healthy, set.percents.maximum), (50, 150));
    assert_eq!(
        (set.launch_type.as_deref(), set.capacity_providers.as_slice()),
        (None, &["FARGATE_SPOT".to_owned()][..])
    );
}

#[tokio::test]
async fn of_a_services_events_those_that_tell_of_trouble_are_kept() {
    let rule = mock!(Client::describe_services).then_output(|| {
        let said = |message: &str| types::ServiceEvent::builder().message(format!("(service web) {message}")).build();
        let service = types::Service::builder().service_arn(format!("{PREFIX}service/prod/web"));
        let service = service.cluster_arn(format!("{PREFIX}cluster/prod")).status("ACTIVE");
        let service = service.events(said("has reached a steady state."));
        let service = service.events(said("failed to register targets in (target-group web) with (error …)"));
        let service = (0..9).fold(service, |service, _| service.events(said("is unable to consistently start tasks")));
        DescribeServicesOutput::builder().services(service.build()).build()
    });
    let answers = describe_services::describe_services(&clients(&[&rule]), &prod(), &[ServiceId::new(&prod(), "web")])
        .await
        .unwrap();
    let events = &answers[0].1.known().unwrap().events;
    assert_eq!(events.len(), 5);
    assert!(events[0].message.contains("failed to register"), "{events:?}");
}

#[tokio::test]
async fn protection_is_told_of_each_task() {
    let rule = mock!(Client::get_task_protection)
        .match_requests(|request| request.cluster() == Some(prod().as_str()) && request.tasks().len() == 3)
        .then_output(|| {
            let task =
                types::ProtectedTask::builder().task_arn(format!("{PREFIX}task/prod/a")).protection_enabled(true);
            let task = task.expiration_date(aws_smithy_types::DateTime::from_secs(1_772_366_400));
            GetTaskProtectionOutput::builder()
                .protected_tasks(task.build())
                .failures(failure("task/prod/gone", "MISSING"))
                .failures(failure("task/prod/alone", "TASK_NOT_VALID"))
                .build()
        });
    let tasks: [TaskArn; 3] = ["a", "gone", "alone"].map(|id| arn(&format!("task/prod/{id}")));
    let answers = get_task_protection::get_task_protection(&clients(&[&rule]), &prod(), &tasks).await.unwrap();
    let answer = |id: &str| &answers.iter().find(|(key, _)| key.id() == id).unwrap().1;
    let protection = answer("a").known().unwrap();
    assert!(protection.enabled);
    assert_eq!(protection.until.map(|until| until.to_string()).as_deref(), Some("2026-03-01T12:00:00Z"));
    assert_eq!(answer("gone"), &Answer::Absent);
    assert_eq!(answer("alone").unread().map(|unread| unread.error.as_str()), Some("TASK_NOT_VALID"));
}

#[tokio::test]
async fn a_definition_maps_single_ports_and_ranges() {
    let rule = mock!(Client::describe_task_definition).then_output(|| {
        let one = types::PortMapping::builder().container_port(53).protocol(types::TransportProtocol::Udp).build();
        let many = types::PortMapping::builder().container_port_range("8000-8010").build();
        let app = types::ContainerDefinition::builder().name("app").port_mappings(one).port_mappings(many);
        let variable = |value: &str| KeyValuePair::builder().name("UPSTREAM").value(value).build();
        let app = app
            .environment(variable("tcp://Edge-50dc.elb.eu-central-1.amazonaws.com:53/"))
            .environment(variable("secret"));
        let app = app.build();
        let definition = types::TaskDefinition::builder().container_definitions(app);
        let definition = definition.task_definition_arn(format!("{PREFIX}task-definition/web:7")).build();
        DescribeTaskDefinitionOutput::builder().task_definition(definition).build()
    });
    let definition =
        describe_task_definition::describe_task_definition(&clients(&[&rule]), &arn("task-definition/web:7"))
            .await
            .unwrap();
    let mapped: Vec<u16> =
        [52, 53, 7999, 8000, 8010, 8011].into_iter().filter(|port| definition.maps_port(*port)).collect();
    assert_eq!(mapped, [53, 8000, 8010]);
    assert_eq!(definition.containers[0].port_ranges[0].protocol, "tcp");
    assert_eq!(definition.containers[0].balancer_names, ["edge-50dc.elb.eu-central-1.amazonaws.com"]);
}

/// An error as ECS puts it on the wire.
fn refusal(code: &str, message: &str) -> Option<String> {
    Some(format!(r#"{{"__type": "{code}", "message": "{message}"}}"#))
}

#[tokio::test]
async fn a_gone_cluster_is_not_found() {
    let rule = mock!(Client::list_services).sequence();
    let rule = rule.http_status(400, refusal("ClusterNotFoundException", "Cluster not found.")).build();
    let error = list_services::list_services(&clients(&[&rule]), &prod()).await.unwrap_err();
    assert_eq!((error.kind, error.operation), (CallErrorKind::NotFound, "ecs:ListServices"));
    assert_eq!(error.message, "Cluster not found.");
}

#[tokio::test]
async fn a_gone_task_definition_is_told_by_its_message() {
    let error_of = |message: &'static str| async move {
        let rule = mock!(Client::describe_task_definition).sequence();
        let rule = rule.http_status(400, refusal("ClientException", message)).build();
        describe_task_definition::describe_task_definition(&clients(&[&rule]), &arn("task-definition/web:6"))
            .await
            .unwrap_err()
            .kind
    };
    assert_eq!(error_of("Unable to describe task definition.").await, CallErrorKind::NotFound);
    assert_eq!(error_of("Something else.").await, CallErrorKind::Permanent);
}

#[tokio::test]
async fn one_gone_service_hides_no_other_services_revisions() {
    let describe = mock!(Client::describe_service_revisions)
        .match_requests(|request| request.service_revision_arns().iter().all(|arn| !arn.contains("gone")))
        .then_compute_output(|request| {
            let revision = |arn: &String| ServiceRevision::builder().service_revision_arn(arn).build();
            let revisions = request.service_revision_arns().iter().map(revision).collect();
            DescribeServiceRevisionsOutput::builder().set_service_revisions(Some(revisions)).build()
        });
    let gone = mock!(Client::describe_service_revisions).sequence();
    let gone = gone.http_status(400, refusal("ServiceNotFoundException", "Service not found.")).repeatedly().build();
    let revisions: Vec<ServiceRevisionArn> =
        ["a", "b", "gone", "c", "d"].map(|name| arn(&format!("service-revision/prod/{name}/1"))).to_vec();
    let answers =
        describe_service_revisions::describe_service_revisions(&clients(&[&describe, &gone]), &revisions).await;
    assert_eq!(answers.len(), revisions.len());
    for (revision, answer) in answers {
        assert_eq!(answer == Answer::Absent, revision.as_str().contains("gone"), "{revision}: {answer:?}");
    }
}

#[tokio::test]
async fn errors_without_a_code_are_told_by_their_status() {
    let error_of = |status: u16, body: &'static str| async move {
        let rule =
            mock!(Client::list_clusters).sequence().http_status(status, Some(body.to_owned())).repeatedly().build();
        list_clusters::list_clusters(&clients(&[&rule])).await.unwrap_err().kind
    };
    assert_eq!(error_of(500, "<!doctype html><title>Internal Server Error</title>").await, CallErrorKind::Transient);
    assert_eq!(error_of(403, "<ErrorResponse><Error/></ErrorResponse>").await, CallErrorKind::Denied);
    assert_eq!(error_of(400, r#"{"__type": "ThrottlingException"}"#).await, CallErrorKind::Throttled);
    assert_eq!(error_of(400, r#"{"__type": "AccessDeniedException"}"#).await, CallErrorKind::Denied);
    assert_eq!(error_of(400, r#"{"__type": "InvalidParameterException"}"#).await, CallErrorKind::Permanent);
}

#[tokio::test]
async fn an_update_sends_the_network_configuration_and_nothing_else() {
    use model::ecs::AwsvpcConfiguration;
    let rule = mock!(Client::update_service)
        .match_requests(|request| {
            let network = request.network_configuration().and_then(|network| network.awsvpc_configuration());
            let expected = types::AwsVpcConfiguration::builder()
                .subnets("subnet-1")
                .subnets("subnet-2")
                .security_groups("sg-1")
                .security_groups("sg-2")
                .assign_public_ip(types::AssignPublicIp::Disabled)
                .build()
                .unwrap();
            let alone = aws_sdk_ecs::operation::update_service::UpdateServiceInput::builder()
                .cluster(format!("{PREFIX}cluster/prod"))
                .service("web")
                .network_configuration(
                    types::NetworkConfiguration::builder().awsvpc_configuration(expected.clone()).build(),
                )
                .build()
                .unwrap();
            network == Some(&expected) && *request == alone
        })
        .then_output(|| aws_sdk_ecs::operation::update_service::UpdateServiceOutput::builder().build());
    let network = AwsvpcConfiguration {
        subnets: ["subnet-1", "subnet-2"].map(|id| id.parse().unwrap()).to_vec(),
        security_groups: ["sg-1", "sg-2"].map(|id| id.parse().unwrap()).to_vec(),
        assign_public_ip: Some("DISABLED".to_owned()),
    };
    let service = ServiceId::new(&prod(), "web");
    assert_eq!(clients(&[&rule]).update_service_network(&service, &network).await, Ok(()));
}

#[tokio::test]
async fn a_forced_deployment_sends_that_it_is_forced_and_nothing_else() {
    let rule = mock!(Client::update_service)
        .match_requests(|request| {
            let alone = aws_sdk_ecs::operation::update_service::UpdateServiceInput::builder()
                .cluster(format!("{PREFIX}cluster/prod"))
                .service("web")
                .force_new_deployment(true)
                .build()
                .unwrap();
            *request == alone
        })
        .then_output(|| aws_sdk_ecs::operation::update_service::UpdateServiceOutput::builder().build());
    assert_eq!(clients(&[&rule]).force_new_deployment(&ServiceId::new(&prod(), "web")).await, Ok(()));
}

#[tokio::test]
async fn a_stop_names_the_task_and_why() {
    let rule = mock!(Client::stop_task)
        .match_requests(|request| {
            request.task() == Some(&format!("{PREFIX}task/prod/a")) && request.reason() == Some("wrong groups")
        })
        .then_output(|| aws_sdk_ecs::operation::stop_task::StopTaskOutput::builder().build());
    assert_eq!(clients(&[&rule]).stop_task(&prod(), &arn("task/prod/a"), "wrong groups").await, Ok(()));
}
