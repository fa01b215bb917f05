//! ECS Task State Change: a task, its service, and the addresses it has or had.
//!
//! Only the ARNs and the version are relied on ("Amazon ECS task state change events"); everything else may be missing,
//! half-filled or of a form not known yet, and is then left out.

use std::net::IpAddr;

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use model::id::{ClusterArn, TaskArn};
use model::scope::{Scope, ServiceId, TaskHint};
use serde::Deserialize;
use serde_json::Value;

use super::IncomingError;
use super::error::from_value;
use crate::home::{Home, Located as _};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TaskDetail {
    task_arn: TaskArn,
    cluster_arn: ClusterArn,
    #[serde(default)]
    version: i64,
}

/// The task, with what the event says of it.
pub(super) fn scope(event: &EventBridgeEvent, home: &Home) -> Result<Scope, IncomingError> {
    let what = "the task state change";
    let TaskDetail { task_arn: task, cluster_arn: cluster, version } = from_value(what, "detail", &event.detail)?;
    task.at(home)?;
    cluster.at(home)?;
    // A task asked for in another cluster would spoil the whole call it is asked for in.
    if task.cluster().is_some_and(|its| its != cluster) {
        return Err(IncomingError::malformed(what, "detail", format!("{task} is not a task of {cluster}")));
    }
    let service = service(&cluster, &event.detail);
    let mut scope = Scope::default();
    scope.add_task(task, TaskHint { service, addresses: addresses(&event.detail), cluster, version });
    Ok(scope)
}

fn service(cluster: &ClusterArn, detail: &Value) -> Option<ServiceId> {
    let name = detail.get("group")?.as_str()?.strip_prefix("service:")?;
    cluster.service(name).ok().map(|_| ServiceId::new(cluster, name))
}

/// The addresses of its network interface: IPv4 in the attachment's details, IPv6 with the containers only.
fn addresses(detail: &Value) -> Vec<IpAddr> {
    let is_interface =
        |attachment: &&Value| matches!(attachment["type"].as_str(), Some("eni" | "ElasticNetworkInterface"));
    let attached = list(&detail["attachments"])
        .filter(is_interface)
        .flat_map(|attachment| list(&attachment["details"]))
        .filter(|pair| pair["name"] == "privateIPv4Address")
        .map(|pair| &pair["value"]);
    let in_containers = list(&detail["containers"])
        .flat_map(|container| list(&container["networkInterfaces"]))
        .flat_map(|interface| [&interface["privateIpv4Address"], &interface["ipv6Address"]]);
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in attached.chain(in_containers).filter_map(|text| text.as_str()?.parse().ok()) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
