//! The account with everybody who acts in it.

use std::collections::BTreeSet;
use std::sync::Mutex;

use aws::memory::MemoryAccount;
use futures::join;
use jiff::SignedDuration;
use model::ecs::TaskProtection;
use model::elb::{Target, TargetHealth, TargetState};
use model::policy::Policy;
use model::scope::Scope;
use pipeline::ports::Clock as _;
use pipeline::{Assignment, EnvironmentParts, PassOutcome, pass};

use crate::account::{SERVICES, a_target_group, account, groups, groups_of, is_right, serving};
use crate::ecs;
use crate::promises::{Deeds, Limits};
use crate::slow::{LookHistory, SlowLedger, StoryClock};

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Happening {
    /// A pass over everything, with the looks that are due.
    Sweep,
    /// Two of them side by side.
    TwoSweeps,
    /// So many seconds.
    TimePasses(i64),
    /// ECS moves on a little.
    EcsWorks,
    /// A tool deploys the service with its old groups.
    ToolPutsBack(usize),
    /// Somebody takes the required group off a task's interface.
    InterfaceChanged(usize, usize),
    /// A task protects itself.
    TaskProtected(usize, usize),
}

/// The account with everybody who acts in it.
pub(crate) struct World {
    memory: MemoryAccount,
    ledger: SlowLedger,
    looks: LookHistory,
    clock: StoryClock,
    policy: Policy,
    limits: Limits,
    /// How long passes may take, if they are short of time.
    time: Option<SignedDuration>,
    deeds: Mutex<Deeds>,
    number: Mutex<usize>,
}

impl World {
    pub(crate) fn new(
        max_stops: u32,
        max_updates: u32,
        minutes: u32,
        percent: u32,
        interfaces_refused: bool,
        declared: bool,
    ) -> Self {
        let policy = format!(
            "[security_groups]\nmode = \"repair\"\nrequired = [\"sg-base\"]\nmax_stops = {max_stops}\n\
             max_updates = {max_updates}\nwindow = \"{minutes}m\"\n\
             repair_with = [\"modify-network-interface\", \"update-service\", \"stop-task\"]"
        );
        let now = "2026-03-01T12:00:00Z".parse().expect("it parses");
        Self {
            memory: MemoryAccount::new(account(percent, interfaces_refused, declared, now)),
            ledger: SlowLedger::default(),
            looks: LookHistory::default(),
            clock: StoryClock(Mutex::new(now)),
            policy: Policy::parse(&policy, &[]).expect("a policy"),
            limits: Limits { max_stops, max_updates, window: SignedDuration::from_mins(minutes.into()) },
            time: None,
            deeds: Mutex::default(),
            number: Mutex::new(0),
        }
    }

    /// The same with passes that may take so long.
    pub(crate) fn with_time(self, time: SignedDuration) -> Self {
        Self { time: Some(time), ..self }
    }

    /// Lets it happen. The error is the promise that was broken.
    pub(crate) fn happens(&self, happening: Happening) -> Result<(), String> {
        *self.number.lock().expect("nobody panicked") += 1;
        let number = *self.number.lock().expect("nobody panicked");
        match happening {
            Happening::Sweep => return self.passes(false),
            Happening::TwoSweeps => return self.passes(true),
            Happening::TimePasses(seconds) => {
                let mut now = self.clock.0.lock().expect("nobody panicked");
                *now += SignedDuration::from_secs(seconds);
            }
            Happening::EcsWorks => ecs::works(&mut self.memory.world(), number, self.clock.now()),
            Happening::ToolPutsBack(nth) => {
                ecs::put_back(&mut self.memory.world(), nth, number);
                let mut deeds = self.deeds.lock().expect("nobody panicked");
                if deeds.updates.iter().any(|(_, updated)| *updated == nth) {
                    deeds.put_back.push(nth);
                }
            }
            Happening::InterfaceChanged(nth, task) => {
                let mut world = self.memory.world();
                let id = serving(&world, nth).get(task).and_then(|task| task.interfaces[0].network_interface.clone());
                let interface = world.interfaces.iter_mut().find(|one| Some(&one.id) == id.as_ref());
                interface.into_iter().for_each(|one| one.security_groups = groups(false));
            }
            Happening::TaskProtected(nth, task) => {
                let mut world = self.memory.world();
                let arn = serving(&world, nth).get(task).map(|task| task.arn.clone());
                let protection = TaskProtection { enabled: true, until: None };
                world.task_protection.extend(arn.map(|arn| (arn, protection)));
            }
        }
        Ok(())
    }

    /// ECS has registered what serves of a service.
    pub(crate) fn serve(&self, nth: usize) {
        let mut world = self.memory.world();
        let addresses: Vec<_> =
            serving(&world, nth).iter().flat_map(|task| task.interfaces[0].addresses.clone()).collect();
        let target = |ip| {
            let target = Target { ip, port: 8080 };
            (target, TargetHealth::new(target, TargetState::Healthy, None))
        };
        let group = a_target_group();
        let targets = addresses.into_iter().map(target).collect();
        world.targets.insert(group.arn.clone(), targets);
        world.target_groups.insert(group.arn.clone(), group);
    }

    pub(crate) fn nobody_is_protected(&self) {
        self.memory.world().task_protection.clear();
    }

    /// How often passes changed anything.
    pub(crate) fn changes(&self) -> usize {
        self.stops() + self.updates()
    }

    pub(crate) fn stops(&self) -> usize {
        self.deeds.lock().expect("nobody panicked").stops.len()
    }

    pub(crate) fn updates(&self) -> usize {
        self.deeds.lock().expect("nobody panicked").updates.len()
    }

    pub(crate) fn updates_of(&self, nth: usize) -> usize {
        self.deeds.lock().expect("nobody panicked").updates.iter().filter(|(_, updated)| *updated == nth).count()
    }

    /// How many serving tasks lack the required group. One that was started after a stop of its service isn't counted: that
    /// it lacks the group again looks as if stopping were no use, whoever took it off.
    pub(crate) fn wrong(&self) -> usize {
        let (world, deeds) = (self.memory.world(), self.deeds.lock().expect("nobody panicked"));
        let of_service = |nth: usize| {
            let last_stop = deeds.stops.iter().filter(|(_, of, _)| *of == nth).map(|(at, ..)| *at).max();
            let counts =
                serving(&world, nth).into_iter().filter(move |task| task.started_at <= last_stop.or(task.started_at));
            counts.filter(|task| !is_right(&groups_of(&world, task).into_iter().collect::<Vec<_>>())).count()
        };
        (0..SERVICES.len()).map(of_service).sum()
    }

    fn passes(&self, two: bool) -> Result<(), String> {
        // ECS doesn't move while passes run; its counts are those of the moment.
        (0..SERVICES.len()).for_each(|nth| ecs::count(&mut self.memory.world(), nth));
        let before = self.memory.world().clone();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let outcomes = runtime.block_on(async {
            if two {
                let (one, other) = join!(self.pass(), self.pass());
                vec![one, other]
            } else {
                vec![self.pass().await]
            }
        });
        let after = self.memory.world().clone();
        let mut deeds = self.deeds.lock().expect("nobody panicked");
        let (updates, stops) = (deeds.updates.len(), deeds.stops.len());
        deeds.add(&before, &after, self.clock.now(), self.limits)?;
        deeds.are_reported(updates, stops, &outcomes)
    }

    async fn pass(&self) -> PassOutcome {
        let now = self.clock.now();
        let mut looks = pipeline::LookHistory::default();
        for look in self.looks.due(now) {
            looks.first.extend(look.suspicions);
        }
        let assignment = Assignment {
            account: "111122223333".parse().expect("it parses"),
            region: "eu-central-1".parse().expect("it parses"),
            scope: Scope { everything: true, ..Scope::default() },
            policy: &self.policy,
            rules: BTreeSet::from(["security-group-missing", "security-group-forbidden"]),
            looks,
            deadline: self.time.map(|time| now + time),
        };
        let ports = EnvironmentParts {
            account: &self.memory,
            ledger: Some(&self.ledger),
            queue: Some(&self.looks),
            clock: &self.clock,
        };
        pass(&ports, &assignment).await
    }
}
