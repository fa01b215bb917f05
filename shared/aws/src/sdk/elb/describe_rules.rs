//! DescribeRules.

use aws_sdk_elasticloadbalancingv2::types;
use model::call::CallError;
use model::elb::ListenerRule;
use model::id::ListenerArn;
use model::observation::Table;

use super::describe_listeners::forwards;
use crate::api::{AwsFact, Found};
use crate::sdk::Clients;
use crate::sdk::read::{Read, required};

const OPERATION: &str = "elasticloadbalancing:DescribeRules";
const PAGE: i32 = 400;

impl AwsFact for Table<ListenerArn, Vec<ListenerRule>> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 1;

    async fn from_aws(clients: &Clients, listeners: &[ListenerArn]) -> Result<Found<Self>, CallError> {
        Found::by(listeners, |listener| describe_rules(clients, listener)).await
    }
}

pub(super) async fn describe_rules(clients: &Clients, listener: &ListenerArn) -> Result<Vec<ListenerRule>, CallError> {
    let request = clients.elb().describe_rules().listener_arn(listener.as_str()).page_size(PAGE);
    let pages = request.into_paginator().items().send();
    let rules = clients.send(OPERATION, listener.as_str(), pages.collect::<Result<Vec<_>, _>>()).await?;
    let read = rules.iter().map(read).collect::<Read<_>>();
    read.map_err(|unusable| unusable.into_error(OPERATION, listener.as_str()))
}

fn read(rule: &types::Rule) -> Read<ListenerRule> {
    Ok(ListenerRule {
        arn: required("ruleArn", rule.rule_arn())?.to_owned(),
        is_default: rule.is_default().unwrap_or(false),
        forwards: forwards(rule.actions())?,
    })
}
