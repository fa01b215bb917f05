//! DescribeListeners.

use aws_sdk_elasticloadbalancingv2::types;
use model::call::CallError;
use model::elb::Listener;
use model::id::{LoadBalancerArn, TargetGroupArn};

use crate::sdk::Clients;
use crate::sdk::read::{Read, parse, parse_required, port};

const OPERATION: &str = "elasticloadbalancing:DescribeListeners";
const PAGE: i32 = 400;

pub(super) async fn describe_listeners(
    clients: &Clients,
    balancer: &LoadBalancerArn,
) -> Result<Vec<Listener>, CallError> {
    let request = clients.elb().describe_listeners().load_balancer_arn(balancer.as_str()).page_size(PAGE);
    let pages = request.into_paginator().items().send();
    let listeners = clients.send(OPERATION, balancer.as_str(), pages.collect::<Result<Vec<_>, _>>()).await?;
    let read = listeners.iter().map(read).collect::<Read<_>>();
    read.map_err(|unusable| unusable.into_error(OPERATION, balancer.as_str()))
}

fn read(listener: &types::Listener) -> Read<Listener> {
    Ok(Listener {
        arn: parse_required("listenerArn", listener.listener_arn())?,
        protocol: listener.protocol().map(|protocol| protocol.as_str().to_owned()),
        port: port("port", listener.port())?,
        target_groups: target_groups(listener.default_actions())?,
    })
}

/// An action that forwards names its one group itself, and all of them in its configuration; either may be absent.
fn target_groups(actions: &[types::Action]) -> Read<Vec<TargetGroupArn>> {
    let mut groups = Vec::new();
    for action in actions {
        let of_config = action.forward_config().map(types::ForwardActionConfig::target_groups).unwrap_or_default();
        let of_config = of_config.iter().filter_map(types::TargetGroupTuple::target_group_arn);
        for arn in action.target_group_arn().into_iter().chain(of_config) {
            let arn: TargetGroupArn = parse("defaultActions.targetGroupArn", arn)?;
            if !groups.contains(&arn) {
                groups.push(arn);
            }
        }
    }
    Ok(groups)
}
