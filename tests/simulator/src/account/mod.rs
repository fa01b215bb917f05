//! The account as a function sees it: the product's own account in memory, behind calls that take time, fail, come late, leave
//! things out, or do the work and lose the answer.

mod calls;
mod fate;
mod options;

use std::collections::BTreeSet;
use std::sync::Arc;

use aws::{Ec2, Ecs, Elb, Scaling, Zone};
use futures::FutureExt as _;
use ipnet::IpNet;
use jiff::Timestamp;
use model::call::{CallError, CallErrorKind};
use model::ec2::{NetworkInterface, SecurityGroup, Subnet};
use model::ecs::{AwsvpcConfiguration, Cluster, Service, ServiceRevision, Tags, Task, TaskDefinition, TaskProtection};
use model::elb::{
    AccountLimits, Listener, LoadBalancer, LoadBalancerAttributes, Target, TargetGroup, TargetGroupAttributes,
    TargetHealth,
};
use model::id::{
    ClusterArn, LoadBalancerArn, NetworkInterfaceId, PrefixListId, SecurityGroupId, ServiceRevisionArn, SubnetId,
    TargetGroupArn, TaskArn, TaskDefinitionArn, VpcId,
};
use model::observation::{Answer, TaskList};
use model::scaling::ScalableTarget;
use model::scope::ServiceId;

use crate::planted::{Bug, as_it_is};
use crate::record::Writer;
use crate::time::moment;
use crate::world::{Actor, World};

/// The account, as one function sees it.
#[derive(Debug, Clone)]
pub(crate) struct SimAccount {
    pub(crate) world: Arc<World>,
    pub(crate) actor: Actor,
    /// No answer is waited for after that.
    pub(crate) deadline: Timestamp,
    pub(crate) bug: Option<Bug>,
}

type Reads<K, V> = Vec<(K, Answer<V>)>;

/// Methods that only read: their calls, and what of the answer may be left out.
macro_rules! reads {
    ($(fn $name:ident($($arg:ident: $type:ty),*) -> $out:ty = $operation:literal $(, thin $thin:ident)?;)*) => {
        $(async fn $name(&self $(, $arg: $type)*) -> Result<$out, CallError> {
            let read = || self.world.memory.$name($($arg),*).now_or_never().unwrap_or_else(|| self.never($operation));
            let answer = self.read($operation, read, || ()).await;
            let answer = self.planted(answer);
            $(let answer = answer.map(|all| self.$thin(all));)?
            answer
        })*
    };
}

impl Ecs for SimAccount {
    reads! {
        fn list_clusters() -> Vec<ClusterArn> = "ecs:ListClusters";
        fn describe_clusters(clusters: &[ClusterArn]) -> Reads<ClusterArn, Cluster> = "ecs:DescribeClusters", thin thin;
        fn list_services(cluster: &ClusterArn) -> Vec<ServiceId> = "ecs:ListServices";
        fn describe_services(cluster: &ClusterArn, services: &[ServiceId]) -> Reads<ServiceId, Service> = "ecs:DescribeServices", thin thin_services;
        fn list_tasks(list: &TaskList) -> Vec<TaskArn> = "ecs:ListTasks";
        fn get_task_protection(cluster: &ClusterArn, tasks: &[TaskArn]) -> Reads<TaskArn, TaskProtection> = "ecs:GetTaskProtection", thin thin_protection;
        fn describe_task_definition(arn: &TaskDefinitionArn) -> TaskDefinition = "ecs:DescribeTaskDefinition";
        fn describe_service_revisions(revisions: &[ServiceRevisionArn]) -> Reads<ServiceRevisionArn, ServiceRevision> = "ecs:DescribeServiceRevisions", thin thin;
    }
    async fn describe_tasks(&self, cluster: &ClusterArn, tasks: &[TaskArn]) -> Result<Reads<TaskArn, Task>, CallError> {
        let operation = "ecs:DescribeTasks";
        let memory = &self.world.memory;
        let read = || memory.describe_tasks(cluster, tasks).now_or_never().unwrap_or_else(|| self.never(operation));
        self.read(operation, read, || self.note_tasks(tasks)).await.map(|all| self.thin_tasks(all))
    }
    async fn update_service_network(
        &self,
        service: &ServiceId,
        network: &AwsvpcConfiguration,
    ) -> Result<(), CallError> {
        let operation = "ecs:UpdateService";
        self.write(operation, || self.updates(operation, service, network)).await
    }

    async fn force_new_deployment(&self, service: &ServiceId) -> Result<(), CallError> {
        let operation = "ecs:UpdateService";
        self.write(operation, || self.forces(operation, service)).await
    }

    async fn stop_task(&self, _: &ClusterArn, task: &TaskArn, _: &str) -> Result<(), CallError> {
        let operation = "ecs:StopTask";
        self.write(operation, || self.stops(operation, task)).await
    }
}

impl Elb for SimAccount {
    reads! {
        fn describe_target_groups_all() -> Vec<TargetGroup> = "elasticloadbalancing:DescribeTargetGroups";
        fn describe_target_groups(groups: &[TargetGroupArn]) -> Reads<TargetGroupArn, TargetGroup> = "elasticloadbalancing:DescribeTargetGroups", thin thin;
        fn describe_target_group_attributes(group: &TargetGroupArn) -> TargetGroupAttributes = "elasticloadbalancing:DescribeTargetGroupAttributes";
        fn describe_load_balancers_all() -> Vec<LoadBalancer> = "elasticloadbalancing:DescribeLoadBalancers";
        fn describe_load_balancers(balancers: &[LoadBalancerArn]) -> Reads<LoadBalancerArn, LoadBalancer> = "elasticloadbalancing:DescribeLoadBalancers", thin thin;
        fn describe_listeners(balancer: &LoadBalancerArn) -> Vec<Listener> = "elasticloadbalancing:DescribeListeners";
        fn describe_load_balancer_attributes(balancer: &LoadBalancerArn) -> LoadBalancerAttributes = "elasticloadbalancing:DescribeLoadBalancerAttributes";
        fn describe_account_limits() -> AccountLimits = "elasticloadbalancing:DescribeAccountLimits";
        fn describe_tags(arns: &[String]) -> Reads<String, Tags> = "elasticloadbalancing:DescribeTags", thin thin;
    }

    async fn describe_target_health(&self, group: &TargetGroupArn) -> Result<Vec<TargetHealth>, CallError> {
        let operation = "elasticloadbalancing:DescribeTargetHealth";
        let memory = &self.world.memory;
        let read = || memory.describe_target_health(group).now_or_never().unwrap_or_else(|| self.never(operation));
        let answer = self.read(operation, read, || self.note_health(group)).await;
        self.planted(answer.map(|all| self.as_if_nothing_sent(all)))
    }

    async fn register_targets(&self, group: &TargetGroupArn, targets: &[Target], _: Zone) -> Result<(), CallError> {
        let operation = "elasticloadbalancing:RegisterTargets";
        self.write(operation, || {
            self.in_group(operation, group)?;
            for target in targets.iter().map(|target| as_it_is(*target)) {
                self.deregisters_first(group, target);
                self.changed(group, target, false);
                self.world.stage(|stage| stage.register(group, target, Writer::Function(self.actor)));
            }
            Ok(())
        })
        .await
    }

    async fn deregister_targets(&self, group: &TargetGroupArn, targets: &[Target], _: Zone) -> Result<(), CallError> {
        let operation = "elasticloadbalancing:DeregisterTargets";
        self.write(operation, || {
            self.in_group(operation, group)?;
            for target in self.with_ports_forgotten(group, targets) {
                self.changed(group, target, true);
                self.world.stage(|stage| stage.deregister(group, target, Writer::Function(self.actor)));
            }
            Ok(())
        })
        .await
    }
}

impl Ec2 for SimAccount {
    reads! {
        fn describe_subnets(vpcs: &[VpcId]) -> Vec<(VpcId, Vec<Subnet>)> = "ec2:DescribeSubnets", thin thin;
        fn describe_network_interfaces_by_id(interfaces: &[NetworkInterfaceId]) -> Reads<NetworkInterfaceId, NetworkInterface> = "ec2:DescribeNetworkInterfaces", thin thin_interfaces;
        fn describe_security_groups(vpcs: &[VpcId]) -> Vec<(VpcId, Vec<SecurityGroup>)> = "ec2:DescribeSecurityGroups", thin thin;
        fn describe_security_groups_by_id(groups: &[SecurityGroupId]) -> Reads<SecurityGroupId, SecurityGroup> = "ec2:DescribeSecurityGroups", thin thin;
        fn get_managed_prefix_list_entries(list: &PrefixListId) -> Vec<IpNet> = "ec2:GetManagedPrefixListEntries";
    }

    async fn describe_network_interfaces(
        &self,
        subnets: &[SubnetId],
    ) -> Result<Vec<(SubnetId, Vec<NetworkInterface>)>, CallError> {
        let operation = "ec2:DescribeNetworkInterfaces";
        let memory = &self.world.memory;
        let read =
            || memory.describe_network_interfaces(subnets).now_or_never().unwrap_or_else(|| self.never(operation));
        let answer = self.read(operation, read, || self.note_interfaces(subnets)).await;
        self.with_failure_as_none(subnets, answer).map(|all| self.thin(self.without_hidden(all)))
    }
    async fn modify_network_interface_groups(
        &self,
        interface: &NetworkInterfaceId,
        groups: &BTreeSet<SecurityGroupId>,
    ) -> Result<(), CallError> {
        let operation = "ec2:ModifyNetworkInterfaceAttribute";
        self.write(operation, || self.sets_groups(operation, interface, groups)).await
    }
}

impl Scaling for SimAccount {
    reads! {
        fn describe_scalable_targets_all() -> Vec<ScalableTarget> = "application-autoscaling:DescribeScalableTargets";
        fn describe_scalable_targets(services: &[ServiceId]) -> Reads<ServiceId, ScalableTarget> = "application-autoscaling:DescribeScalableTargets", thin thin;
    }
}

impl SimAccount {
    fn never<T>(&self, operation: &'static str) -> Result<T, CallError> {
        Err(failure(operation, CallErrorKind::Passing))
    }

    fn in_group(&self, operation: &'static str, group: &TargetGroupArn) -> Result<(), CallError> {
        let is_there = self.world.memory.world().target_groups.contains_key(group);
        is_there.then_some(()).ok_or_else(|| failure(operation, CallErrorKind::NotFound))
    }

    fn deadline(&self) -> i64 {
        moment(self.deadline)
    }
}

pub(crate) fn failure(operation: &'static str, kind: CallErrorKind) -> CallError {
    let code = match kind {
        CallErrorKind::Throttled => Some("ThrottlingException".to_owned()),
        CallErrorKind::Denied => Some("AccessDeniedException".to_owned()),
        _ => None,
    };
    CallError { operation, resource: "it".to_owned(), kind, code, message: "bad luck".to_owned() }
}
