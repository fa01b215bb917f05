//! What happens to the account: deployments, crashes, people, an infrastructure tool, and AWS's bad days.

use futures::FutureExt as _;
use ledger::Ledger as _;
use ledger::memory::MemoryLedger;
use model::ecs::{Tags, TaskProtection};
use model::elb::Target;
use model::hold::HOLD_TAG;
use model::id::{TargetGroupArn, TaskArn};
use model::ledger::Pause;
use model::scope::ServiceId;

use crate::choices::Happening;
use crate::doubtful_owners::{crash_loop, hide_an_interface, script, something_takes_an_address};
use crate::ecs::Kind;
use crate::groups::{SETS_GROUPS, sets_groups};
use crate::mail::Role;
use crate::names;
use crate::record::{EVER, Holdable, Writer};
use crate::time::{HOUR, MINUTE, Moment, SECOND, timestamp};
use crate::world::{Due, Stage};

/// How long after one happening the next may come.
const GAPS: [Moment; 8] =
    [2 * SECOND, 10 * SECOND, 40 * SECOND, 90 * SECOND, 3 * MINUTE, 8 * MINUTE, 25 * MINUTE, 2 * HOUR];

type Happens = fn(&mut Stage<'_>, usize, usize);

/// What may happen; some things more often than others.
const KINDS: [Happens; 45] = [
    nothing,
    crash,
    crash,
    crash,
    deploy,
    deploy,
    deploy_to_another_group,
    deploy_on_another_port,
    scale,
    scale,
    forget_registering,
    forget_registering,
    forget_deregistering,
    forget_deregistering,
    forget_deregistering,
    person_deregisters,
    person_registers_a_foreign_target,
    person_registers_the_wrong_port,
    person_registers_another_services_task,
    hold,
    delete_service,
    delete_group,
    run_a_task_by_hand,
    something_takes_an_address,
    outage,
    deny,
    sweep,
    put_back,
    person_changes_groups,
    person_changes_groups,
    person_changes_groups,
    person_changes_groups,
    person_changes_groups,
    tool_declares_groups,
    protect_a_task,
    protect_a_task,
    protect_a_task,
    crash_loop,
    crash_loop,
    crash_loop,
    script,
    script,
    script,
    hide_an_interface,
    hide_an_interface,
];

impl Happening {
    pub(crate) fn gap(&self) -> Moment {
        GAPS[self.gap as usize % GAPS.len()]
    }
}

impl Stage<'_> {
    pub(crate) fn happen(&mut self, happening: Happening) {
        let kind = KINDS[happening.kind as usize % KINDS.len()];
        kind(self, happening.which as usize, happening.how as usize);
    }

    pub(crate) fn service(&self, which: usize) -> Option<ServiceId> {
        let all: Vec<_> = self.sim.ecs.services.iter().filter(|(_, service)| !service.deleted).collect();
        all.get(which % all.len().max(1)).map(|(id, _)| (*id).clone())
    }

    pub(crate) fn group(&self, which: usize) -> Option<TargetGroupArn> {
        self.aws.target_groups.keys().nth(which % self.aws.target_groups.len().max(1)).cloned()
    }

    pub(crate) fn running_task(&self, which: usize) -> Option<TaskArn> {
        let tasks = self.aws.tasks.values().filter(|task| task.is_serving());
        let all: Vec<_> = tasks.map(|task| &task.arn).collect();
        all.get(which % all.len().max(1)).map(|arn| (*arn).clone())
    }

    fn target(&self, which: usize) -> Option<(TargetGroupArn, Target)> {
        let all = self.aws.targets.iter();
        let all: Vec<_> = all.flat_map(|(group, there)| there.keys().map(move |target| (group, target))).collect();
        all.get(which % all.len().max(1)).map(|(group, target)| ((*group).clone(), **target))
    }
}

fn nothing(_: &mut Stage<'_>, _: usize, _: usize) {}

fn crash(stage: &mut Stage<'_>, which: usize, _: usize) {
    if let Some(task) = stage.running_task(which) {
        stage.sim.tell(|| format!("task {} crashes", task.id()));
        stage.stop(&task);
    }
}

pub(crate) fn uses_of(stage: &Stage<'_>, id: &ServiceId) -> Vec<(TargetGroupArn, u16)> {
    let service = stage.sim.ecs.services.get(id);
    service.and_then(|service| service.deployments.last()).map(|one| one.uses.clone()).unwrap_or_default()
}

fn deploy(stage: &mut Stage<'_>, which: usize, _: usize) {
    let Some(id) = stage.service(which) else { return };
    let uses = uses_of(stage, &id);
    stage.deploy_at_rest(&id, uses);
}

fn deploy_to_another_group(stage: &mut Stage<'_>, which: usize, how: usize) {
    let Some(id) = stage.service(which) else { return };
    let mut uses = uses_of(stage, &id);
    let Some(service) = stage.sim.ecs.services.get_mut(&id) else { return };
    let Some((group, _)) = uses.first_mut() else { return };
    if service.kind == Kind::Native {
        let Some(alternate) = service.alternate.clone().filter(|_| service.deployments.len() == 1) else { return };
        service.alternate = Some(std::mem::replace(group, alternate));
    } else if let Some(other) = stage.group(how) {
        *group = other;
        uses.dedup();
    }
    stage.deploy_at_rest(&id, uses);
}

fn deploy_on_another_port(stage: &mut Stage<'_>, which: usize, how: usize) {
    let Some(id) = stage.service(which) else { return };
    let mut uses = uses_of(stage, &id);
    let port = [80, 8080, 9090][how % 3];
    uses.iter_mut().for_each(|one| one.1 = port);
    stage.deploy_at_rest(&id, uses);
}

impl Stage<'_> {
    /// Task sets and native deployments come one at a time.
    pub(crate) fn deploy_at_rest(&mut self, id: &ServiceId, uses: Vec<(TargetGroupArn, u16)>) {
        let service = self.sim.ecs.services.get(id);
        let may = service.is_some_and(|one| one.kind == Kind::Rolling || one.deployments.len() == 1);
        if may {
            self.deploy(id, uses);
        }
    }
}

fn scale(stage: &mut Stage<'_>, which: usize, how: usize) {
    let Some(id) = stage.service(which) else { return };
    if let Some(service) = stage.sim.ecs.services.get_mut(&id) {
        service.desired = how % 5;
        let now = stage.sim.now;
        stage.sim.record.rescaled.insert(id.clone(), now);
        stage.sim.tell(|| format!("{id} is scaled to {}", how % 5));
        stage.reconcile(&id);
    }
}

fn forget_registering(stage: &mut Stage<'_>, _: usize, how: usize) {
    stage.sim.ecs.forgets[0] += 1 + u32::try_from(how % 3).unwrap_or(0);
}

fn forget_deregistering(stage: &mut Stage<'_>, which: usize, how: usize) {
    stage.sim.ecs.forgets[1] += 1 + u32::try_from(how % 3).unwrap_or(0);
    if how % 2 == 1 {
        crash(stage, which, how);
    }
}

fn person_deregisters(stage: &mut Stage<'_>, which: usize, _: usize) {
    if let Some((group, target)) = stage.target(which) {
        stage.deregister(&group, target, Writer::Person);
    }
}

/// An address no task ever has: in a subnet of another account, on premises, or of a thing.
fn person_registers_a_foreign_target(stage: &mut Stage<'_>, which: usize, how: usize) {
    let Some(group) = stage.group(which) else { return };
    let is_v6 =
        stage.aws.target_groups.get(&group).is_some_and(|one| one.ip_version == Ok(model::elb::IpVersion::Ipv6));
    let number = u8::try_from(how % 3).unwrap_or(0);
    let ip = match how % 4 {
        _ if is_v6 => names::v6(2, number),
        0 => names::v4(2, number),
        1 => std::net::IpAddr::from([192, 168, 0, number]),
        _ => names::v4(0, 9),
    };
    stage.register(&group, Target { ip, port: [80, 8080][how % 2] }, Writer::Person);
}

fn person_registers_the_wrong_port(stage: &mut Stage<'_>, which: usize, how: usize) {
    let Some((group, target)) = stage.target(which) else { return };
    stage.register(&group, Target { port: [80, 8080, 9090][how % 3], ..target }, Writer::Person);
}

fn person_registers_another_services_task(stage: &mut Stage<'_>, which: usize, how: usize) {
    let (Some(group), Some(task)) = (stage.group(how), stage.running_task(which)) else { return };
    let Some(version) = stage.aws.target_groups.get(&group).and_then(|group| group.ip_version().ok()) else { return };
    let Some(ip) = stage.aws.tasks.get(&task).and_then(|task| task.address(version)) else { return };
    stage.register(&group, Target { ip, port: [80, 8080][how % 2] }, Writer::Person);
}

fn hold(stage: &mut Stage<'_>, which: usize, how: usize) {
    let what = match how % 6 {
        0 => stage.service(which).map(Holdable::Service),
        1 => stage.group(which).map(Holdable::Group),
        2 => stage.service(which).map(|id| Holdable::Cluster(id.cluster.to_string())),
        3 => Some(Holdable::Balancer(names::balancer(which % 2).to_string())),
        4 => stage.running_task(which).map(Holdable::Task),
        _ => Some(Holdable::Everything),
    };
    if let Some(what) = what {
        stage.hold(what);
    }
}

impl Stage<'_> {
    /// A person holds something, or lets it go if it is held.
    pub(crate) fn hold(&mut self, what: Holdable) {
        let now = self.sim.now;
        let held = self.sim.record.holds.iter().any(|(span, one)| *one == what && span.to == EVER);
        self.sim.tell(|| format!("a person {} {what:?}", if held { "lets go of" } else { "holds" }));
        if held {
            self.sim.record.release(now, &what);
        } else {
            self.sim.record.hold(now, what.clone());
        }
        let set = |tags: &mut Tags| match held {
            true => drop(tags.remove(HOLD_TAG)),
            false => drop(tags.insert(HOLD_TAG.to_owned(), "true".to_owned())),
        };
        match &what {
            Holdable::Service(id) => self.aws.services.get_mut(id).map(|one| set(&mut one.tags)).unwrap_or_default(),
            Holdable::Task(arn) => self.aws.tasks.get_mut(arn).map(|one| set(&mut one.tags)).unwrap_or_default(),
            Holdable::Group(arn) => set(self.aws.tags.entry(arn.to_string()).or_default()),
            Holdable::Balancer(arn) => set(self.aws.tags.entry(arn.clone()).or_default()),
            Holdable::Cluster(arn) => {
                let of_name = self.aws.clusters.values_mut().filter(|one| one.arn.as_str() == arn);
                of_name.for_each(|one| set(&mut one.tags));
            }
            Holdable::Everything => self.sim.pause_wanted = Some(!held),
        }
    }
}

/// Says or ends the pause in the ledger.
pub(crate) fn set_pause(ledger: &MemoryLedger, on: bool, now: Moment) {
    let pause = Pause { since: timestamp(now), by: "a person".to_owned(), reason: None };
    let done = if on { ledger.set_pause(&pause).now_or_never() } else { ledger.clear_pause().now_or_never() };
    debug_assert!(matches!(done, Some(Ok(()))), "a ledger in memory answers at once");
}

fn delete_service(stage: &mut Stage<'_>, which: usize, how: usize) {
    let Some(id) = stage.service(which).filter(|_| how.is_multiple_of(3)) else { return };
    if let Some(service) = stage.sim.ecs.services.get_mut(&id) {
        service.deleted = true;
        service.desired = 0;
        stage.sim.tell(|| format!("{id} is deleted"));
        stage.reconcile(&id);
    }
}

fn delete_group(stage: &mut Stage<'_>, which: usize, how: usize) {
    if let Some(group) = stage.group(which).filter(|_| how.is_multiple_of(3)) {
        stage.sim.tell(|| format!("{} is deleted", group.name()));
        stage.delete_group(&group);
    }
}

fn run_a_task_by_hand(stage: &mut Stage<'_>, which: usize, _: usize) {
    let clusters: Vec<_> = stage.aws.clusters.keys().cloned().collect();
    if let Some(cluster) = clusters.get(which % clusters.len().max(1)) {
        stage.launch(cluster, None);
    }
}

fn outage(stage: &mut Stage<'_>, _: usize, how: usize) {
    let until = [5 * SECOND, 40 * SECOND, 4 * MINUTE][how % 3];
    stage.sim.outage = stage.sim.now + until;
    stage.sim.tell(|| format!("AWS answers nothing for {} s", until / SECOND));
}

fn deny(stage: &mut Stage<'_>, which: usize, how: usize) {
    const OPERATIONS: [&str; 10] = [
        "ec2:DescribeNetworkInterfaces",
        "ecs:DescribeTasks",
        "ecs:ListTasks",
        "ecs:DescribeServices",
        "ecs:ListServices",
        "elasticloadbalancing:DescribeTargetHealth",
        "elasticloadbalancing:DescribeTags",
        "elasticloadbalancing:RegisterTargets",
        "dynamodb:Query",
        "ec2:DescribeSubnets",
    ];
    let operation = OPERATIONS[which % OPERATIONS.len()];
    let until = [MINUTE, 10 * MINUTE, HOUR][how % 3];
    let until = stage.sim.now + until;
    stage.sim.denied.insert(operation, until);
    stage.sim.tell(|| format!("{operation} is denied for a while"));
}

fn sweep(stage: &mut Stage<'_>, _: usize, _: usize) {
    stage.sim.sweep();
}

/// An infrastructure tool puts back what a function took out last.
fn put_back(stage: &mut Stage<'_>, _: usize, how: usize) {
    let last = stage.sim.record.changes.iter().rev().find(|change| change.removes);
    let Some((group, target)) = last.map(|change| (change.group.clone(), change.target)) else { return };
    let wait = [SECOND, 30 * SECOND, 10 * MINUTE][how % 3];
    stage.sim.after(wait, Due::PutBack(group, target));
}

/// A person gives a task's interface other groups. AWS wouldn't let them; whatever the reason, a task can be dressed wrong.
fn person_changes_groups(stage: &mut Stage<'_>, which: usize, how: usize) {
    let Some(task) = stage.running_task(which) else { return };
    let groups = sets_groups()[how % SETS_GROUPS].clone();
    stage.sim.tell(|| format!("task {} has {groups:?} now", task.id()));
    stage.set_groups(&task, groups);
}

/// An infrastructure tool deploys a service with groups of its own choice.
fn tool_declares_groups(stage: &mut Stage<'_>, which: usize, how: usize) {
    let Some(id) = stage.service(which) else { return };
    let groups = sets_groups()[how % SETS_GROUPS].clone();
    stage.sim.tell(|| format!("a tool has {id} declare {groups:?}"));
    stage.declare(&id, groups);
}

/// A task protects itself from being scaled in, or no longer does.
fn protect_a_task(stage: &mut Stage<'_>, which: usize, _: usize) {
    let Some(task) = stage.running_task(which) else { return };
    let now = stage.sim.now;
    let is_protected = stage.aws.task_protection.remove(&task).is_some();
    stage.sim.ecs.protected.remove(&task);
    stage.sim.tell(|| format!("task {} is {} protected", task.id(), if is_protected { "no longer" } else { "now" }));
    if !is_protected {
        stage.sim.ecs.protected.insert(task.clone(), now);
        stage.aws.task_protection.insert(task, TaskProtection { enabled: true, until: None });
    }
}

impl crate::world::Sim {
    /// The scheduled sweep.
    pub(crate) fn sweep(&mut self) {
        self.tell(|| "a sweep begins".to_owned());
        let body = format!(
            r#"{{"detail-type":"Scheduled Event","source":"aws.events","account":"{}","region":"{}","detail":{{}}}}"#,
            names::ACCOUNT,
            names::REGION
        );
        for role in Role::ALL {
            self.send(role, body.clone(), None, 0);
        }
    }
}
