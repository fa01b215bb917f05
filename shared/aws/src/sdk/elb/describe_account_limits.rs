//! DescribeAccountLimits.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types;
use model::call::CallError;
use model::elb::AccountLimits;

use crate::sdk::Clients;
use crate::sdk::read::{Read, parse_required, required};

const OPERATION: &str = "elasticloadbalancing:DescribeAccountLimits";

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
