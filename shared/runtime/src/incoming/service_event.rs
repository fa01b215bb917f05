//! ECS Service Action and ECS Deployment State Change: the services in `resources`.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use model::id::{ClusterArn, ServiceArn};
use model::scope::{Scope, ServiceId};
use serde::Deserialize;

use super::IncomingError;
use super::error::from_value;
use crate::home::{Home, Located as _};

/// A service action names the cluster; a deployment state change does not.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServiceDetail {
    cluster_arn: Option<ClusterArn>,
}

/// The services the event names. Where nothing says in which cluster a service is, everything: its ARN is of the form
/// from before 2018.
pub(super) fn scope(event: &EventBridgeEvent, home: &Home) -> Result<Scope, IncomingError> {
    let what = format!("the {} event", event.detail_type);
    let ServiceDetail { cluster_arn } = from_value(&what, "detail", &event.detail)?;
    cluster_arn.iter().try_for_each(|cluster| cluster.at(home))?;
    let mut scope = Scope::default();
    let mut problem = "it names no service".to_owned();
    for resource in event.resources.iter().flatten() {
        let service: ServiceArn = match resource.parse() {
            Ok(service) => service,
            Err(error) => {
                problem = error.to_string();
                continue;
            }
        };
        service.at(home)?;
        let in_cluster = cluster_arn.as_ref().map(|cluster| ServiceId::new(cluster, service.name()));
        match ServiceId::of(&service).or(in_cluster) {
            Some(service) => drop(scope.services.insert(service)),
            None => scope.everything = true,
        }
    }
    if scope.is_empty() { Err(IncomingError::malformed(what, "resources", problem)) } else { Ok(scope) }
}
