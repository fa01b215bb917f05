//! AWS API Call via CloudTrail: calls that changed a target group's targets, a service, or what sweeps remember.
//!
//! CloudTrail's events are a quicker hint and never the only one. Calls that failed, and all others, are of no interest.

use std::collections::BTreeSet;

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use model::id::{ClusterArn, ListenerArn, LoadBalancerArn, ServiceArn, TargetGroupArn};
use model::observation::Question;
use model::scope::{Scope, ServiceId};
use serde::Deserialize;
use serde_json::Value;

use super::IncomingError;
use super::error::from_value;
use crate::home::{Home, Located as _};

const PARAMETERS: &str = "detail.requestParameters";

const ELB: &str = "elasticloadbalancing.amazonaws.com";

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
struct TargetGroupCall {
    target_group_arn: TargetGroupArn,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoadBalancerCall {
    load_balancer_arn: LoadBalancerArn,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListenerCall {
    listener_arn: ListenerArn,
}

/// CreateService says `serviceName` where the others say `service`.
#[derive(Deserialize)]
struct ServiceCall {
    cluster: Option<String>,
    #[serde(alias = "serviceName")]
    service: String,
}

/// The target group or service that was changed, and what isn't to be remembered any more; nothing, if none was.
pub(super) fn read(event: &EventBridgeEvent, home: &Home) -> Result<(Scope, BTreeSet<Question>), IncomingError> {
    let call: ApiCallDetail = from_value("the CloudTrail event", "detail", &event.detail)?;
    let (mut scope, mut changed) = (Scope::default(), BTreeSet::new());
    if call.error_code.is_some() {
        return Ok((scope, changed));
    }
    let what = format!("the {} call", call.event_name);
    match (call.event_source.as_str(), call.event_name.as_str()) {
        (ELB, "RegisterTargets" | "DeregisterTargets") => {
            let call: TargetGroupCall = from_value(&what, PARAMETERS, &call.request_parameters)?;
            call.target_group_arn.at(home)?;
            scope.target_groups.insert(call.target_group_arn);
        }
        ("ecs.amazonaws.com", "CreateService" | "UpdateService" | "DeleteService") => {
            let call: ServiceCall = from_value(&what, PARAMETERS, &call.request_parameters)?;
            scope.services.insert(service(&what, &call, home)?);
        }
        (ELB, "ModifyTargetGroupAttributes") => {
            let call: TargetGroupCall = from_value(&what, PARAMETERS, &call.request_parameters)?;
            call.target_group_arn.at(home)?;
            changed.insert(Question::TargetGroupAttributes(call.target_group_arn));
        }
        // A Classic Load Balancer has an operation of the same name, in an API of its own, and no ARN.
        (ELB, "ModifyLoadBalancerAttributes") if call.request_parameters.get("loadBalancerName").is_some() => {}
        (ELB, "ModifyLoadBalancerAttributes") => {
            let call: LoadBalancerCall = from_value(&what, PARAMETERS, &call.request_parameters)?;
            call.load_balancer_arn.at(home)?;
            changed.insert(Question::LoadBalancerAttributes(call.load_balancer_arn));
        }
        (ELB, "CreateListener") => {
            let call: LoadBalancerCall = from_value(&what, PARAMETERS, &call.request_parameters)?;
            call.load_balancer_arn.at(home)?;
            changed.insert(Question::Listeners(call.load_balancer_arn));
        }
        (ELB, "ModifyListener" | "DeleteListener") => {
            let call: ListenerCall = from_value(&what, PARAMETERS, &call.request_parameters)?;
            call.listener_arn.at(home)?;
            changed.extend(call.listener_arn.load_balancer().map(Question::Listeners));
        }
        _ => {}
    }
    Ok((scope, changed))
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
