//! The transport all SDK clients share: each attempt waits for its budget, is counted, and is sent.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use super::action::action_of;
use crate::budget::Budget;
use crate::calls::Calls;

/// An HTTP client behind the budget and the count.
#[derive(Debug)]
pub(super) struct Metered {
    transport: SharedHttpClient,
    meter: Arc<Meter>,
}

#[derive(Debug)]
struct Meter {
    budget: Budget,
    calls: Calls,
}

#[derive(Debug)]
struct MeteredConnector {
    transport: SharedHttpConnector,
    meter: Arc<Meter>,
}

impl Metered {
    pub(super) fn new(transport: SharedHttpClient, budget: Budget, calls: Calls) -> Self {
        Self { transport, meter: Arc::new(Meter { budget, calls }) }
    }
}

impl HttpClient for Metered {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(MeteredConnector {
            transport: self.transport.http_connector(settings, components),
            meter: Arc::clone(&self.meter),
        })
    }
}

impl HttpConnector for MeteredConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(action) = action_of(&request) else { return self.transport.call(request) };
        let (transport, meter) = (self.transport.clone(), Arc::clone(&self.meter));
        HttpConnectorFuture::new(async move {
            let waiting = meter.calls.waits();
            meter.budget.take(&action).await;
            drop(waiting);
            meter.calls.count(&action);
            transport.call(request).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_runtime_api::client::http::http_client_fn;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_types::body::SdkBody;
    use model::call::CallErrorKind;
    use model::ec2::Subnet;
    use model::ecs::ClusterList;
    use model::id::VpcId;
    use model::observation::{All, Table};

    use crate::api::Account as _;
    use crate::sdk::Clients;

    #[derive(Debug)]
    struct Always(u16, &'static str);

    impl HttpConnector for Always {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            HttpConnectorFuture::ready(Ok(HttpResponse::new(self.0.try_into().unwrap(), SdkBody::from(self.1))))
        }
    }

    fn metered(status: u16, body: &'static str) -> (Metered, Calls) {
        let transport = http_client_fn(move |_, _| SharedHttpConnector::new(Always(status, body)));
        let calls = Calls::default();
        (Metered::new(transport, Budget::new("1".parse().unwrap()), calls.clone()), calls)
    }

    #[tokio::test]
    async fn every_attempt_is_counted() {
        let (transport, calls) = metered(500, "<html>");
        let config = aws_sdk_ecs::Config::builder().with_test_defaults_v2().http_client(transport);
        let config = config.retry_config(super::super::retries().with_max_backoff(std::time::Duration::from_millis(1)));
        let clients = Clients::from(aws_sdk_ecs::Client::from_conf(config.build()));
        assert_eq!(clients.read::<Table<All, ClusterList>>(&[All]).await.unwrap_err().kind, CallErrorKind::Transient);
        assert_eq!(calls.take(), [("ecs:ListClusters".to_owned(), 4)].into());
        assert_eq!(calls.take(), [].into());
    }

    #[tokio::test]
    async fn query_services_are_counted_too() {
        let (transport, calls) = metered(200, "<DescribeSubnetsResponse><subnetSet/></DescribeSubnetsResponse>");
        let config = aws_sdk_ec2::Config::builder().with_test_defaults_v2().http_client(transport);
        let clients = Clients::from(aws_sdk_ec2::Client::from_conf(config.build()));
        clients.read::<Table<VpcId, Vec<Subnet>>>(&["vpc-1".parse().unwrap()]).await.unwrap();
        assert_eq!(calls.take(), [("ec2:DescribeSubnets".to_owned(), 1)].into());
    }
}
