//! The story of an account made by chance.

use model::ecs::{DeploymentController, ServiceStatus, Strategy, TaskSetStatus, TaskStatus};
use model::observation::Question;

use super::chance::{
    ADDRESSES, Chance, DRAWN_OF, EXCLUDED, GROUPS, Life, OneRecord, OneService, OneTask, PORTS, Past, SERVICES, Shape,
};
use crate::names;
use crate::story::{Story, story};

impl Chance {
    pub(crate) fn story(&self) -> Story {
        let mut judged = GROUPS.iter().fold(story(), |judged, group| judged.group(group));
        for (path, service) in SERVICES.iter().zip(&self.services) {
            judged = shaped(serving(of(judged, path), &service.entries), service);
        }
        for (service, port) in &self.mapped_before {
            judged = of(judged, SERVICES[*service]).maps(6, PORTS[*port]);
        }
        for (n, task) in (1..).zip(&self.tasks) {
            judged = self.with_task(judged, n, task);
        }
        for address in self.other_interfaces.iter().map(|address| ADDRESSES[*address]) {
            if !is_taken(&judged, address) {
                judged = judged.other_interface("interface", address);
            }
        }
        for one in &self.targets {
            let target = format!("{}:{}", ADDRESSES[one.address], PORTS[one.port]);
            judged = with_target(judged, GROUPS[one.group], &target, one.state);
        }
        judged = self.records.iter().fold(judged, with_record);
        for (path, service) in SERVICES.iter().zip(&self.services) {
            if service.shape == Shape::Gone {
                judged.account.services.remove(&names::service(path));
            }
        }
        let managed = if self.exclusive { "exclusive" } else { "shared" };
        let excluded = if self.excluded { format!("{:?}", format!("{EXCLUDED}/32")) } else { String::new() };
        judged.policy(&format!("[registration]\nmanaged = {managed:?}\nexclude_targets = [{excluded}]"))
    }

    /// The same story with some of what it asks unread.
    pub(crate) fn with_failures(&self, judged: &Story) -> Story {
        let asked: Vec<Question> = judged.look().asked().into_iter().collect();
        let fail = |judged: Story, drawn: &usize| judged.unread(asked[drawn * asked.len() / DRAWN_OF].clone());
        self.unread.iter().fold(judged.clone(), fail)
    }

    /// Nothing happens if the task would have an address that another interface has: EC2 gives each to one.
    fn with_task(&self, judged: Story, n: u8, task: &OneTask) -> Story {
        let address = ADDRESSES[task.address];
        if matches!(task.life, Life::Running | Life::Pending | Life::Leaving | Life::Unseen)
            && is_taken(&judged, address)
        {
            return judged;
        }
        let mut judged = match SERVICES.get(task.service) {
            Some(path) => of(judged, path).task(n),
            None => judged.standalone(n),
        };
        if let Some(service) = self.services.get(task.service) {
            judged = started(judged, n, task, service);
        }
        judged.the_task().started_at = task.minutes.map(names::minutes_ago);
        judged = judged.at(address).in_subnet(if address.starts_with("10.0.9") { "shared" } else { "a" });
        if let Some(service) = self.services.get(task.service).filter(|_| task.registered) {
            for (group, port) in &service.entries {
                judged = with_target(judged, GROUPS[*group], &format!("{address}:{}", PORTS[*port]), "healthy");
            }
        }
        living(judged, task.life)
    }
}

/// What follows is about this service.
fn of(judged: Story, path: &str) -> Story {
    let (cluster, name) = path.split_once('/').expect("CLUSTER/NAME");
    judged.cluster(cluster).service(name)
}

fn serving(judged: Story, entries: &[(usize, usize)]) -> Story {
    entries.iter().fold(judged, |judged, (group, port)| judged.on(GROUPS[*group], PORTS[*port]))
}

fn shaped(judged: Story, service: &OneService) -> Story {
    match service.shape {
        Shape::Rolling | Shape::Gone => judged,
        Shape::InFlight => judged.rolling(),
        // What the older deployment serves through may be gone from the service.
        Shape::InFlightAsToldByRevisions => {
            judged.revision("r7", &[]).rolling().whose(|service| service.load_balancers.truncate(1))
        }
        Shape::TaskSets => {
            let entries: Vec<_> = service.entries.iter().map(|(group, port)| (GROUPS[*group], PORTS[*port])).collect();
            let (odd, even) = entries.split_at(entries.len() / 2);
            let judged = judged.deployed_by(DeploymentController::External);
            let judged = judged.task_set("ecs-svc/odd", TaskSetStatus::Primary, odd);
            if even.is_empty() { judged } else { judged.task_set("ecs-svc/even", TaskSetStatus::Active, even) }
        }
        Shape::AtRestInTheAlternate => judged.shifting(Strategy::BlueGreen, GROUPS[1]).revision("r7", &GROUPS[1..]),
        Shape::Shifting => {
            judged.shifting(Strategy::Canary, GROUPS[0]).revision("r6", &GROUPS[..1]).revision("r7", &GROUPS[1..])
        }
        Shape::Draining => judged.whose(|service| service.status = ServiceStatus::Draining),
        Shape::OfTomorrow => judged.whose(|service| service.strategy = Strategy::Other("WAVE".to_owned())),
    }
}

fn started(judged: Story, n: u8, task: &OneTask, service: &OneService) -> Story {
    if !task.of_primary {
        judged.started_by("ecs-svc/older")
    } else if service.shape == Shape::TaskSets {
        judged.started_by(if n.is_multiple_of(2) { "ecs-svc/even" } else { "ecs-svc/odd" })
    } else {
        judged
    }
}

fn living(mut judged: Story, life: Life) -> Story {
    match life {
        Life::Running => judged,
        Life::Pending => judged.is(TaskStatus::Pending, TaskStatus::Running),
        Life::Leaving => judged.is(TaskStatus::Stopping, TaskStatus::Stopped),
        Life::LeftItsInterface => {
            judged.the_task().interfaces[0].network_interface = None;
            judged.is(TaskStatus::Deprovisioning, TaskStatus::Stopped)
        }
        Life::Unseen => {
            let id = judged.the_task().interfaces[0].network_interface.clone();
            judged.account.network.vanished.extend(id);
            judged
        }
        Life::Stopped => judged.stopped(),
        Life::Forgotten => judged.forgotten(),
    }
}

fn is_taken(judged: &Story, address: &str) -> bool {
    let vanished = &judged.account.network.vanished;
    let unseen = judged.account.tasks.values().flat_map(|task| &task.interfaces);
    let mut unseen = unseen.filter(|one| one.network_interface.as_ref().is_some_and(|id| vanished.contains(id)));
    if unseen.any(|one| one.addresses.contains(&names::ip(address))) {
        return true;
    }
    judged.account.interfaces().iter().any(|one| one.has(names::ip(address)))
}

/// A group has a target once.
fn with_target(judged: Story, group: &str, target: &str, state: &str) -> Story {
    let mut there = judged.account.health.get(&names::group(group)).into_iter().flatten();
    if there.any(|one| one.target == names::target(target)) {
        return judged;
    }
    let judged = judged.target(group, target);
    match state {
        "unused" => judged.state("unused", Some("Target.NotInUse")),
        "gone" => judged.state("unused", Some("Target.NotRegistered")),
        other => judged.state(other, None),
    }
}

/// And the ledger has one record of it.
fn with_record(judged: Story, record: &OneRecord) -> Story {
    let (group, target) = (GROUPS[record.group], format!("{}:{}", ADDRESSES[record.address], PORTS[record.port]));
    let mut there = judged.account.records.get(&names::group(group)).into_iter().flatten();
    if there.any(|one| one.target == names::target(&target)) {
        return judged;
    }
    let judged = of(judged, SERVICES[record.service]).recorded(group, &target, record.task);
    match record.past {
        Past::Fresh => judged,
        Past::Ended(minutes) => judged.ended(minutes),
        Past::Expired => judged.expired(),
    }
}
