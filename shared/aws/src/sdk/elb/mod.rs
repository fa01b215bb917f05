//! Elastic Load Balancing.

mod deregister_targets;
mod describe_account_limits;
mod describe_listeners;
mod describe_load_balancer_attributes;
mod describe_load_balancers;
mod describe_rules;
mod describe_tags;
mod describe_target_group_attributes;
mod describe_target_groups;
mod describe_target_health;
mod register_targets;
mod target;
#[cfg(test)]
mod tests;

pub(super) use deregister_targets::deregister_targets;
pub(super) use register_targets::register_targets;
