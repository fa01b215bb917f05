//! The SDK clients of the four services, made when first used.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use aws_config::SdkConfig;
use aws_sdk_applicationautoscaling::Client as Scaling;
use aws_sdk_ec2::Client as Ec2;
use aws_sdk_ecs::Client as Ecs;
use aws_sdk_elasticloadbalancingv2::Client as Elb;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use model::call::CallError;

use crate::deadline::Deadline;
use crate::error::call_error;

/// An account, through the AWS SDK. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Clients {
    shared: Arc<Shared>,
    deadline: Deadline,
}

#[derive(Debug)]
struct Shared {
    config: SdkConfig,
    ecs: OnceLock<Ecs>,
    elb: OnceLock<Elb>,
    ec2: OnceLock<Ec2>,
    scaling: OnceLock<Scaling>,
}

impl Clients {
    /// Clients that are set up like this; see [`crate::client::function_config`]. Nothing is made or sent yet.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let (ecs, elb, ec2, scaling) = Default::default();
        let shared = Shared { config: config.clone(), ecs, elb, ec2, scaling };
        Self { shared: Arc::new(shared), deadline: Deadline::none() }
    }

    /// The same clients, whose answers must come before the deadline.
    #[must_use]
    pub fn until(&self, deadline: Deadline) -> Self {
        Self { shared: Arc::clone(&self.shared), deadline }
    }

    pub(super) fn ecs(&self) -> &Ecs {
        self.shared.ecs.get_or_init(|| Ecs::new(&self.shared.config))
    }

    pub(super) fn elb(&self) -> &Elb {
        self.shared.elb.get_or_init(|| Elb::new(&self.shared.config))
    }

    pub(super) fn ec2(&self) -> &Ec2 {
        self.shared.ec2.get_or_init(|| Ec2::new(&self.shared.config))
    }

    pub(super) fn scaling(&self) -> &Scaling {
        self.shared.scaling.get_or_init(|| Scaling::new(&self.shared.config))
    }

    /// Sends a request, or the pages of one, before the deadline, and classifies its failure.
    pub(super) async fn send<T, E>(
        &self,
        operation: &'static str,
        resource: &str,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, CallError>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let call = async { request.await.map_err(|error| call_error(operation, resource, &error)) };
        self.deadline.within(operation, resource, call).await
    }
}

#[cfg(test)]
impl From<Ecs> for Clients {
    fn from(client: Ecs) -> Self {
        let clients = Self::new(&SdkConfig::builder().build());
        clients.shared.ecs.set(client).unwrap();
        clients
    }
}

#[cfg(test)]
impl From<Elb> for Clients {
    fn from(client: Elb) -> Self {
        let clients = Self::new(&SdkConfig::builder().build());
        clients.shared.elb.set(client).unwrap();
        clients
    }
}

#[cfg(test)]
impl From<Ec2> for Clients {
    fn from(client: Ec2) -> Self {
        let clients = Self::new(&SdkConfig::builder().build());
        clients.shared.ec2.set(client).unwrap();
        clients
    }
}

#[cfg(test)]
impl From<Scaling> for Clients {
    fn from(client: Scaling) -> Self {
        let clients = Self::new(&SdkConfig::builder().build());
        clients.shared.scaling.set(client).unwrap();
        clients
    }
}
