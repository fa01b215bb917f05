//! UpdateService: with the network configuration alone, or with `forceNewDeployment` alone.

use aws_sdk_ecs::types::{AssignPublicIp, AwsVpcConfiguration as Awsvpc, NetworkConfiguration};
use model::call::{CallError, CallErrorKind};
use model::ecs::AwsvpcConfiguration;
use model::scope::ServiceId;

use crate::sdk::Clients;

const OPERATION: &str = "ecs:UpdateService";

pub(in crate::sdk) async fn update_service_network(
    clients: &Clients,
    service: &ServiceId,
    network: &AwsvpcConfiguration,
) -> Result<(), CallError> {
    let awsvpc = Awsvpc::builder()
        .set_subnets(Some(network.subnets.iter().map(ToString::to_string).collect()))
        .set_security_groups(Some(network.security_groups.iter().map(ToString::to_string).collect()))
        .set_assign_public_ip(network.assign_public_ip.as_deref().map(AssignPublicIp::from))
        .build()
        .map_err(|error| unsendable(service, error.to_string()))?;
    let network = NetworkConfiguration::builder().awsvpc_configuration(awsvpc).build();
    let request = clients.ecs().update_service().cluster(service.cluster.as_str()).service(&*service.name);
    let request = request.network_configuration(network);
    clients.send(OPERATION, &service.to_string(), request.send()).await.map(drop)
}

pub(in crate::sdk) async fn force_new_deployment(clients: &Clients, service: &ServiceId) -> Result<(), CallError> {
    let request = clients.ecs().update_service().cluster(service.cluster.as_str()).service(&*service.name);
    clients.send(OPERATION, &service.to_string(), request.force_new_deployment(true).send()).await.map(drop)
}

fn unsendable(service: &ServiceId, message: String) -> CallError {
    let resource = service.to_string();
    CallError { operation: OPERATION, resource, kind: CallErrorKind::Permanent, code: None, message }
}
