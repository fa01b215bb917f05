//! RegisterTargets.

use model::call::CallError;
use model::elb::Target;
use model::id::TargetGroupArn;

use super::target::descriptions;
use crate::api::Zone;
use crate::sdk::Clients;

const OPERATION: &str = "elasticloadbalancing:RegisterTargets";

pub(in crate::sdk) async fn register_targets(
    clients: &Clients,
    group: &TargetGroupArn,
    targets: &[Target],
    zone: Zone,
) -> Result<(), CallError> {
    let request = clients.elb().register_targets().target_group_arn(group.as_str());
    let request = request.set_targets(Some(descriptions(targets, zone)));
    clients.send(OPERATION, group.as_str(), request.send()).await.map(drop)
}
