//! DescribeAccountLimits.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types;
use model::call::CallError;
use model::elb::AccountLimits;
use model::observation::{All, Answer, Table};

use crate::api::{AwsFact, Found};
use crate::memory::World;
use crate::sdk::Clients;
use crate::sdk::read::{Read, parse_required, required};

const OPERATION: &str = "elasticloadbalancing:DescribeAccountLimits";

impl AwsFact for Table<All, AccountLimits> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 1;

    async fn from_aws(clients: &Clients, asked: &[All]) -> Result<Found<Self>, CallError> {
        Found::by(asked, |_| describe_account_limits(clients)).await
    }

    fn in_memory(world: &World, asked: &[All]) -> Found<Self> {
        Found::each(asked, |_| Answer::Known(world.account_limits.clone()))
    }
}

/// AWS pages here without a paginator that yields items.
pub(super) async fn describe_account_limits(clients: &Clients) -> Result<AccountLimits, CallError> {
    let pages = clients.elb().describe_account_limits().into_paginator().send();
    let pages = clients.send(OPERATION, "the account", pages.collect::<Result<Vec<_>, _>>()).await?;
    let limits = pages.iter().flat_map(|page| page.limits()).map(read).collect::<Read<BTreeMap<_, _>>>();
    limits.map(AccountLimits).map_err(|unusable| unusable.into_error(OPERATION, "the account"))
}

fn read(limit: &types::Limit) -> Read<(String, u64)> {
    Ok((required("limits.name", limit.name())?.to_owned(), parse_required("limits.max", limit.max())?))
}
