//! What an observation knows, by the keys a picture needs.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use model::ec2::NetworkInterface;
use model::ecs::{Service, Task};
use model::elb::{Listener, LoadBalancer, TargetGroup, TargetHealth};
use model::id::{LoadBalancerArn, NetworkInterfaceId, SecurityGroupId, TargetGroupArn, VpcId};
use model::observation::Observation;
use model::scope::ServiceId;

/// What an observation knows. What wasn't read, or could not be, isn't drawn.
pub(super) struct Known<'a> {
    pub(super) observation: &'a Observation,
    tasks_of: BTreeMap<ServiceId, Vec<&'a Task>>,
    tasks_at: HashMap<IpAddr, Vec<&'a Task>>,
    interfaces: HashMap<&'a NetworkInterfaceId, &'a NetworkInterface>,
    interfaces_at: HashMap<IpAddr, Vec<&'a NetworkInterface>>,
}

impl<'a> Known<'a> {
    pub(super) fn new(observation: &'a Observation) -> Self {
        let mut known = Self {
            observation,
            tasks_of: BTreeMap::new(),
            tasks_at: HashMap::new(),
            interfaces: HashMap::new(),
            interfaces_at: HashMap::new(),
        };
        for task in observation.aws.task.all_known().map(|(_, task)| task).filter(|task| task.is_live()) {
            if let Some(name) = task.service_name() {
                known.tasks_of.entry(ServiceId::new(&task.cluster, name)).or_default().push(task);
            }
            for address in task.addresses() {
                known.tasks_at.entry(address).or_default().push(task);
            }
        }
        let listed = observation.aws.interfaces.all_known().flat_map(|(_, interfaces)| interfaces);
        for interface in listed.chain(observation.aws.interface.all_known().map(|(_, interface)| interface)) {
            known.interfaces.insert(&interface.id, interface);
            for address in &interface.addresses {
                known.interfaces_at.entry(*address).or_default().push(interface);
            }
        }
        known
    }

    pub(super) fn services(&self) -> impl Iterator<Item = (&'a ServiceId, &'a Service)> {
        self.observation.aws.service.all_known()
    }

    pub(super) fn group(&self, arn: &TargetGroupArn) -> Option<&'a TargetGroup> {
        self.observation.aws.target_group.known(arn)
    }

    /// The targets registered in a group; nothing where they weren't read.
    pub(super) fn targets(&self, arn: &TargetGroupArn) -> Option<Vec<&'a TargetHealth>> {
        let health = self.observation.aws.target_health.known(arn)?;
        Some(health.iter().filter(|one| one.is_registered()).collect())
    }

    /// The live tasks of a service.
    pub(super) fn tasks_of(&self, id: &ServiceId) -> &[&'a Task] {
        self.tasks_of.get(id).map_or(&[], Vec::as_slice)
    }

    /// Who has the address in this VPC: a live task, and its interface or another's.
    pub(super) fn owner(
        &self,
        address: IpAddr,
        vpc: Option<&VpcId>,
    ) -> (Option<&'a Task>, Option<&'a NetworkInterface>) {
        let here = |interface: &NetworkInterface| vpc.is_none_or(|vpc| interface.vpc == *vpc);
        let mut tasks = self.tasks_at.get(&address).into_iter().flatten().copied();
        // Addresses repeat across VPCs: a task whose interface is known to be in another hasn't this one.
        let task = tasks.find(|task| self.interface_of(task, Some(address)).is_none_or(here));
        let of_task = task.and_then(|task| self.interface_of(task, Some(address)));
        let interface = of_task.or_else(|| {
            let mut interfaces = self.interfaces_at.get(&address).into_iter().flatten().copied();
            interfaces.find(|interface| here(interface))
        });
        (task, interface)
    }

    /// The interface of a task that has this address, or its first, if it was read.
    pub(super) fn interface_of(&self, task: &Task, address: Option<IpAddr>) -> Option<&'a NetworkInterface> {
        let attached = match address {
            Some(address) => task.interface_at(address),
            None => task.interfaces.first(),
        };
        self.interfaces.get(attached?.network_interface.as_ref()?).copied()
    }

    pub(super) fn load_balancer(&self, arn: &LoadBalancerArn) -> Option<&'a LoadBalancer> {
        self.observation.aws.load_balancer.known(arn)
    }

    pub(super) fn listeners(&self, arn: &LoadBalancerArn) -> impl Iterator<Item = &'a Listener> {
        self.observation.aws.listeners.known(arn).into_iter().flatten()
    }

    /// What a security group is called, where that was read.
    pub(super) fn security_group_name(&self, id: &SecurityGroupId) -> Option<&'a str> {
        Some(&self.observation.aws.security_group.known(id)?.name)
    }
}
