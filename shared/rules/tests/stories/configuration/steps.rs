//! What stories about configuration are told with.

use model::ecs::{AwsvpcConfiguration, Container, DeploymentController, PortMapping, TaskDefinition, TaskSetStatus};
use model::elb::{
    BalancerState, BalancerZone, CrossZone, Forward, Listener, LoadBalancer, LoadBalancerAttributes, Scheme,
    TargetGroupAttributes, TargetType,
};

use crate::story::{Story, story};
use crate::{entities, names};

/// Service `prod/web` with tasks 1 and 2 in group `web`, behind a balancer in its subnet's zone; nothing is wrong with it.
pub(crate) fn sound() -> Story {
    let judged = story().security_group("default").security_group("web").balancer();
    let judged = judged.group("web").service("web").declares(&["web"]).on("web", 8080);
    judged.task(1).registered().task(2).registered()
}

/// A mapping of this port.
pub(crate) fn mapping(container_port: u16, host_port: Option<u16>, protocol: &str) -> PortMapping {
    PortMapping { container_port, host_port, protocol: protocol.to_owned(), app_protocol: None }
}

impl Story {
    /// The Network Load Balancer that groups hang on, in zone a.
    fn balancer(mut self) -> Self {
        let zone = BalancerZone {
            name: "eu-central-1a".to_owned(),
            subnet: Some(names::subnet("a")),
            addresses: vec![],
            public_addresses: vec![],
        };
        let balancer = LoadBalancer {
            arn: names::balancer("net"),
            state: Some(BalancerState::Active),
            state_reason: None,
            created_at: None,
            dns_name: None,
            scheme: Scheme::Internal,
            vpc: Some(names::vpc("main")),
            ip_address_type: Some("ipv4".to_owned()),
            zones: vec![zone],
            security_groups: None,
            filters_private_link: None,
        };
        let listener = Listener {
            arn: names::listener(80),
            protocol: Some("TCP".to_owned()),
            port: Some(80),
            forwards: vec![Forward::to(names::group("web"))],
        };
        self.account.network.listeners.insert(balancer.arn.clone(), vec![listener]);
        self.account.network.balancers.insert(balancer.arn.clone(), balancer);
        self
    }

    /// The balancer is different.
    pub(crate) fn balancer_that(mut self, change: impl FnOnce(&mut LoadBalancer)) -> Self {
        change(self.account.network.balancers.get_mut(&names::balancer("net")).expect("a balancer was told of"));
        self
    }

    /// Its listeners are these.
    pub(crate) fn listeners_that(mut self, change: impl FnOnce(&mut Vec<Listener>)) -> Self {
        change(self.account.network.listeners.get_mut(&names::balancer("net")).expect("listeners"));
        self
    }

    /// The balancer serves these zones.
    pub(crate) fn balancer_in(mut self, zones: &[&str]) -> Self {
        let balancer = self.account.network.balancers.get_mut(&names::balancer("net")).expect("a balancer was told of");
        let zone = |name: &&str| BalancerZone {
            name: (*name).to_owned(),
            subnet: None,
            addresses: vec![],
            public_addresses: vec![],
        };
        balancer.zones = zones.iter().map(zone).collect();
        self
    }

    /// One more subnet, in this zone, that the service uses too.
    pub(crate) fn and_in_zone(mut self, name: &str, zone: &str) -> Self {
        let mut subnet = entities::a_subnet(name, &["10.0.2.0/24"]);
        subnet.zone = Some(zone.to_owned());
        self.account.subnets.push(subnet);
        self.whose(|service| service.network.as_mut().expect("a network").subnets.push(names::subnet(name)))
    }

    /// The subnet is in this zone.
    pub(crate) fn in_zone(mut self, name: &str, zone: &str) -> Self {
        let subnet = self.account.subnets.iter_mut().find(|one| one.id == names::subnet(name)).expect("a subnet");
        subnet.zone = Some(zone.to_owned());
        self
    }

    /// What is set on the group.
    pub(crate) fn with_attributes(mut self, group: &str, change: impl FnOnce(&mut TargetGroupAttributes)) -> Self {
        change(self.account.network.attributes.entry(names::group(group)).or_default());
        self
    }

    pub(crate) fn cross_zone(self, group: &str, cross_zone: CrossZone) -> Self {
        self.with_attributes(group, |attributes| attributes.cross_zone = cross_zone)
    }

    /// The balancer sends across zones.
    pub(crate) fn balancer_crosses_zones(mut self) -> Self {
        let attributes = LoadBalancerAttributes { cross_zone: Some(true) };
        self.account.network.balancer_attributes.insert(names::balancer("net"), attributes);
        self
    }

    /// Revision 7 of the service's task definition, which it runs, is different.
    pub(crate) fn defined(mut self, change: impl FnOnce(&mut TaskDefinition)) -> Self {
        let arn = names::definition(&format!("{}:7", self.the_service().name));
        change(self.account.definitions.get_mut(&arn).expect("a service was told of"));
        self
    }

    /// Its container maps just this.
    pub(crate) fn mapping(self, ports: Vec<PortMapping>) -> Self {
        self.defined(|definition| definition.containers[0].ports = ports)
    }

    /// And it has this container.
    pub(crate) fn with_container(self, name: &str) -> Self {
        let (ports, port_ranges) = (vec![], vec![]);
        let container =
            Container { name: name.to_owned(), ports, port_ranges, stop_timeout_seconds: None, balancer_names: vec![] };
        self.defined(|definition| definition.containers.push(container))
    }

    pub(crate) fn of_type(self, target_type: TargetType) -> Self {
        self.which(|group| group.target_type = target_type)
    }

    /// The group is gone, though services name it.
    pub(crate) fn without_group(mut self, name: &str) -> Self {
        self.account.groups.remove(&names::group(name));
        self
    }

    /// Deployed with task sets; this one runs revision 7 and serves through these groups.
    pub(crate) fn by_task_set(self, status: TaskSetStatus, entries: &[(&str, u16)]) -> Self {
        let judged = self.deployed_by(DeploymentController::External).task_set("ecs-svc/set", status, entries);
        judged.whose(|service| {
            let (definition, network) = (service.task_definition.take(), service.network.take());
            service.load_balancers.clear();
            let set = service.task_sets.last_mut().expect("a task set");
            (set.task_definition, set.network) = (definition, network);
        })
    }

    /// The service names no subnets of its own.
    pub(crate) fn without_network(self) -> Self {
        self.whose(|service| service.network = None::<AwsvpcConfiguration>)
    }
}
