//! An account with something wrong at every spot of a picture, for tests.

use std::collections::BTreeMap;

use model::ec2::NetworkInterface;
use model::ecs::{AwsvpcConfiguration, Service, ServiceLoadBalancer, Task, TaskInterface};
use model::elb::{Forward, Listener, Target, TargetGroup, TargetHealth, TargetState};
use model::finding::{Finding, Resources, Severity};
use model::id::{ClusterArn, LoadBalancerArn, TargetGroupArn, TaskArn};
use model::observation::{Answer, Observation};
use model::scope::ServiceId;

const REGION: &str = "eu-central-1:111122223333";

/// An account being told.
pub(crate) struct AccountSummary {
    pub(crate) observation: Observation,
    pub(crate) findings: Vec<Finding>,
    interfaces: Vec<NetworkInterface>,
    next: u32,
}

fn parse<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect(text)
}

pub(crate) fn cluster() -> ClusterArn {
    parse(&format!("arn:aws:ecs:{REGION}:cluster/prod"))
}

pub(crate) fn group_arn(name: &str) -> TargetGroupArn {
    parse(&format!("arn:aws:elasticloadbalancing:{REGION}:targetgroup/{name}/50dc6c495c0c9188"))
}

pub(crate) fn task_arn(n: u32) -> TaskArn {
    parse(&format!(
        "arn:aws:ecs:{REGION}:task/prod/{:032x}",
        u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
    ))
}

/// The address of the nth task.
pub(crate) fn at(n: u32, port: u16) -> Target {
    Target { ip: std::net::Ipv4Addr::from(0x0a00_0100 + n).into(), port }
}

impl AccountSummary {
    pub(crate) fn new() -> Self {
        let at = parse("2026-03-01T12:00:00Z");
        let observation = Observation::new(at, parse("111122223333"), parse("eu-central-1"));
        Self { observation, findings: Vec::new(), interfaces: Vec::new(), next: 10 }
    }

    /// A service on port 8080 of a group of its own name, with so many tasks registered and healthy. Returns the number of
    /// its first task.
    pub(crate) fn service(&mut self, name: &str, count: u32, balancer: &str) -> u32 {
        let entry = ServiceLoadBalancer {
            target_group: Some(group_arn(name)),
            alternate_target_group: None,
            container_name: None,
            container_port: Some(8080),
        };
        let id = ServiceId::new(&cluster(), name);
        let service = Service {
            desired_count: count,
            running_count: count,
            load_balancers: vec![entry],
            network: Some(AwsvpcConfiguration {
                subnets: vec![parse("subnet-0a")],
                security_groups: vec![parse("sg-0base")],
                assign_public_ip: None,
            }),
            ..fixtures::service(&cluster(), name)
        };
        self.observation.aws.service.insert(id, Answer::Known(service));
        let arn = group_arn(name);
        let balancer: LoadBalancerArn =
            parse(&format!("arn:aws:elasticloadbalancing:{REGION}:loadbalancer/net/{balancer}/1234567890abcdef"));
        self.listener(&balancer, &arn);
        let group = TargetGroup {
            port: Some(80),
            vpc: Some(parse("vpc-0main")),
            load_balancers: vec![balancer],
            ..fixtures::target_group(&arn)
        };
        self.observation.aws.target_group.insert(arn.clone(), Answer::Known(group));
        self.observation.aws.target_health.insert(arn, Answer::Known(Vec::new()));
        let first = self.next;
        for n in first..first + count {
            self.task(n, name);
            self.target(name, at(n, 8080), TargetState::Healthy);
        }
        self.next += count + 5;
        first
    }

    fn listener(&mut self, balancer: &LoadBalancerArn, group: &TargetGroupArn) {
        let mut listeners = self.observation.aws.listeners.known(balancer).cloned().unwrap_or_default();
        let port = 443 + u16::try_from(listeners.len()).expect("few");
        listeners.push(Listener {
            arn: parse(&format!("{}/50dc6c495c0c{port:04}", balancer.as_str().replace(":loadbalancer/", ":listener/"))),
            protocol: Some("TCP".to_owned()),
            port: Some(port),
            forwards: vec![Forward::to(group.clone())],
        });
        self.observation.aws.listeners.insert(balancer.clone(), Answer::Known(listeners));
    }

    fn task(&mut self, n: u32, service: &str) {
        let task = Task {
            group: Some(format!("service:{service}")),
            started_by: Some(parse(&format!("ecs-svc/{service}"))),
            interfaces: vec![TaskInterface {
                attachment: parse(&format!("a{n}")),
                network_interface: Some(parse(&format!("eni-{n:017x}"))),
                subnet: Some(parse("subnet-0a")),
                addresses: vec![at(n, 0).ip],
            }],
            ..fixtures::task(&task_arn(n), &cluster())
        };
        self.interface(n, "sg-0base");
        self.observation.aws.task.insert(task.arn.clone(), Answer::Known(task));
    }

    fn interface(&mut self, n: u32, security_group: &str) {
        self.interfaces.push(NetworkInterface {
            subnet: Some(parse("subnet-0a")),
            addresses: vec![at(n, 0).ip],
            security_groups: vec![parse(security_group)],
            ..fixtures::network_interface(&parse(&format!("eni-{n:017x}")), &parse("vpc-0main"))
        });
        self.observation.aws.interfaces.insert(parse("subnet-0a"), Answer::Known(self.interfaces.clone()));
    }

    fn targets(&mut self, group: &str) -> &mut Vec<TargetHealth> {
        match self.observation.aws.target_health.get_mut(&group_arn(group)) {
            Some(Answer::Known(health)) => health,
            _ => panic!("no group {group}"),
        }
    }

    pub(crate) fn target(&mut self, group: &str, target: Target, state: TargetState) {
        self.targets(group).push(TargetHealth::new(target, state, None));
    }

    pub(crate) fn without(&mut self, group: &str, target: Target) {
        self.targets(group).retain(|one| one.target != target);
    }

    /// Something was found in a service.
    pub(crate) fn find(&mut self, rule: &str, severity: Severity, service: &str, summary: &str, of: Resources) {
        let resources =
            Resources { cluster: Some(cluster()), service: Some(cluster().service(service).expect("a service")), ..of };
        self.findings.push(Finding {
            rule: rule.to_owned(),
            severity,
            summary: summary.to_owned(),
            remedy: format!("Do what {rule} asks for, then look again whether the service's events tell of errors."),
            title: String::new(),
            fixes: Vec::new(),
            caused_by: None,
            impact: None,
            grouping: None,
            resources,
            subject: String::new(),
            evidence: BTreeMap::from([("seen".to_owned(), "just now".into())]),
            repairs: Vec::new(),
            users: Vec::new(),
            sharers: Vec::new(),
        });
    }

    /// A running task that its group doesn't have.
    pub(crate) fn missing(&mut self, service: &str, n: u32) {
        self.without(service, at(n, 8080));
        let of = Resources {
            task: Some(task_arn(n)),
            target_group: Some(group_arn(service)),
            target: Some(at(n, 8080)),
            network_interface: Some(parse(&format!("eni-{n:017x}"))),
            ..Resources::default()
        };
        let summary = format!(
            "task {} of prod/{service} is running at {} but {service} doesn't have it",
            task_arn(n).id(),
            at(n, 8080)
        );
        self.find("target-missing", Severity::High, service, &summary, of);
    }

    /// A target that nothing has the address of.
    pub(crate) fn stale(&mut self, service: &str, n: u32) {
        self.target(service, at(n, 8080), TargetState::Unhealthy);
        let of =
            Resources { target_group: Some(group_arn(service)), target: Some(at(n, 8080)), ..Resources::default() };
        let summary = format!("{} is registered in {service} but nothing has that address", at(n, 8080));
        self.find("target-stale", Severity::High, service, &summary, of);
    }

    /// A target whose address a task of another service has now.
    pub(crate) fn hijacked(&mut self, service: &str, n: u32, by: &str) {
        self.task(n, by);
        self.target(service, at(n, 8080), TargetState::Healthy);
        let of =
            Resources { target_group: Some(group_arn(service)), target: Some(at(n, 8080)), ..Resources::default() };
        let summary = format!(
            "{} in {service} was a task's of prod/{service}, but now belongs to a task of prod/{by}",
            at(n, 8080)
        );
        self.find("target-hijacked", Severity::Critical, service, &summary, of);
    }
}
