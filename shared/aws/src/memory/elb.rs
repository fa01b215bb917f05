//! Elastic Load Balancing, in memory.

use model::call::{CallError, CallErrorKind};
use model::ecs::Tags;
use model::elb::{
    AccountLimits, Listener, LoadBalancer, LoadBalancerAttributes, Target, TargetGroup, TargetGroupAttributes,
    TargetHealth, TargetState,
};
use model::id::{LoadBalancerArn, TargetGroupArn};
use model::observation::Answer;

use super::{MemoryAccount, World, failure, known_or_absent, names};
use crate::api::{Answers, Elb, Zone};

impl World {
    /// Elastic Load Balancing refuses an address outside the group's VPC unless it is told `all`. A VPC without subnets is one
    /// that the test doesn't tell of.
    fn in_zone(
        &self,
        operation: &'static str,
        group: &TargetGroupArn,
        targets: &[Target],
        zone: Zone,
    ) -> Result<(), CallError> {
        let vpc = self.target_groups.get(group).and_then(|group| group.vpc.as_ref());
        let subnets: Vec<_> = self.subnets.iter().filter(|subnet| Some(&subnet.vpc) == vpc).collect();
        let is_outside = |target: &&Target| !subnets.iter().any(|subnet| subnet.contains(target.ip));
        match targets.iter().find(is_outside).filter(|_| zone == Zone::Own && !subnets.is_empty()) {
            Some(target) => Err(CallError {
                code: Some("InvalidTarget".to_owned()),
                ..failure(operation, &target.to_string(), CallErrorKind::Refused)
            }),
            None => Ok(()),
        }
    }
}

impl Elb for MemoryAccount {
    async fn describe_target_groups_all(&self) -> Result<Vec<TargetGroup>, CallError> {
        let world = self.call("elasticloadbalancing:DescribeTargetGroups", "all target groups")?;
        Ok(world.target_groups.values().cloned().collect())
    }

    async fn describe_target_groups(
        &self,
        groups: &[TargetGroupArn],
    ) -> Result<Answers<TargetGroupArn, TargetGroup>, CallError> {
        let world = self.call("elasticloadbalancing:DescribeTargetGroups", &names(groups))?;
        Ok(known_or_absent(groups, &world.target_groups))
    }

    async fn describe_target_health(&self, group: &TargetGroupArn) -> Result<Vec<TargetHealth>, CallError> {
        let world = self.in_group("elasticloadbalancing:DescribeTargetHealth", group)?;
        Ok(world.targets.get(group).map(|targets| targets.values().cloned().collect()).unwrap_or_default())
    }

    async fn describe_target_group_attributes(
        &self,
        group: &TargetGroupArn,
    ) -> Result<TargetGroupAttributes, CallError> {
        let world = self.in_group("elasticloadbalancing:DescribeTargetGroupAttributes", group)?;
        Ok(world.target_group_attributes.get(group).cloned().unwrap_or_default())
    }

    async fn describe_load_balancers_all(&self) -> Result<Vec<LoadBalancer>, CallError> {
        let world = self.call("elasticloadbalancing:DescribeLoadBalancers", "all load balancers")?;
        Ok(world.load_balancers.values().cloned().collect())
    }

    async fn describe_load_balancers(
        &self,
        balancers: &[LoadBalancerArn],
    ) -> Result<Answers<LoadBalancerArn, LoadBalancer>, CallError> {
        let world = self.call("elasticloadbalancing:DescribeLoadBalancers", &names(balancers))?;
        Ok(known_or_absent(balancers, &world.load_balancers))
    }

    async fn describe_listeners(&self, balancer: &LoadBalancerArn) -> Result<Vec<Listener>, CallError> {
        let world = self.of_balancer("elasticloadbalancing:DescribeListeners", balancer)?;
        Ok(world.listeners.get(balancer).cloned().unwrap_or_default())
    }

    async fn describe_load_balancer_attributes(
        &self,
        balancer: &LoadBalancerArn,
    ) -> Result<LoadBalancerAttributes, CallError> {
        let world = self.of_balancer("elasticloadbalancing:DescribeLoadBalancerAttributes", balancer)?;
        Ok(world.load_balancer_attributes.get(balancer).cloned().unwrap_or_default())
    }

    async fn describe_account_limits(&self) -> Result<AccountLimits, CallError> {
        Ok(self.call("elasticloadbalancing:DescribeAccountLimits", "the account")?.account_limits.clone())
    }

    async fn describe_tags(&self, arns: &[String]) -> Result<Answers<String, Tags>, CallError> {
        let world = self.call("elasticloadbalancing:DescribeTags", &names(arns))?;
        let has = |arn: &String| {
            world.target_groups.values().any(|group| {
                group.arn.as_str() == arn || group.load_balancers.iter().any(|balancer| balancer.as_str() == arn)
            })
        };
        let answer = |arn: &String| match has(arn) {
            true => Answer::Known(world.tags.get(arn).cloned().unwrap_or_default()),
            false => Answer::Absent,
        };
        Ok(arns.iter().map(|arn| (arn.clone(), answer(arn))).collect())
    }

    async fn register_targets(&self, group: &TargetGroupArn, targets: &[Target], zone: Zone) -> Result<(), CallError> {
        let operation = "elasticloadbalancing:RegisterTargets";
        let mut world = self.in_group(operation, group)?;
        world.in_zone(operation, group, targets, zone)?;
        let there = world.targets.entry(group.clone()).or_default();
        for target in targets {
            let registered = there.get(target).is_some_and(TargetHealth::is_in_place);
            if !registered {
                let reason = Some("Elb.RegistrationInProgress".to_owned());
                there.insert(*target, TargetHealth::new(*target, TargetState::Initial, reason));
            }
        }
        Ok(())
    }

    async fn deregister_targets(&self, group: &TargetGroupArn, targets: &[Target], _: Zone) -> Result<(), CallError> {
        let mut world = self.in_group("elasticloadbalancing:DeregisterTargets", group)?;
        let there = world.targets.entry(group.clone()).or_default();
        for target in targets {
            if let Some(health) = there.get_mut(target) {
                health.state = TargetState::Draining;
                health.reason = Some("Target.DeregistrationInProgress".to_owned());
            }
        }
        Ok(())
    }
}
