//! Security groups, balancers and what else decides whether traffic passes.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use model::ec2::{EndpointService, NetworkAcl, RouteTable, SecurityGroup, SecurityGroupAssociation};
use model::ecs::{DeploymentStatus, Task, TaskInterface, TaskProtection};
use model::elb::{AccountLimits, Listener, ListenerRule, LoadBalancer, LoadBalancerAttributes, TargetGroupAttributes};
use model::id::{
    ListenerArn, LoadBalancerArn, NetworkInterfaceId, PrefixListId, SecurityGroupId, TargetGroupArn, TaskArn, VpcId,
};
use model::observation::{All, Observation, Question};
use model::scaling::ScalableTarget;
use model::scope::ServiceId;

use crate::account::Account;
use crate::names;

/// What there is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Network {
    pub(crate) groups: BTreeMap<SecurityGroupId, SecurityGroup>,
    /// Interfaces with other groups than their task was started with.
    pub(crate) actual: BTreeMap<NetworkInterfaceId, Vec<SecurityGroupId>>,
    pub(crate) prefix_lists: BTreeMap<PrefixListId, Vec<IpNet>>,
    pub(crate) balancers: BTreeMap<LoadBalancerArn, LoadBalancer>,
    pub(crate) listeners: BTreeMap<LoadBalancerArn, Vec<Listener>>,
    pub(crate) attributes: BTreeMap<TargetGroupArn, TargetGroupAttributes>,
    pub(crate) balancer_attributes: BTreeMap<LoadBalancerArn, LoadBalancerAttributes>,
    pub(crate) limits: AccountLimits,
    /// Listeners that aren't here have no rules beside their default action.
    pub(crate) rules: BTreeMap<ListenerArn, Vec<ListenerRule>>,
    pub(crate) associations: Vec<SecurityGroupAssociation>,
    pub(crate) scaled: BTreeMap<ServiceId, ScalableTarget>,
    /// Those of the main VPC; without any, one that lets everything pass.
    pub(crate) acls: Vec<NetworkAcl>,
    pub(crate) route_tables: Vec<RouteTable>,
    pub(crate) endpoint_services: Vec<EndpointService>,
    /// Tasks that aren't here aren't protected.
    pub(crate) protection: BTreeMap<TaskArn, TaskProtection>,
    /// Interfaces that are gone although a task is said to have them.
    pub(crate) vanished: BTreeSet<NetworkInterfaceId>,
}

impl Network {
    /// What the story says, or else what the task's deployment, or its service, declares.
    pub(crate) fn actual_of(&self, account: &Account, task: &Task, one: &TaskInterface) -> Vec<SecurityGroupId> {
        if let Some(actual) = one.network_interface.as_ref().and_then(|id| self.actual.get(id)) {
            return actual.clone();
        }
        let service = task
            .service_name()
            .and_then(|name| account.services.iter().find(|(id, _)| id.cluster == task.cluster && *id.name == *name));
        let Some((_, service)) = service else { return Vec::new() };
        let sets = service.task_sets.iter().map(|set| (&set.id, &set.network));
        let deployments = service.deployments.iter().filter(|one| one.status != DeploymentStatus::Primary);
        let deployments = deployments.map(|deployment| (&deployment.id, &deployment.network));
        let started = sets.chain(deployments).find(|(id, _)| task.started_by.as_ref() == Some(*id));
        let network = started.map_or(&service.network, |(_, network)| network);
        network.as_ref().map(|network| network.security_groups.clone()).unwrap_or_default()
    }

    pub(crate) fn questions(&self, account: &Account) -> BTreeSet<Question> {
        let vpcs = self.groups.values().map(|group| group.vpc.clone());
        let vpcs = vpcs.chain(account.subnets.iter().map(|subnet| subnet.vpc.clone()));
        let mut all: BTreeSet<Question> = vpcs
            .flat_map(|vpc| [Question::SecurityGroups(vpc.clone()), Question::AssociatedSecurityGroups(vpc)])
            .collect();
        let named = account.interfaces().into_iter().flat_map(|one| one.security_groups);
        let named =
            named.chain(self.balancers.values().flat_map(|one| one.security_groups.clone().unwrap_or_default()));
        all.extend(named.map(Question::SecurityGroup));
        let attached = account.groups.values().flat_map(|group| group.load_balancers.iter().cloned());
        all.extend(attached.map(Question::LoadBalancer));
        all.extend(self.prefix_lists.keys().cloned().map(Question::PrefixList));
        for arn in self.balancers.keys() {
            all.extend(
                [Question::LoadBalancer, Question::Listeners, Question::LoadBalancerAttributes]
                    .map(|ask| ask(arn.clone())),
            );
        }
        all.extend(account.groups.keys().cloned().map(Question::TargetGroupAttributes));
        all.extend(account.services.keys().cloned().map(Question::ScalableTarget));
        all.extend([Question::AccountLimits, Question::EndpointServices]);
        let listeners = self.listeners.values().flatten().map(|listener| listener.arn.clone());
        all.extend(listeners.map(Question::ListenerRules));
        all.extend(account.subnets.iter().map(|subnet| Question::NetworkAcls(subnet.vpc.clone())));
        all.extend(account.groups.values().filter_map(|group| group.vpc.clone()).map(Question::NetworkAcls));
        let vpcs = account.subnets.iter().map(|subnet| subnet.vpc.clone());
        let vpcs = vpcs.chain(account.groups.values().filter_map(|group| group.vpc.clone()));
        all.extend(vpcs.map(Question::RouteTables));
        let of_task = |task: &Task| Question::TaskProtection { cluster: task.cluster.clone(), task: task.arn.clone() };
        all.extend(account.tasks.values().map(of_task));
        all
    }

    /// Fills in what this account answers.
    pub(crate) fn answer(&self, account: &Account, question: &Question, seen: &mut Observation) {
        match question {
            Question::Interface { id, .. } => {
                let found = account.interfaces().into_iter().find(|one| one.id == *id);
                seen.aws.interface.insert(id.clone(), account.or_unread(question, found));
            }
            Question::TaskProtection { task, .. } => {
                let has = account.tasks.contains_key(task);
                let protection = self.protection.get(task).copied();
                let protection = has.then(|| protection.unwrap_or(TaskProtection { enabled: false, until: None }));
                seen.aws.task_protection.insert(task.clone(), account.or_unread(question, protection));
            }
            Question::SecurityGroups(vpc) => {
                let of_vpc: Vec<&SecurityGroup> = self.groups.values().filter(|group| group.vpc == *vpc).collect();
                let ids = of_vpc.iter().map(|group| group.id.clone()).collect();
                seen.aws.security_groups.insert(vpc.clone(), account.or_unread(question, Some(ids)));
                // The list describes its groups too.
                if !account.unread.contains(question) {
                    let groups = of_vpc.into_iter().map(|group| Question::SecurityGroup(group.id.clone()));
                    groups.for_each(|question| self.answer(account, &question, seen));
                }
            }
            Question::SecurityGroup(id) => {
                seen.aws.security_group.insert(id.clone(), account.or_unread(question, self.groups.get(id).cloned()));
            }
            Question::RouteTables(vpc) => {
                let tables = self.route_tables.iter().filter(|table| table.vpc == *vpc).cloned().collect();
                seen.aws.route_tables.insert(vpc.clone(), account.or_unread(question, Some(tables)));
            }
            Question::NetworkAcls(vpc) => {
                let acls = self.acls.iter().filter(|acl| acl.vpc == *vpc).cloned().collect();
                seen.aws.network_acls.insert(vpc.clone(), account.or_unread(question, Some(acls)));
            }
            Question::PrefixList(id) => {
                seen.aws
                    .prefix_list
                    .insert(id.clone(), account.or_unread(question, self.prefix_lists.get(id).cloned()));
            }
            Question::LoadBalancer(arn) => {
                seen.aws
                    .load_balancer
                    .insert(arn.clone(), account.or_unread(question, self.balancers.get(arn).cloned()));
            }
            Question::Listeners(arn) => {
                let listeners = self.balancers.get(arn).map(|_| self.listeners.get(arn).cloned().unwrap_or_default());
                seen.aws.listeners.insert(arn.clone(), account.or_unread(question, listeners));
            }
            Question::TargetGroupAttributes(arn) => {
                let has = account.groups.contains_key(arn);
                let attributes = has.then(|| self.attributes.get(arn).cloned().unwrap_or_default());
                seen.aws.target_group_attributes.insert(arn.clone(), account.or_unread(question, attributes));
            }
            Question::LoadBalancerAttributes(arn) => {
                let has = self.balancers.contains_key(arn);
                let attributes = has.then(|| self.balancer_attributes.get(arn).cloned().unwrap_or_default());
                seen.aws.load_balancer_attributes.insert(arn.clone(), account.or_unread(question, attributes));
            }
            Question::AccountLimits => {
                seen.aws.account_limits.insert(All, account.or_unread(question, Some(self.limits.clone())));
            }
            Question::ScalableTarget(id) => {
                seen.aws.scalable_target.insert(id.clone(), account.or_unread(question, self.scaled.get(id).cloned()));
            }
            Question::ListenerRules(arn) => {
                let rules = self.rules.get(arn).cloned().unwrap_or_default();
                seen.aws.listener_rules.insert(arn.clone(), account.or_unread(question, Some(rules)));
            }
            Question::EndpointServices => {
                let services = self.endpoint_services.clone();
                seen.aws.endpoint_services.insert(All, account.or_unread(question, Some(services)));
            }
            Question::AssociatedSecurityGroups(vpc) => {
                let with_vpc = self.associations.iter().filter(|one| one.vpc == *vpc).cloned().collect();
                let associated = account.or_unread(question, Some(with_vpc));
                seen.aws.associated_security_groups.insert(vpc.clone(), associated);
            }
            _ => panic!("the rules don't ask {question:?}"),
        }
    }
}

/// `sg-NAME` in this VPC, called NAME, letting in nothing and out everything.
pub(crate) fn a_security_group(name: &str, vpc: &VpcId) -> SecurityGroup {
    SecurityGroup {
        name: name.to_owned(),
        egress: vec![crate::security_group::rule("-1", None, &["0.0.0.0/0", "::/0"])],
        ..fixtures::security_group(&names::security_group(name), vpc)
    }
}
