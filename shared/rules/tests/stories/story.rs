//! How an account is told. Everything is as it should be unless the story says otherwise.
//!
//! What comes later in a story is about what was named last: `.service("web").on("web", 8080).task(1).registered()`.

use std::collections::BTreeSet;

use model::ecs::{
    DeploymentController, DeploymentStatus, Service, ServiceRevision, Strategy, Task, TaskSet, TaskSetStatus,
    TaskStatus,
};
use model::elb::{IpVersion, Target, TargetGroup, TargetHealth, TargetState};
use model::id::ClusterArn;
use model::ledger::Ownership;
use model::observation::Question;
use model::policy::Policy;
use model::scope::{Scope, ServiceId, TaskHint};

use crate::account::Account;
use crate::{entities, names};

/// An account, the policy it is judged by, and where to look.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) account: Account,
    pub(crate) policy: Policy,
    pub(crate) scope: Scope,
    /// The rules that judge it.
    pub(crate) rules: BTreeSet<&'static str>,
    cluster: ClusterArn,
    service: Option<ServiceId>,
    task: u8,
    group: String,
}

/// Cluster `prod`, subnet `a` of this account with 10.0.1.0/24 and subnet `shared` of another with 10.0.9.0/24, an empty
/// ledger, the default policy, everything in scope.
pub(crate) fn story() -> Story {
    let mut account = Account { clusters: [names::cluster("prod")].into(), ..Account::default() };
    account.subnets.push(entities::a_subnet("a", &["10.0.1.0/24", "2001:db8:1::/64"]));
    account.subnets.push(entities::a_subnet("shared", &["10.0.9.0/24"]));
    account.subnets[1].owner = Some(names::another_account());
    let cluster = names::cluster("prod");
    let (service, task, group) = (None, 0, String::new());
    let rules = rules::registration_rules();
    Story { account, policy: Policy::default(), scope: Scope::default(), rules, cluster, service, task, group }
}

impl Story {
    /// The following happens in this cluster.
    pub(crate) fn cluster(mut self, name: &str) -> Self {
        self.cluster = names::cluster(name);
        self.account.clusters.insert(self.cluster.clone());
        self
    }

    /// These rules judge it, and no others.
    pub(crate) fn judged_by(mut self, slugs: &[&'static str]) -> Self {
        self.rules = slugs.iter().copied().collect();
        self
    }

    /// A target group.
    pub(crate) fn group(mut self, name: &str) -> Self {
        name.clone_into(&mut self.group);
        self.account.groups.insert(names::group(name), entities::a_group(name));
        self
    }

    /// The group is different.
    pub(crate) fn which(mut self, change: impl FnOnce(&mut TargetGroup)) -> Self {
        change(self.account.groups.get_mut(&names::group(&self.group)).expect("a group was told of"));
        self
    }

    pub(crate) fn for_ipv6(self) -> Self {
        self.which(|group| group.ip_version = Ok(IpVersion::Ipv6))
    }

    pub(crate) fn of_protocol(self, protocol: &str) -> Self {
        self.which(|group| group.protocol = Some(protocol.to_owned()))
    }

    /// A service of the cluster, with task definitions `NAME:7` and `NAME:6`.
    pub(crate) fn service(mut self, name: &str) -> Self {
        let id = ServiceId::new(&self.cluster, name);
        self.account.services.entry(id.clone()).or_insert_with(|| entities::a_service(&id));
        for revision in [6, 7] {
            let arn = names::definition(&format!("{name}:{revision}"));
            self.account.definitions.entry(arn.clone()).or_insert_with(|| entities::a_definition(&arn));
        }
        self.service = Some(id);
        self
    }

    pub(crate) fn the_service(&self) -> ServiceId {
        self.service.clone().expect("a service was told of")
    }

    /// The service is different.
    pub(crate) fn whose(mut self, change: impl FnOnce(&mut Service)) -> Self {
        let id = self.the_service();
        change(self.account.services.get_mut(&id).expect("a service was told of"));
        self
    }

    /// It serves through this group, on this port.
    pub(crate) fn on(self, group: &str, port: u16) -> Self {
        self.whose(|service| service.load_balancers.push(entities::an_entry(group, port))).maps(6, port).maps(7, port)
    }

    /// Its task definition maps this port, in this revision.
    pub(crate) fn maps(mut self, revision: u32, port: u16) -> Self {
        let arn = names::definition(&format!("{}:{revision}", self.the_service().name));
        let definition = self.account.definitions.get_mut(&arn).expect("revision 6 or 7");
        definition.containers[0].ports.push(entities::a_mapping(port));
        self
    }

    /// Another deployment, `ecs-svc/NAME-old`, isn't over yet.
    pub(crate) fn rolling(self) -> Self {
        let name = self.the_service().name;
        let old = entities::a_deployment(&format!("ecs-svc/{name}-old"), DeploymentStatus::Active);
        self.whose(|service| service.deployments.push(old))
    }

    /// It wants so many tasks.
    pub(crate) fn wants(mut self, count: u32) -> Self {
        self.account.wanted.insert(self.the_service(), count);
        self
    }

    /// Deployed by somebody else, with task sets.
    pub(crate) fn deployed_by(self, controller: DeploymentController) -> Self {
        self.whose(|service| {
            service.controller = controller;
            service.deployments.clear();
        })
    }

    /// It has this task set, serving through these groups.
    pub(crate) fn task_set(self, id: &str, status: TaskSetStatus, entries: &[(&str, u16)]) -> Self {
        let load_balancers = entries.iter().map(|(group, port)| entities::an_entry(group, *port)).collect();
        let (id, network) = (names::deployment(id), Some(entities::a_network()));
        let set = TaskSet { id, status, task_definition: None, load_balancers, network };
        self.whose(|service| service.task_sets.push(set))
    }

    /// Deployed by this strategy, between the group of its entry and this one.
    pub(crate) fn shifting(self, strategy: Strategy, alternate: &str) -> Self {
        self.whose(|service| {
            service.strategy = strategy;
            service
                .load_balancers
                .iter_mut()
                .for_each(|entry| entry.alternate_target_group = Some(names::group(alternate)));
        })
    }

    /// It has this revision now, made with the service's entries and serving through these groups.
    pub(crate) fn revision(mut self, name: &str, resolved: &[&str]) -> Self {
        let id = self.the_service();
        let arn = names::revision(&id, name);
        let revision = ServiceRevision {
            arn: arn.clone(),
            load_balancers: self.account.services[&id].load_balancers.clone(),
            resolved_target_groups: resolved.iter().map(|group| names::group(group)).collect(),
            task_definition: None,
        };
        self.account.revisions.insert(arn.clone(), revision);
        self.whose(|service| service.current_revisions.push(arn))
    }

    /// A task of the service's primary deployment, RUNNING for an hour at 10.0.1.`n`, registered nowhere.
    pub(crate) fn task(self, n: u8) -> Self {
        let id = self.the_service();
        let mut judged = self.standalone(n);
        let task = judged.the_task();
        task.group = Some(format!("service:{}", id.name));
        task.started_by = Some(names::deployment(&format!("ecs-svc/{}", id.name)));
        task.task_definition = Some(names::definition(&format!("{}:7", id.name)));
        judged
    }

    /// A task of no service.
    pub(crate) fn standalone(mut self, n: u8) -> Self {
        let task = entities::a_task(&self.cluster, n);
        self.account.tasks.insert(task.arn.clone(), task);
        self.task = n;
        self
    }

    pub(crate) fn the_task(&mut self) -> &mut Task {
        let arn = names::task(&self.cluster, self.task);
        self.account.tasks.get_mut(&arn).expect("a task was told of")
    }

    /// Which has this address instead.
    pub(crate) fn at(mut self, address: &str) -> Self {
        self.the_task().interfaces[0].addresses = vec![names::ip(address)];
        self
    }

    /// Which has this address too.
    pub(crate) fn and_at(mut self, address: &str) -> Self {
        self.the_task().interfaces[0].addresses.push(names::ip(address));
        self
    }

    /// In this subnet.
    pub(crate) fn in_subnet(mut self, subnet: &str) -> Self {
        self.the_task().interfaces[0].subnet = Some(names::subnet(subnet));
        self
    }

    /// Started by another deployment or task set.
    pub(crate) fn started_by(mut self, id: &str) -> Self {
        self.the_task().started_by = Some(names::deployment(id));
        self
    }

    /// RUNNING for so many minutes.
    pub(crate) fn for_minutes(mut self, minutes: i64) -> Self {
        self.the_task().started_at = Some(names::minutes_ago(minutes));
        self
    }

    /// RUNNING for nobody knows how long.
    pub(crate) fn since_ever(mut self) -> Self {
        self.the_task().started_at = None;
        self
    }

    /// On its way in or out.
    pub(crate) fn is(mut self, last: TaskStatus, desired: TaskStatus) -> Self {
        (self.the_task().last_status, self.the_task().desired_status) = (last, desired);
        self
    }

    pub(crate) fn stopped(self) -> Self {
        self.is(TaskStatus::Stopped, TaskStatus::Stopped)
    }

    /// Stopped so long ago that AWS forgot it.
    pub(crate) fn forgotten(mut self) -> Self {
        let arn = self.the_task().arn.clone();
        self.account.forgotten.insert(arn);
        self.stopped()
    }

    /// The task is registered, healthy, in all groups its service names.
    pub(crate) fn registered(self) -> Self {
        let service = self.account.services[&self.the_service()].clone();
        let entries = service
            .load_balancers
            .iter()
            .filter_map(|entry| Some((entry.target_group.clone()?, entry.container_port?)));
        entries.fold(self, |judged, (group, port)| judged.registered_in(group.name(), port))
    }

    /// The task is registered, healthy, in this group on this port.
    pub(crate) fn registered_in(mut self, group: &str, port: u16) -> Self {
        let version = self.account.groups[&names::group(group)].ip_version().expect("a known kind of address");
        let ip = self.the_task().address(version).expect("an address of the group's version");
        self.target(group, &Target { ip, port }.to_string())
    }

    /// Somebody registered this target; it is healthy.
    pub(crate) fn target(mut self, group: &str, target: &str) -> Self {
        let health = TargetHealth::new(names::target(target), TargetState::Healthy, None);
        self.account.health.entry(names::group(group)).or_default().push(health);
        group.clone_into(&mut self.group);
        self
    }

    /// The target last told of is in this state.
    pub(crate) fn state(mut self, state: &str, reason: Option<&str>) -> Self {
        let health = self.account.health.get_mut(&names::group(&self.group)).and_then(|all| all.last_mut());
        let health = health.expect("a target was told of");
        (health.state, health.reason) = (state.into(), reason.map(str::to_owned));
        self
    }

    /// An interface that isn't a task's has this address.
    pub(crate) fn other_interface(mut self, kind: &str, address: &str) -> Self {
        let mut other_interface = entities::an_interface_of_aws(kind, address);
        let at = self.account.subnets.iter().find(|subnet| subnet.contains(names::ip(address)));
        other_interface.subnet = at.map(|subnet| subnet.id.clone());
        self.account.other_interfaces.push(other_interface);
        self
    }

    /// And this prefix is delegated to it.
    pub(crate) fn with_prefix(mut self, prefix: &str) -> Self {
        let other_interface = self.account.other_interfaces.last_mut().expect("a thing was told of");
        other_interface.prefixes.push(prefix.parse().expect("a range"));
        self
    }

    /// The ledger saw task `n` of the service at this target, two hours ago.
    pub(crate) fn recorded(mut self, group: &str, target: &str, n: u8) -> Self {
        let service = self.account.services[&self.the_service()].arn.clone();
        let record = Ownership {
            target: names::target(target),
            task: names::task(&self.cluster, n),
            service,
            network_interface: Some(names::interface(&format!("t{n}"))),
            seen_at: names::minutes_ago(120),
            expires_at: names::minutes_ago(-60 * 24 * 30 + 120),
            ended_at: None,
        };
        self.account.records.entry(names::group(group)).or_default().push(record);
        group.clone_into(&mut self.group);
        self
    }

    /// The record last told of is different.
    pub(crate) fn remembering(mut self, change: impl FnOnce(&mut Ownership)) -> Self {
        let records = self.account.records.get_mut(&names::group(&self.group));
        change(records.and_then(|all| all.last_mut()).expect("a record was told of"));
        self
    }

    /// The ledger saw the target absent, so many minutes ago.
    pub(crate) fn ended(self, minutes: i64) -> Self {
        self.remembering(|record| record.ended_at = Some(names::minutes_ago(minutes)))
    }

    pub(crate) fn expired(self) -> Self {
        self.remembering(|record| record.expires_at = names::now())
    }

    pub(crate) fn without_ledger(mut self) -> Self {
        self.account.has_no_ledger = true;
        self
    }

    /// This can't be read.
    pub(crate) fn unread(mut self, question: Question) -> Self {
        self.account.unread.insert(question);
        self
    }

    pub(crate) fn policy(mut self, toml: &str) -> Self {
        self.policy = Policy::parse(toml, &rules::rules().map(|rule| rule.slug).collect::<Vec<_>>()).expect("a policy");
        self
    }

    /// Only an event of the task brought us here; it told the task's address.
    pub(crate) fn event(mut self) -> Self {
        let service = self.service.clone();
        let (cluster, task) = (self.cluster.clone(), self.the_task().clone());
        let addresses = task.addresses().collect();
        self.scope.add_task(task.arn, TaskHint { cluster, service, addresses, version: 5 });
        self
    }

    /// Look at this service, `CLUSTER/NAME`.
    pub(crate) fn look_at_service(mut self, path: &str) -> Self {
        self.scope.services.insert(names::service(path));
        self
    }

    /// Look at this target group.
    pub(crate) fn look_at_group(mut self, name: &str) -> Self {
        self.scope.target_groups.insert(names::group(name));
        self
    }
}
