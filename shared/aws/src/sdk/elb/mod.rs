//! Elastic Load Balancing.

mod deregister_targets;
mod describe_account_limits;
mod describe_listeners;
mod describe_load_balancer_attributes;
mod describe_load_balancers;
mod describe_tags;
mod describe_target_group_attributes;
mod describe_target_groups;
mod describe_target_health;
mod register_targets;
mod target;
#[cfg(test)]
mod tests;

use model::call::CallError;
use model::ecs::Tags;
use model::elb::{
    AccountLimits, Listener, LoadBalancer, LoadBalancerAttributes, Target, TargetGroup, TargetGroupAttributes,
    TargetHealth,
};
use model::id::{LoadBalancerArn, TargetGroupArn};

use super::Clients;
use crate::api::{Answers, Elb, Zone};

impl Elb for Clients {
    async fn describe_target_groups_all(&self) -> Result<Vec<TargetGroup>, CallError> {
        describe_target_groups::all(self).await
    }

    async fn describe_target_groups(
        &self,
        groups: &[TargetGroupArn],
    ) -> Result<Answers<TargetGroupArn, TargetGroup>, CallError> {
        describe_target_groups::some(self, groups).await
    }

    async fn describe_target_health(&self, group: &TargetGroupArn) -> Result<Vec<TargetHealth>, CallError> {
        describe_target_health::describe_target_health(self, group).await
    }

    async fn describe_target_group_attributes(
        &self,
        group: &TargetGroupArn,
    ) -> Result<TargetGroupAttributes, CallError> {
        describe_target_group_attributes::describe_target_group_attributes(self, group).await
    }

    async fn describe_load_balancers_all(&self) -> Result<Vec<LoadBalancer>, CallError> {
        describe_load_balancers::all(self).await
    }

    async fn describe_load_balancers(
        &self,
        balancers: &[LoadBalancerArn],
    ) -> Result<Answers<LoadBalancerArn, LoadBalancer>, CallError> {
        describe_load_balancers::some(self, balancers).await
    }

    async fn describe_listeners(&self, balancer: &LoadBalancerArn) -> Result<Vec<Listener>, CallError> {
        describe_listeners::describe_listeners(self, balancer).await
    }

    async fn describe_load_balancer_attributes(
        &self,
        balancer: &LoadBalancerArn,
    ) -> Result<LoadBalancerAttributes, CallError> {
        describe_load_balancer_attributes::describe_load_balancer_attributes(self, balancer).await
    }

    async fn describe_account_limits(&self) -> Result<AccountLimits, CallError> {
        describe_account_limits::describe_account_limits(self).await
    }

    async fn describe_tags(&self, arns: &[String]) -> Result<Answers<String, Tags>, CallError> {
        describe_tags::describe_tags(self, arns).await
    }

    async fn register_targets(&self, group: &TargetGroupArn, targets: &[Target], zone: Zone) -> Result<(), CallError> {
        register_targets::register_targets(self, group, targets, zone).await
    }

    async fn deregister_targets(
        &self,
        group: &TargetGroupArn,
        targets: &[Target],
        zone: Zone,
    ) -> Result<(), CallError> {
        deregister_targets::deregister_targets(self, group, targets, zone).await
    }
}
