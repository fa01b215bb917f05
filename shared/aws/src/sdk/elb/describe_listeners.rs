//! DescribeListeners.

use aws_sdk_elasticloadbalancingv2::types;
use model::call::CallError;
use model::elb::{Forward, Listener};
use model::id::{LoadBalancerArn, TargetGroupArn};
use model::observation::Table;

use crate::api::{AwsFact, Found};
use crate::memory::World;
use crate::sdk::Clients;
use crate::sdk::read::{Read, count, parse, parse_required, port};

const OPERATION: &str = "elasticloadbalancing:DescribeListeners";
const PAGE: i32 = 400;

impl AwsFact for Table<LoadBalancerArn, Vec<Listener>> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 1;

    async fn from_aws(clients: &Clients, balancers: &[LoadBalancerArn]) -> Result<Found<Self>, CallError> {
        Found::by(balancers, |balancer| describe_listeners(clients, balancer)).await
    }

    fn in_memory(world: &World, balancers: &[LoadBalancerArn]) -> Found<Self> {
        let listeners = |balancer: &_| world.listeners.get(balancer).cloned().unwrap_or_default();
        Found::each(balancers, |balancer| world.of_balancer(balancer, || listeners(balancer)))
    }
}

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
        forwards: forwards(listener.default_actions())?,
    })
}

/// An action that forwards names its one group itself, and all of them in its configuration; either may be absent.
pub(super) fn forwards(actions: &[types::Action]) -> Read<Vec<Forward>> {
    let mut forwards: Vec<Forward> = Vec::new();
    for action in actions {
        let weighed = action.forward_config().map(types::ForwardActionConfig::target_groups).unwrap_or_default();
        for tuple in weighed {
            let target_group = parse_required("actions.forwardConfig.targetGroupArn", tuple.target_group_arn())?;
            let weight = tuple.weight().map(|weight| count("actions.forwardConfig.weight", weight)).transpose()?;
            forwards.push(Forward { target_group, weight });
        }
        if let Some(arn) = action.target_group_arn() {
            let arn: TargetGroupArn = parse("actions.targetGroupArn", arn)?;
            if !forwards.iter().any(|forward| forward.target_group == arn) {
                forwards.push(Forward::to(arn));
            }
        }
    }
    Ok(forwards)
}
