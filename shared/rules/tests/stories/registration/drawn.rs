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
        let mut told = GROUPS.iter().fold(story(), |told, group| told.group(group));
        for (path, service) in SERVICES.iter().zip(&self.services) {
            told = shaped(serving(of(told, path), &service.entries), service);
        }
        for (service, port) in &self.mapped_before {
            told = of(told, SERVICES[*service]).maps(6, PORTS[*port]);
        }
        for (n, task) in (1..).zip(&self.tasks) {
            told = self.with_task(told, n, task);
        }
        for address in self.things.iter().map(|address| ADDRESSES[*address]) {
            if !is_taken(&told, address) {
                told = told.thing("interface", address);
            }
        }
        for one in &self.targets {
            let target = format!("{}:{}", ADDRESSES[one.address], PORTS[one.port]);
            told = with_target(told, GROUPS[one.group], &target, one.state);
        }
        told = self.records.iter().fold(told, with_record);
        for (path, service) in SERVICES.iter().zip(&self.services) {
            if service.shape == Shape::Gone {
                told.account.services.remove(&names::service(path));
            }
        }
        let managed = if self.exclusive { "exclusive" } else { "shared" };
        let excluded = if self.excluded { format!("{:?}", format!("{EXCLUDED}/32")) } else { String::new() };
        told.policy(&format!("[registration]\nmanaged = {managed:?}\nexclude_targets = [{excluded}]"))
    }

    /// The same story with some of what it asks unread.
    pub(crate) fn with_failures(&self, told: &Story) -> Story {
        let asked: Vec<Question> = told.look().asked().into_iter().collect();
        let fail = |told: Story, drawn: &usize| told.unread(asked[drawn * asked.len() / DRAWN_OF].clone());
        self.unread.iter().fold(told.clone(), fail)
    }

    /// Nothing happens if the task would have an address that another interface has: EC2 gives each to one.
    fn with_task(&self, told: Story, n: u8, task: &OneTask) -> Story {
        let address = ADDRESSES[task.address];
        if matches!(task.life, Life::Running | Life::Pending | Life::Leaving) && is_taken(&told, address) {
            return told;
        }
        let mut told = match SERVICES.get(task.service) {
            Some(path) => of(told, path).task(n),
            None => told.standalone(n),
        };
        if let Some(service) = self.services.get(task.service) {
            told = started(told, n, task, service);
        }
        told.the_task().started_at = task.minutes.map(names::minutes_ago);
        told = told.at(address).in_subnet(if address.starts_with("10.0.9") { "shared" } else { "a" });
        if let Some(service) = self.services.get(task.service).filter(|_| task.registered) {
            for (group, port) in &service.entries {
                told = with_target(told, GROUPS[*group], &format!("{address}:{}", PORTS[*port]), "healthy");
            }
        }
        living(told, task.life)
    }
}

/// What follows is about this service.
fn of(told: Story, path: &str) -> Story {
    let (cluster, name) = path.split_once('/').expect("CLUSTER/NAME");
    told.cluster(cluster).service(name)
}

fn serving(told: Story, entries: &[(usize, usize)]) -> Story {
    entries.iter().fold(told, |told, (group, port)| told.on(GROUPS[*group], PORTS[*port]))
}

fn shaped(told: Story, service: &OneService) -> Story {
    match service.shape {
        Shape::Rolling | Shape::Gone => told,
        Shape::InFlight => told.rolling(),
        // What the older deployment serves through may be gone from the service.
        Shape::InFlightAsToldByRevisions => {
            told.revision("r7", &[]).rolling().whose(|service| service.load_balancers.truncate(1))
        }
        Shape::TaskSets => {
            let entries: Vec<_> = service.entries.iter().map(|(group, port)| (GROUPS[*group], PORTS[*port])).collect();
            let (odd, even) = entries.split_at(entries.len() / 2);
            let told = told.deployed_by(DeploymentController::External);
            let told = told.task_set("ecs-svc/odd", TaskSetStatus::Primary, odd);
            if even.is_empty() { told } else { told.task_set("ecs-svc/even", TaskSetStatus::Active, even) }
        }
        Shape::AtRestInTheAlternate => told.shifting(Strategy::BlueGreen, GROUPS[1]).revision("r7", &GROUPS[1..]),
        Shape::Shifting => {
            told.shifting(Strategy::Canary, GROUPS[0]).revision("r6", &GROUPS[..1]).revision("r7", &GROUPS[1..])
        }
        Shape::Draining => told.whose(|service| service.status = ServiceStatus::Draining),
        Shape::OfTomorrow => told.whose(|service| service.strategy = Strategy::Other("WAVE".to_owned())),
    }
}

fn started(told: Story, n: u8, task: &OneTask, service: &OneService) -> Story {
    if !task.of_primary {
        told.started_by("ecs-svc/older")
    } else if service.shape == Shape::TaskSets {
        told.started_by(if n.is_multiple_of(2) { "ecs-svc/even" } else { "ecs-svc/odd" })
    } else {
        told
    }
}

fn living(mut told: Story, life: Life) -> Story {
    match life {
        Life::Running => told,
        Life::Pending => told.is(TaskStatus::Pending, TaskStatus::Running),
        Life::Leaving => told.is(TaskStatus::Stopping, TaskStatus::Stopped),
        Life::LeftItsInterface => {
            told.the_task().interfaces[0].network_interface = None;
            told.is(TaskStatus::Deprovisioning, TaskStatus::Stopped)
        }
        Life::Stopped => told.stopped(),
        Life::Forgotten => told.forgotten(),
    }
}

fn is_taken(told: &Story, address: &str) -> bool {
    told.account.interfaces().iter().any(|one| one.has(names::ip(address)))
}

/// A group has a target once.
fn with_target(told: Story, group: &str, target: &str, state: &str) -> Story {
    let mut there = told.account.health.get(&names::group(group)).into_iter().flatten();
    if there.any(|one| one.target == names::target(target)) {
        return told;
    }
    let told = told.target(group, target);
    match state {
        "unused" => told.state("unused", Some("Target.NotInUse")),
        "gone" => told.state("unused", Some("Target.NotRegistered")),
        other => told.state(other, None),
    }
}

/// And the ledger has one record of it.
fn with_record(told: Story, record: &OneRecord) -> Story {
    let (group, target) = (GROUPS[record.group], format!("{}:{}", ADDRESSES[record.address], PORTS[record.port]));
    let mut there = told.account.records.get(&names::group(group)).into_iter().flatten();
    if there.any(|one| one.target == names::target(&target)) {
        return told;
    }
    let told = of(told, SERVICES[record.service]).recorded(group, &target, record.task);
    match record.past {
        Past::Fresh => told,
        Past::Ended(minutes) => told.ended(minutes),
        Past::Expired => told.expired(),
    }
}
