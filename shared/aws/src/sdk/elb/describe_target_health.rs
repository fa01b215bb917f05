//! DescribeTargetHealth. Without `Targets` it answers with the whole group at once; there are no pages.

use std::collections::BTreeMap;
use std::net::IpAddr;

use aws_sdk_elasticloadbalancingv2::types::{AdministrativeOverride, TargetHealthDescription};
use model::call::CallError;
use model::elb::{Target, TargetHealth, TargetState};
use model::id::TargetGroupArn;
use model::observation::Table;

use crate::api::{AwsFact, Found};
use crate::memory::World;
use crate::sdk::Clients;
use crate::sdk::read::{Read, port, required};

const OPERATION: &str = "elasticloadbalancing:DescribeTargetHealth";

impl AwsFact for Table<TargetGroupArn, Vec<TargetHealth>> {
    const ACTION: &'static str = OPERATION;
    const AT_MOST: usize = 1;

    async fn from_aws(clients: &Clients, groups: &[TargetGroupArn]) -> Result<Found<Self>, CallError> {
        Found::by(groups, |group| describe_target_health(clients, group)).await
    }

    fn in_memory(world: &World, groups: &[TargetGroupArn]) -> Found<Self> {
        Found::each(groups, |group| {
            let targets = world.targets.get(group).into_iter().flat_map(BTreeMap::values);
            world.of_group(group, || targets.cloned().collect())
        })
    }
}

pub(super) async fn describe_target_health(
    clients: &Clients,
    group: &TargetGroupArn,
) -> Result<Vec<TargetHealth>, CallError> {
    let request = clients.elb().describe_target_health().target_group_arn(group.as_str());
    let response = clients.send(OPERATION, group.as_str(), request.send()).await?;
    let read = response.target_health_descriptions().iter().map(read).filter_map(Result::transpose);
    read.collect::<Read<_>>().map_err(|unusable| unusable.into_error(OPERATION, group.as_str()))
}

/// `None` for instances, functions and balancers: only addresses can be a task's.
fn read(description: &TargetHealthDescription) -> Read<Option<TargetHealth>> {
    let target = required("target", description.target())?;
    let zone = target.availability_zone().filter(|zone| !matches!(*zone, "" | "all"));
    let Ok(ip) = required("target.id", target.id())?.parse::<IpAddr>() else { return Ok(None) };
    let port = required("target.port", port("target.port", target.port())?)?;
    let health = required("targetHealth", description.target_health())?;
    let shift = description.administrative_override().and_then(AdministrativeOverride::state);
    let state: TargetState = required("targetHealth.state", health.state())?.as_str().into();
    Ok(Some(TargetHealth {
        target: Target { ip, port },
        unused_in: zone.filter(|_| state == TargetState::Unused).map(Into::into),
        state,
        reason: health.reason().map(|reason| reason.as_str().to_owned()),
        description: health.description().map(Into::into),
        is_shifted_away: shift.is_some_and(|state| state.as_str().starts_with("zonal_shift")),
    }))
}
