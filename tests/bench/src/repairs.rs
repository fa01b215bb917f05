//! A pass that registers tasks in many target groups of an account in memory: what it costs, and what it does when its time
//! ends in the middle.

use model::repair::RepairStatus;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws::memory::{MemoryAccount, World};
use jiff::{SignedDuration, Timestamp};
use ledger::memory::MemoryLedger;
use model::call::CallError;
use model::ecs::{Cluster, Deployment, LaunchType, Service, ServiceLoadBalancer, Tags, Task, TaskInterface};
use model::elb::{Target, TargetGroup, TargetHealth, TargetState};
use model::finding::Fingerprint;
use model::id::{ClusterArn, TargetGroupArn};
use model::policy::Policy;
use model::scope::{Scope, ServiceId};
use pipeline::ports::{Clock, DelayedLook, LookQueue};
use pipeline::{Assignment, Conclusion, LookHistory, PassOutcome};

/// Services of one target group each, and the tasks of each of them.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// How many services, and target groups.
    pub groups: usize,
    /// Tasks of each that are registered.
    pub registered: usize,
    /// Tasks of each that are not.
    pub missing: usize,
}

/// What is wrong with the account, or with the system.
pub type Failure = Box<dyn Error + Send + Sync>;

/// A pass, and the account after it.
#[derive(Debug)]
pub struct Passed {
    /// What it saw and did.
    pub outcome: PassOutcome,
    /// The account after it.
    pub account: MemoryAccount,
    /// Processor time it took.
    pub cpu: Duration,
}

/// Looks twice at every service of an account of this shape, and tells of the second look, which repairs. At each time that this asks
/// the clock, `step` has gone by; after `time` it is cut off.
///
/// # Errors
/// Where the system doesn't tell processor time.
pub async fn pass(shape: Shape, step: SignedDuration, time: Option<SignedDuration>) -> Result<Passed, Failure> {
    let account = MemoryAccount::new(account(shape)?);
    let policy = "[registration]\nmode = \"repair\"\ngrace = \"0s\"\nconfirm_after = \"0s\"";
    let policy = Policy::parse(policy, &[])?;
    let services = account.world().services.keys().cloned().collect();
    let mut assignment = Assignment {
        account: "111122223333".parse()?,
        region: "eu-central-1".parse()?,
        scope: Scope { services, ..Scope::default() },
        policy: &policy,
        rules: rules::registration_rules(),
        looks: LookHistory::default(),
        deadline: None,
    };
    let (ledger, suspicions) = (MemoryLedger::new(), Suspicions::default());
    let clock = Stepping { step: SignedDuration::ZERO, asked: AtomicI32::new(0) };
    let world = pipeline::EnvironmentParts {
        account: &account,
        ledger: Some(&ledger),
        queue: Some(&suspicions),
        clock: &clock,
    };
    pipeline::pass(&world, &assignment).await;
    let first = suspicions.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assignment.looks = LookHistory { first, attempt: 1 };
    assignment.deadline = time.map(|time| BEGINNING.checked_add(time)).transpose()?;
    let clock = Stepping { step, asked: AtomicI32::new(0) };
    let before = cpu_time()?;
    let outcome = pipeline::pass(&pipeline::EnvironmentParts { clock: &clock, ..world }, &assignment).await;
    let cpu = cpu_time()?.saturating_sub(before);
    Ok(Passed { outcome, account, cpu })
}

impl Passed {
    /// The repairs of this status.
    pub fn repairs(&self, status: RepairStatus) -> impl Iterator<Item = &Conclusion> {
        let conclusions = self.outcome.findings.iter().flat_map(|one| &one.conclusions);
        conclusions.filter(move |one| one.status == status)
    }
}

/// Processor time of this thread. https://docs.kernel.org/scheduler/sched-stats.html: the first number, in nanoseconds.
fn cpu_time() -> Result<Duration, Failure> {
    let stat = fs::read_to_string("/proc/thread-self/schedstat")?;
    let spent = stat.split_whitespace().next().and_then(|field| field.parse().ok());
    spent.map(Duration::from_nanos).ok_or_else(|| "schedstat has no number".into())
}

/// Everything runs long since, and is healthy where it is registered.
fn account(shape: Shape) -> Result<World, Failure> {
    let cluster: ClusterArn = "arn:aws:ecs:eu-central-1:111122223333:cluster/prod".parse()?;
    let mut world = World::default();
    let known = Cluster { arn: cluster.clone(), status: "ACTIVE".to_owned(), tasks: 0, tags: Tags::new() };
    world.clusters.insert(cluster.clone(), known);
    for n in 0..shape.groups {
        let id = ServiceId::new(&cluster, &format!("web{n}"));
        let arn: TargetGroupArn =
            format!("arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web{n}/{n:016x}").parse()?;
        world.target_groups.insert(arn.clone(), target_group(arn.clone())?);
        world.services.insert(id.clone(), service(&id, &arn, shape.registered + shape.missing)?);
        for nth in 0..shape.registered + shape.missing {
            let number = u32::try_from(n * 1_000 + nth).unwrap_or(u32::MAX);
            let task = task(&id, number)?;
            let ip = task.interfaces.iter().flat_map(|interface| &interface.addresses).next().copied();
            if let Some(ip) = ip.filter(|_| nth < shape.registered) {
                let target = Target { ip, port: 8080 };
                let health = TargetHealth::new(target, TargetState::Healthy, None);
                world.targets.entry(arn.clone()).or_default().insert(target, health);
            }
            world.tasks.insert(task.arn.clone(), task);
        }
    }
    Ok(world)
}

fn target_group(arn: TargetGroupArn) -> Result<TargetGroup, Failure> {
    let balancer = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/edge/0a1b2c3d4e5f6071";
    Ok(TargetGroup {
        port: Some(8080),
        vpc: Some("vpc-1".parse()?),
        load_balancers: vec![balancer.parse()?],
        ..fixtures::target_group(&arn)
    })
}

fn service(id: &ServiceId, group: &TargetGroupArn, tasks: usize) -> Result<Service, Failure> {
    let tasks = u32::try_from(tasks).unwrap_or(u32::MAX);
    let deployment = Deployment {
        desired_count: tasks,
        running_count: tasks,
        ..fixtures::deployment(format!("ecs-svc/{}", id.name).parse()?)
    };
    Ok(Service {
        desired_count: tasks,
        running_count: tasks,
        load_balancers: vec![ServiceLoadBalancer {
            target_group: Some(group.clone()),
            alternate_target_group: None,
            container_name: Some("app".to_owned()),
            container_port: Some(8080),
        }],
        deployments: vec![deployment],
        launch_type: Some("FARGATE".to_owned()),
        ..fixtures::service(&id.cluster, &id.name)
    })
}

fn task(service: &ServiceId, number: u32) -> Result<Task, Failure> {
    Ok(Task {
        group: Some(format!("service:{}", service.name)),
        started_by: Some(format!("ecs-svc/{}", service.name).parse()?),
        started_at: Some(Timestamp::UNIX_EPOCH),
        launch_type: Some(LaunchType::Fargate),
        interfaces: vec![TaskInterface {
            attachment: format!("a{number}").parse()?,
            network_interface: Some(format!("eni-{number:017x}").parse()?),
            subnet: Some("subnet-a".parse()?),
            addresses: vec![std::net::Ipv4Addr::from(0x0a00_0000 + number).into()],
        }],
        ..fixtures::task(
            &format!("arn:aws:ecs:eu-central-1:111122223333:task/prod/{number:032x}").parse()?,
            &service.cluster,
        )
    })
}

/// A queue of which only the suspicions are kept.
#[derive(Default)]
struct Suspicions(Mutex<BTreeMap<Fingerprint, Timestamp>>);

impl LookQueue for Suspicions {
    async fn send(&self, looks: Vec<DelayedLook>, _: Timestamp) -> Vec<(DelayedLook, CallError)> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(looks.into_iter().flat_map(|look| look.suspicions));
        Vec::new()
    }
}

/// When every pass begins: as good as any time.
const BEGINNING: Timestamp = Timestamp::constant(1_800_000_000, 0);

/// Time goes on whenever it is asked for, and only then.
struct Stepping {
    step: SignedDuration,
    asked: AtomicI32,
}

impl Clock for Stepping {
    fn now(&self) -> Timestamp {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        BEGINNING.checked_add(self.step * asked).unwrap_or(Timestamp::MAX)
    }

    async fn sleep(&self, _: Duration) {}
}
