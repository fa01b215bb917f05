//! DeregisterTargets.

use std::collections::BTreeSet;

use model::call::CallError;
use model::elb::{Target, TargetHealth};
use model::id::TargetGroupArn;

use super::describe_target_health::describe_target_health;
use super::target::descriptions;
use crate::api::Zone;
use crate::sdk::Clients;

const OPERATION: &str = "elasticloadbalancing:DeregisterTargets";

/// AWS ignores targets that are absent already. An endpoint that refuses them instead may have stopped half way, so what is left
/// is read and asked for once more.
pub(in crate::sdk) async fn deregister_targets(
    clients: &Clients,
    group: &TargetGroupArn,
    targets: &[Target],
    zone: Zone,
) -> Result<(), CallError> {
    let refusal = match deregister(clients, group, targets, zone).await {
        Err(error) if error.code.as_deref() == Some("InvalidTarget") => error,
        outcome => return outcome,
    };
    let health = describe_target_health(clients, group).await?;
    let there: BTreeSet<Target> =
        health.iter().filter(|health| health.is_registered()).map(|health: &TargetHealth| health.target).collect();
    let left: Vec<Target> = targets.iter().copied().filter(|target| there.contains(target)).collect();
    match left.len() {
        0 => Ok(()),
        // Nothing was absent: the refusal was about something else.
        len if len == targets.len() => Err(refusal),
        _ => deregister(clients, group, &left, zone).await,
    }
}

async fn deregister(
    clients: &Clients,
    group: &TargetGroupArn,
    targets: &[Target],
    zone: Zone,
) -> Result<(), CallError> {
    let request = clients.elb().deregister_targets().target_group_arn(group.as_str());
    let request = request.set_targets(Some(descriptions(targets, zone)));
    clients.send(OPERATION, group.as_str(), request.send()).await.map(drop)
}
