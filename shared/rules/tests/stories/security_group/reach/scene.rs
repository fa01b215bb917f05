//! One task behind one Network Load Balancer.
//!
//! `TCP 8080; lb sg-lb; in web: tcp 8080 sg-lb` is a TCP target group on port 8080, a balancer that has group `lb`, and a task
//! in group `web`, which lets in that group. See [`Scene::parse`] for the rest. The task is at 10.0.1.1 and 2001:db8:1::1; the
//! balancer has a node in 10.0.1.0/24, in its zone, and one in 10.0.2.0/24, in another, at .200 (in 2001:db8:1::/64 and 2001:db8:2::/64, at ::c8).

use std::collections::BTreeMap;

use ipnet::IpNet;
use model::ec2::{EndpointService, Peer, SecurityGroupRule};
use model::elb::{
    BalancerState, BalancerZone, CrossZone, Forward, HealthCheckPort, IpVersion, Listener, LoadBalancer, Scheme,
    TargetGroupAttributes,
};
use model::id::SecurityGroupId;

use crate::security_group::steps::rule;
use crate::story::{Story, story};
use crate::{entities, names};

/// The balancer's nodes.
pub(crate) const NODES: [(&str, [&str; 2]); 2] =
    [("a", ["10.0.1.200", "2001:db8:1::c8"]), ("b", ["10.0.2.200", "2001:db8:2::c8"])];
/// The subnets they are in.
pub(crate) const SUBNETS: [[&str; 2]; 2] = [["10.0.1.0/24", "2001:db8:1::/64"], ["10.0.2.0/24", "2001:db8:2::/64"]];
/// The task's addresses.
pub(crate) const TASK: [&str; 2] = ["10.0.1.1", "2001:db8:1::1"];

#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) protocol: String,
    pub(crate) ports: Vec<u16>,
    pub(crate) preserve: Option<bool>,
    pub(crate) version: IpVersion,
    pub(crate) check: Option<HealthCheckPort>,
    /// `None`: it was made without.
    pub(crate) balancer_groups: Option<Vec<SecurityGroupId>>,
    pub(crate) scheme: Scheme,
    pub(crate) is_dualstack: bool,
    /// Its interfaces can't be seen.
    pub(crate) is_hidden: bool,
    /// Every node sends to the targets of all zones.
    pub(crate) crosses_zones: bool,
    /// It is the balancer of an endpoint service.
    pub(crate) is_endpoint_service: bool,
    /// Its groups don't filter what comes through PrivateLink.
    pub(crate) is_unfiltered: bool,
    pub(crate) listeners: Vec<(String, u16)>,
    pub(crate) actual: Vec<SecurityGroupId>,
    /// Ingress and egress of the groups that there are.
    pub(crate) groups: BTreeMap<SecurityGroupId, (Vec<SecurityGroupRule>, Vec<SecurityGroupRule>)>,
    pub(crate) lists: BTreeMap<String, Vec<IpNet>>,
}

impl Scene {
    /// * `TCP 8080,9090` – the group's protocol, and the ports the service serves through it: comes first;
    /// * `preserve on`, `check 9090`, `check off`, `ipv6` – about the group;
    /// * `lb sg-lb`, `lb none`, `lb empty`, `internal`, `dualstack`, `cross zone`, `hidden`, `endpoint service`, `unfiltered` – about the balancer, public otherwise;
    /// * `listen TLS 443` – a listener; without any, one of the group's protocol on port 80;
    /// * `has web,base` – the task's groups, `web` otherwise;
    /// * `in web: tcp 8080 sg-lb 10.0.0.0/8`, `out lb: -1 0.0.0.0/0` – a rule. A group for which nothing is said lets in
    ///   nothing, or everything if it is the balancer's, and lets out everything;
    /// * `list pl-1 10.0.0.0/8` – a prefix list; one that isn't told of is gone.
    pub(crate) fn parse(text: &str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let (protocol, ports) = parts.next().and_then(|part| part.split_once(' ')).expect("a protocol and ports");
        let mut scene = Self {
            protocol: protocol.to_owned(),
            ports: ports.split(',').map(|port| port.parse().expect("a port")).collect(),
            preserve: None,
            version: IpVersion::Ipv4,
            check: Some(HealthCheckPort::Traffic),
            balancer_groups: None,
            scheme: Scheme::InternetFacing,
            is_dualstack: false,
            is_hidden: false,
            crosses_zones: false,
            is_endpoint_service: false,
            is_unfiltered: false,
            listeners: Vec::new(),
            actual: vec![names::security_group("web")],
            groups: BTreeMap::new(),
            lists: BTreeMap::new(),
        };
        let mut said = BTreeMap::<(&str, &str), Vec<SecurityGroupRule>>::new();
        for part in parts.filter(|part| !part.is_empty()) {
            let words: Vec<&str> = part.split_whitespace().collect();
            match words.as_slice() {
                ["preserve", value] => scene.preserve = Some(*value == "on"),
                ["check", "off"] => scene.check = None,
                ["check", port] => scene.check = Some(HealthCheckPort::Fixed(port.parse().expect("a port"))),
                ["ipv6"] => (scene.version, scene.is_dualstack) = (IpVersion::Ipv6, true),
                ["lb", "none"] => scene.balancer_groups = None,
                ["lb", "empty"] => scene.balancer_groups = Some(Vec::new()),
                ["lb", groups] => {
                    scene.balancer_groups = Some(groups.split(',').map(|id| id.parse().expect("a group")).collect());
                }
                ["internal"] => scene.scheme = Scheme::Internal,
                ["dualstack"] => scene.is_dualstack = true,
                ["cross", "zone"] => scene.crosses_zones = true,
                ["hidden"] => scene.is_hidden = true,
                ["endpoint", "service"] => scene.is_endpoint_service = true,
                ["unfiltered"] => scene.is_unfiltered = true,
                ["listen", protocol, port] => {
                    scene.listeners.push(((*protocol).to_owned(), port.parse().expect("a port")));
                }
                ["has", groups] => {
                    scene.actual = groups.split(',').map(names::security_group).collect();
                }
                [path @ ("in" | "out"), group, rest @ ..] => {
                    let rules = said.entry((*path, group.trim_end_matches(':'))).or_default();
                    rules.extend((!rest.is_empty()).then(|| a_rule(rest)));
                }
                ["list", list, ranges @ ..] => {
                    let ranges = ranges.iter().map(|range| range.parse().expect("a range")).collect();
                    scene.lists.insert((*list).to_owned(), ranges);
                }
                _ => panic!("{part:?} is no part of a scene"),
            }
        }
        if scene.listeners.is_empty() {
            scene.listeners.push((scene.protocol.clone(), 80));
        }
        let of_balancer = scene.balancer_groups.clone().unwrap_or_default();
        for id in scene.actual.iter().chain(&of_balancer) {
            let name = id.as_str().trim_start_matches("sg-");
            let everybody = || vec![rule("-1", None, &["0.0.0.0/0", "::/0"])];
            let nobody = || if of_balancer.contains(id) { everybody() } else { Vec::new() };
            let ingress = said.remove(&("in", name)).unwrap_or_else(nobody);
            let egress = said.remove(&("out", name)).unwrap_or_else(everybody);
            scene.groups.insert(id.clone(), (ingress, egress));
        }
        assert!(said.is_empty(), "nobody has {said:?}");
        scene
    }

    /// The account with all that in it.
    pub(crate) fn story(&self) -> Story {
        let mut judged = story().group("web").service("web");
        judged.account.subnets.push(entities::a_subnet("b", &SUBNETS[1]));
        for port in &self.ports {
            judged = judged.on("web", *port);
        }
        for (id, (ingress, egress)) in &self.groups {
            let name = id.as_str().trim_start_matches("sg-");
            judged = judged.security_group(name).security_group_that(name, |group| {
                (group.ingress, group.egress) = (ingress.clone(), egress.clone());
            });
        }
        let actual: Vec<&str> = self.actual.iter().map(|id| id.as_str().trim_start_matches("sg-")).collect();
        judged = judged.declares(&actual).task(1).at(TASK[0]).and_at(TASK[1]).which(|group| {
            group.protocol = Some(self.protocol.clone());
            group.ip_version = Ok(self.version);
            group.health_check.enabled = self.check.is_some();
            group.health_check.port = Ok(self.check.unwrap_or(HealthCheckPort::Traffic));
        });
        judged = judged.in_zone("a", "eu-central-1a").in_zone("b", "eu-central-1b");
        if !self.is_hidden {
            for (subnet, addresses) in NODES {
                judged = judged.node(subnet, addresses);
            }
        }
        let network = &mut judged.account.network;
        let arn = names::balancer("net");
        let cross_zone = if self.crosses_zones { CrossZone::On } else { CrossZone::OfBalancer };
        let attributes =
            TargetGroupAttributes { preserve_client_ip: self.preserve, cross_zone, ..TargetGroupAttributes::default() };
        network.attributes.insert(names::group("web"), attributes);
        network.balancers.insert(arn.clone(), self.balancer());
        network.endpoint_services.extend(self.is_endpoint_service.then(|| EndpointService {
            id: "vpce-svc-0f".to_owned(),
            name: "com.amazonaws.vpce.eu-central-1.vpce-svc-0f".to_owned(),
            state: "Available".to_owned(),
            network_load_balancers: vec![arn.clone()],
        }));
        network
            .listeners
            .insert(arn, self.listeners.iter().map(|(protocol, port)| a_listener(protocol, *port)).collect());
        let lists = self.lists.iter().map(|(id, ranges)| (id.parse().expect("a prefix list"), ranges.clone()));
        network.prefix_lists.extend(lists);
        judged.whole()
    }

    fn balancer(&self) -> LoadBalancer {
        let zone = |(subnet, _): (&str, _)| BalancerZone {
            name: format!("eu-central-1{subnet}"),
            subnet: Some(names::subnet(subnet)),
            addresses: vec![],
            public_addresses: vec![],
        };
        LoadBalancer {
            arn: names::balancer("net"),
            state: Some(BalancerState::Active),
            state_reason: None,
            created_at: None,
            dns_name: None,
            scheme: self.scheme.clone(),
            vpc: Some(names::vpc("main")),
            ip_address_type: Some(if self.is_dualstack { "dualstack" } else { "ipv4" }.to_owned()),
            zones: NODES.into_iter().map(zone).collect(),
            security_groups: self.balancer_groups.clone(),
            filters_private_link: self.is_unfiltered.then_some(false),
        }
    }

    /// Every range that is named anywhere in it.
    pub(crate) fn ranges(&self) -> Vec<IpNet> {
        let rules = self.groups.values().flat_map(|(ingress, egress)| ingress.iter().chain(egress));
        let of_rules = rules.flat_map(|rule| &rule.peers).filter_map(|peer| match peer {
            Peer::Range(range) => Some(*range),
            _ => None,
        });
        of_rules.chain(self.lists.values().flatten().copied()).collect()
    }
}

fn a_listener(protocol: &str, port: u16) -> Listener {
    let arn = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:listener/net/edge/0f/1";
    Listener {
        arn: arn.parse().expect("a listener ARN"),
        protocol: Some(protocol.to_owned()),
        port: Some(port),
        forwards: vec![Forward::to(names::group("web"))],
    }
}

/// `tcp 8080-8090 PEER…`, `-1 PEER…`.
fn a_rule(words: &[&str]) -> SecurityGroupRule {
    let (protocol, rest) = words.split_first().expect("a protocol");
    let ports = rest.first().and_then(|word| {
        let (from, to) = word.split_once('-').unwrap_or((word, word));
        Some((from.parse::<u16>().ok()?, to.parse::<u16>().ok()?))
    });
    rule(protocol, ports, &rest[usize::from(ports.is_some())..])
}
