//! Every fact there is, a line each. What AWS or the ledger is asked is declared here and nowhere else.
//!
//! A line is `table: Question(key: Key) => Value`. It makes a variant of [`Question`], a table in its half of the
//! [`Observation`](super::Observation), and a method of [`Lookup`]. What seldom changes is `steady`, and has a line in
//! [`super::remembered`] too, which says how long a sweep remembers it. `aws` and `ledger` have an adapter for each, which says
//! how it is read.

use ipnet::IpNet;

use super::{All, Answer, Fact, Gap, Lookup, Table, TaskList, Unread};
use crate::ec2::{
    EndpointService, NetworkAcl, NetworkInterface, RouteTable, SecurityGroup, SecurityGroupAssociation, Subnet,
};
use crate::ecs::{Cluster, ClusterList, Service, ServiceRevision, Tags, Task, TaskDefinition, TaskProtection};
use crate::elb::{
    AccountLimits, Listener, ListenerRule, LoadBalancer, LoadBalancerAttributes, Tagged, TargetGroup,
    TargetGroupAttributes, TargetHealth,
};
use crate::id::{
    ClusterArn, ListenerArn, LoadBalancerArn, NetworkInterfaceId, PrefixListId, SecurityGroupId, ServiceRevisionArn,
    SubnetId, TargetGroupArn, TaskArn, TaskDefinitionArn, VpcId,
};
use crate::ledger::{Limited, Ownership, Pause, Refusable, Refusal, ServiceUpdate, TaskStop, Window};
use crate::scaling::ScalableTarget;
use crate::scope::ServiceId;

facts! { $
    /// What AWS says.
    aws: AwsFacts, asked as AwsQuestions, every table by every_aws_table {
        /// All clusters (ListClusters).
        clusters: Clusters => (own ClusterList);
        /// A cluster with its tags (DescribeClusters).
        cluster: Cluster(arn: ClusterArn) => Cluster;
        /// The services of a cluster (ListServices).
        services: Services(cluster: ClusterArn) => [ServiceId];
        /// A service (DescribeServices).
        service: Service(id: ServiceId) => Service;
        /// A list of tasks (ListTasks).
        tasks: Tasks(list: TaskList) => (own [TaskArn]);
        /// Whether all tasks of a cluster that ECS wants stopped were listed in one, which is so if they fit into so many pages
        /// (ListTasks). Then that list is known. No rule asks: it is asked in place of the lists of many of the cluster's services.
        stopped_in_one: StoppedInOne { pages: usize, cluster: ClusterArn } => (own bool);
        /// A task (DescribeTasks).
        task: Task { cluster: ClusterArn, task: TaskArn } => (own Task);
        /// Whether a task is protected from being stopped (GetTaskProtection).
        task_protection: TaskProtection { cluster: ClusterArn, task: TaskArn } => TaskProtection;
        /// A task definition (DescribeTaskDefinition).
        task_definition: TaskDefinition(arn: TaskDefinitionArn) => (steady TaskDefinition);
        /// A service revision (DescribeServiceRevisions).
        service_revision: ServiceRevision(arn: ServiceRevisionArn) => ServiceRevision;
        /// All target groups (DescribeTargetGroups).
        target_groups: TargetGroups => [TargetGroupArn];
        /// A target group (DescribeTargetGroups).
        target_group: TargetGroup(arn: TargetGroupArn) => TargetGroup;
        /// The targets of a group (DescribeTargetHealth).
        target_health: TargetHealth(group: TargetGroupArn) => (may be [TargetHealth]);
        /// What is set on a target group beside what describes it (DescribeTargetGroupAttributes).
        target_group_attributes: TargetGroupAttributes(group: TargetGroupArn) => (steady TargetGroupAttributes);
        /// All load balancers (DescribeLoadBalancers).
        load_balancers: LoadBalancers => [LoadBalancerArn];
        /// A load balancer (DescribeLoadBalancers).
        load_balancer: LoadBalancer(arn: LoadBalancerArn) => LoadBalancer;
        /// The listeners of a load balancer (DescribeListeners).
        listeners: Listeners(balancer: LoadBalancerArn) => (steady may be [Listener]);
        /// The rules of a listener (DescribeRules).
        listener_rules: ListenerRules(listener: ListenerArn) => (may be [ListenerRule]);
        /// What is set on a load balancer beside what describes it (DescribeLoadBalancerAttributes).
        load_balancer_attributes: LoadBalancerAttributes(balancer: LoadBalancerArn) => (steady LoadBalancerAttributes);
        /// The tags of a target group or load balancer (DescribeTags).
        tags: Tags(of: Tagged) => Tags;
        /// How many balancers, groups and targets the account may have (DescribeAccountLimits).
        account_limits: AccountLimits => AccountLimits;
        /// The subnets of a VPC (DescribeSubnets).
        subnets: Subnets(vpc: VpcId) => [Subnet];
        /// The network ACLs of a VPC (DescribeNetworkAcls).
        network_acls: NetworkAcls(vpc: VpcId) => [NetworkAcl];
        /// The route tables of a VPC (DescribeRouteTables).
        route_tables: RouteTables(vpc: VpcId) => [RouteTable];
        /// The interfaces in a subnet (DescribeNetworkInterfaces). No filter finds an address inside a delegated prefix, so all
        /// are listed.
        interfaces: Interfaces(subnet: SubnetId) => [NetworkInterface];
        /// An interface (DescribeNetworkInterfaces); what the list of its subnet tells isn't repeated here. Its subnet, if it is
        /// known, may save calls.
        interface: Interface { subnet: Option<SubnetId>, id: NetworkInterfaceId } => (own NetworkInterface);
        /// The security groups of a VPC (DescribeSecurityGroups).
        security_groups: SecurityGroups(vpc: VpcId) => (own [SecurityGroupId]);
        /// A security group (DescribeSecurityGroups).
        security_group: SecurityGroup(id: SecurityGroupId) => SecurityGroup;
        /// The security groups of other VPCs that are associated with a VPC (DescribeSecurityGroupVpcAssociations).
        associated_security_groups: AssociatedSecurityGroups(vpc: VpcId) => [SecurityGroupAssociation];
        /// All VPC endpoint services of the account (DescribeVpcEndpointServiceConfigurations).
        endpoint_services: EndpointServices => [EndpointService];
        /// The ranges in a prefix list (GetManagedPrefixListEntries).
        prefix_list: PrefixList(id: PrefixListId) => (may be [IpNet]);
        /// How far the account's services are scaled (DescribeScalableTargets).
        scalable_targets: ScalableTargets => [ScalableTarget];
        /// How far a service is scaled (DescribeScalableTargets); what the list tells isn't repeated here.
        scalable_target: ScalableTarget(service: ServiceId) => (own ScalableTarget);
    }

    /// What the ledger remembers.
    ledger: LedgerFacts, asked as LedgerQuestions, every table by every_ledger_table {
        /// Ownership records of a target group.
        owners: Owners(group: TargetGroupArn) => (may be [Ownership]);
        /// The last window opened for what is limited.
        window: Window(limited: Limited) => Window;
        /// What AWS refused.
        refusals: Refusals(of: Refusable) => (own [Refusal]);
        /// The last update of any service of the account.
        latest_update: LatestUpdate => ServiceUpdate;
        /// The last update of a service.
        service_update: ServiceUpdate(service: ServiceId) => ServiceUpdate;
        /// The last stop of one of a service's tasks, for its security groups.
        task_stop: TaskStop(service: ServiceId) => TaskStop;
        /// The pause, if repairs are paused.
        pause: Pause => Pause;
    }
}
