//! The pages that AWS's answers came in, kept with what parses them.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_ec2::operation::describe_network_interfaces::DescribeNetworkInterfaces;
use aws_sdk_ec2::operation::describe_security_groups::DescribeSecurityGroups;
use aws_sdk_ec2::operation::describe_subnets::DescribeSubnets;
use aws_sdk_ecs::operation::describe_services::DescribeServices;
use aws_sdk_ecs::operation::describe_task_definition::DescribeTaskDefinition;
use aws_sdk_ecs::operation::describe_tasks::DescribeTasks;
use aws_sdk_ecs::operation::list_clusters::ListClusters;
use aws_sdk_ecs::operation::list_services::ListServices;
use aws_sdk_ecs::operation::list_tasks::ListTasks;
use aws_sdk_elasticloadbalancingv2::operation::describe_load_balancers::DescribeLoadBalancers;
use aws_sdk_elasticloadbalancingv2::operation::describe_target_group_attributes::DescribeTargetGroupAttributes;
use aws_sdk_elasticloadbalancingv2::operation::describe_target_groups::DescribeTargetGroups;
use aws_sdk_elasticloadbalancingv2::operation::describe_target_health::DescribeTargetHealth;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin as _;
use aws_smithy_runtime_api::client::ser_de::{DeserializeResponse as _, SharedResponseDeserializer};
use aws_smithy_schema::protocol::SharedClientProtocol;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::{ConfigBag, FrozenLayer};

/// Every page that clients with this interceptor got, over [plain HTTP](crate::plain).
#[derive(Debug, Clone, Default)]
pub struct Pages(Arc<Mutex<Vec<Page>>>);

/// An answer, and what the SDK parses it with.
#[derive(Debug)]
pub struct Page {
    response: HttpResponse,
    config: ConfigBag,
}

impl Pages {
    /// Takes out what was kept.
    #[must_use]
    pub fn take(&self) -> Vec<Page> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Page {
    /// Parses it as the SDK does, and drops what comes of it.
    ///
    /// # Panics
    /// When it can't be parsed.
    pub fn parse(&self) {
        let deserializer = self.config.load::<SharedResponseDeserializer>();
        let parsed = deserializer.map(|it| it.deserialize_nonstreaming_with_config(&self.response, &self.config));
        assert!(matches!(parsed, Some(Ok(_))), "{parsed:?}");
    }

    /// How long it is.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.response.body().bytes().map_or(0, <[u8]>::len)
    }
}

impl Intercept for Pages {
    fn name(&self) -> &'static str {
        "Pages"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let seen = context.response();
        let body = seen.body().bytes().ok_or("the answer isn't there as a whole")?;
        let mut response = HttpResponse::new(seen.status(), SdkBody::from(body.to_vec()));
        for (name, value) in seen.headers() {
            response.headers_mut().insert(name.to_owned(), value.to_owned());
        }
        let operation = config.load::<Metadata>().ok_or("the operation isn't told")?;
        let mut parsing = ConfigBag::base();
        parsing.push_shared_layer(parser(operation.name()).ok_or_else(|| format!("{operation:?} isn't known"))?);
        if let Some(protocol) = config.load::<SharedClientProtocol>() {
            parsing.interceptor_state().store_put(protocol.clone());
        }
        let page = Page { response, config: parsing };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(page);
        Ok(())
    }
}

/// What parses the answers to an operation.
fn parser(operation: &str) -> Option<FrozenLayer> {
    match operation {
        "ListClusters" => ListClusters::new().config(),
        "ListServices" => ListServices::new().config(),
        "ListTasks" => ListTasks::new().config(),
        "DescribeServices" => DescribeServices::new().config(),
        "DescribeTasks" => DescribeTasks::new().config(),
        "DescribeTaskDefinition" => DescribeTaskDefinition::new().config(),
        "DescribeTargetGroups" => DescribeTargetGroups::new().config(),
        "DescribeTargetHealth" => DescribeTargetHealth::new().config(),
        "DescribeTargetGroupAttributes" => DescribeTargetGroupAttributes::new().config(),
        "DescribeLoadBalancers" => DescribeLoadBalancers::new().config(),
        "DescribeNetworkInterfaces" => DescribeNetworkInterfaces::new().config(),
        "DescribeSubnets" => DescribeSubnets::new().config(),
        "DescribeSecurityGroups" => DescribeSecurityGroups::new().config(),
        _ => None,
    }
}
