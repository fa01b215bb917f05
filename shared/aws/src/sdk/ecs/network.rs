//! `networkConfiguration`.

use aws_sdk_ecs::types::NetworkConfiguration;
use model::ecs::AwsvpcConfiguration;

use crate::sdk::read::{Read, parse_all};

pub(super) fn network(configuration: Option<&NetworkConfiguration>) -> Read<Option<AwsvpcConfiguration>> {
    let Some(awsvpc) = configuration.and_then(NetworkConfiguration::awsvpc_configuration) else { return Ok(None) };
    Ok(Some(AwsvpcConfiguration {
        subnets: parse_all("subnets", awsvpc.subnets())?,
        security_groups: parse_all("securityGroups", awsvpc.security_groups())?,
        assign_public_ip: awsvpc.assign_public_ip().map(|value| value.as_str().to_owned()),
    }))
}
