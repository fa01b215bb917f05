//! ECS.

mod describe_clusters;
mod describe_service_revisions;
mod describe_services;
mod describe_task_definition;
mod describe_tasks;
mod failure;
mod get_task_protection;
mod list_clusters;
mod list_services;
mod list_tasks;
mod load_balancer;
mod network;
mod stop_task;
mod tags;
#[cfg(test)]
mod tests;
mod update_service;

pub(super) use stop_task::stop_task;
pub(super) use update_service::{force_new_deployment, update_service_network};
