//! AWS API Call via CloudTrail: calls that changed a target group's targets or a service.
//!
//! CloudTrail's events are a quicker hint and never the only one. Calls that failed, and all others, are of no interest.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use model::id::{ClusterArn, ServiceArn, TargetGroupArn};
use model::scope::{Scope, ServiceId};
use serde::Deserialize;
use serde_json::Value;

use super::IncomingError;
use super::error::from_value;
use crate::home::{Home, Located as _};

const PARAMETERS: &str = "detail.requestParameters";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiCallDetail {
    event_source: String,
    event_name: String,
    error_code: Option<String>,
    #[serde(default)]
    request_parameters: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TargetsCall {
    target_group_arn: TargetGroupArn,
}

/// CreateService says `serviceName` where the others say `service`.
#[derive(Deserialize)]
struct ServiceCall {
    cluster: Option<String>,
    #[serde(alias = "serviceName")]
    service: String,
}

/// The target group or service that was changed; nothing, if none was.
pub(super) fn scope(event: &EventBridgeEvent, home: &Home) -> Result<Scope, IncomingError> {
    let call: ApiCallDetail = from_value("the CloudTrail event", "detail", &event.detail)?;
    let mut scope = Scope::default();
    if call.error_code.is_some() {
        return Ok(scope);
    }
    let what = format!("the {} call", call.event_name);
    match (call.event_source.as_str(), call.event_name.as_str()) {
        ("elasticloadbalancing.amazonaws.com", "RegisterTargets" | "DeregisterTargets") => {
            let call: TargetsCall = from_value(&what, PARAMETERS, &call.request_parameters)?;
            call.target_group_arn.at(home)?;
            scope.target_groups.insert(call.target_group_arn);
        }
        ("ecs.amazonaws.com", "CreateService" | "UpdateService" | "DeleteService") => {
            let call: ServiceCall = from_value(&what, PARAMETERS, &call.request_parameters)?;
            scope.services.insert(service(&what, &call, home)?);
        }
        _ => {}
    }
    Ok(scope)
}

/// Both the cluster and the service are given by name or ARN; without a cluster it is the one named `default`.
fn service(what: &str, call: &ServiceCall, home: &Home) -> Result<ServiceId, IncomingError> {
    let malformed = |key: &str, why: String| IncomingError::malformed(what, format!("{PARAMETERS}.{key}"), why);
    let cluster = call.cluster.as_deref().unwrap_or("default");
    let cluster: ClusterArn = match home.cluster(cluster) {
        Some(arn) => arn,
        None => cluster
            .parse()
            .map_err(|_| malformed("cluster", format!("{cluster:?} is neither a cluster's name nor its ARN")))?,
    };
    cluster.at(home)?;
    if let Ok(arn) = call.service.parse::<ServiceArn>() {
        arn.at(home)?;
        return Ok(ServiceId::of(&arn).unwrap_or_else(|| ServiceId::new(&cluster, arn.name())));
    }
    match cluster.service(&call.service) {
        Ok(_) => Ok(ServiceId::new(&cluster, &call.service)),
        Err(_) => Err(malformed("service", format!("{:?} is neither a service's name nor its ARN", call.service))),
    }
}
