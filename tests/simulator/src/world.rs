//! The world: what AWS has, and what only the simulation knows of it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use aws::memory::MemoryAccount;
use model::elb::Target;
use model::id::{NetworkInterfaceId, TargetGroupArn, TaskArn};
use model::observation::{Question, Remembered};
use model::scope::ServiceId;
use pipeline::PassOutcome;

use crate::choices::Choices;
use crate::ecs::Ecs;
use crate::invariants::Violation;
use crate::mail::Mail;
use crate::record::{Record, Span};
use crate::setting::Setting;
use crate::time::Moment;

/// A function that runs, by number.
pub(crate) type Actor = u32;

/// The world. One thread only ever holds its locks.
#[derive(Debug)]
pub(crate) struct World {
    /// What AWS has.
    pub(crate) memory: MemoryAccount,
    sim: Mutex<Sim>,
}

/// What only the simulation knows.
#[derive(Debug)]
pub(crate) struct Sim {
    pub(crate) now: Moment,
    agenda: BinaryHeap<Reverse<(Moment, u64)>>,
    due: BTreeMap<u64, Due>,
    sequence: u64,
    choices: Arc<Choices>,
    drawn: u32,
    /// Nothing goes wrong any more.
    pub(crate) calm: bool,
    pub(crate) setting: Setting,
    pub(crate) ecs: Ecs,
    pub(crate) mail: Mail,
    pub(crate) record: Record,
    /// Operations that are denied, until when.
    pub(crate) denied: BTreeMap<&'static str, Moment>,
    /// Interfaces that EC2's answers leave out, until when.
    pub(crate) hidden: BTreeMap<NetworkInterfaceId, Moment>,
    /// Every call fails until then.
    pub(crate) outage: Moment,
    /// What AWS said no to for good: then the message is done, and the sweep comes back to it.
    pub(crate) denied_once: BTreeSet<&'static str>,
    /// Functions that died.
    pub(crate) dead: Vec<Actor>,
    pub(crate) violations: Vec<Violation>,
    /// The invariants that aren't checked.
    pub(crate) without: &'static [&'static str],
    /// What a pass had to do since the last sweep began.
    pub(crate) busy: Option<String>,
    /// What the audit found at the end.
    pub(crate) audited: Option<PassOutcome>,
    /// What the sweep found after it, which remembers.
    pub(crate) swept: Option<PassOutcome>,
    /// What the sweep remembers.
    pub(crate) remembered: BTreeMap<Question, Remembered>,
    /// Sweeps since the faults stopped.
    pub(crate) sweeps: usize,
    /// Sweeps in quiet times, from beginning to end.
    pub(crate) quiet_sweeps: Vec<Span>,
    /// A person says, or ends, the pause.
    pub(crate) pause_wanted: Option<bool>,
    /// How far the simulation is.
    pub(crate) act: u32,
    story: Option<Vec<String>>,
}

/// Something that is to happen at a moment.
#[derive(Debug)]
pub(crate) enum Due {
    /// A future that waits is to be polled.
    Wake(Waker),
    /// A task goes on to its next state.
    Task(TaskArn),
    /// ECS looks whether a service has the tasks it wants.
    Service(ServiceId),
    /// ECS registers or deregisters a target of a task.
    Target(TaskArn, TargetGroupArn, Target, bool),
    /// ECS stops a task of a deployment that another has replaced.
    Stop(TaskArn),
    /// The interface of a task that stopped is deleted.
    Interface(TaskArn),
    /// Somebody's script registers or deregisters a target of a task.
    Script(TaskArn, TargetGroupArn, Target, bool),
    /// A target that is `initial` or `draining` since then is no longer.
    Health(TargetGroupArn, Target, Moment),
    /// An infrastructure tool puts a target back.
    PutBack(TargetGroupArn, Target),
    /// A happening of the choices.
    Happening(usize),
    /// Somebody looks whether messages can be received.
    Poll,
    /// A function is cut off.
    CutOff(Actor),
    /// The next stage of the simulation.
    Stage,
}

impl World {
    pub(crate) fn new(memory: MemoryAccount, sim: Sim) -> Self {
        Self { memory, sim: Mutex::new(sim) }
    }

    pub(crate) fn sim(&self) -> MutexGuard<'_, Sim> {
        self.sim.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Both halves, to look at and to change.
    pub(crate) fn stage<T>(&self, act: impl FnOnce(&mut Stage<'_>) -> T) -> T {
        act(&mut Stage { sim: &mut self.sim(), aws: &mut self.memory.world() })
    }
}

/// Both halves of the world, to look at and to change.
pub(crate) struct Stage<'a> {
    pub(crate) sim: &'a mut Sim,
    pub(crate) aws: &'a mut aws::memory::World,
}

impl Sim {
    pub(crate) fn new(choices: Arc<Choices>, setting: Setting, telling: bool) -> Self {
        Self {
            now: 0,
            agenda: BinaryHeap::new(),
            due: BTreeMap::new(),
            sequence: 0,
            choices,
            drawn: 0,
            calm: false,
            setting,
            ecs: Ecs::default(),
            mail: Mail::default(),
            record: Record::default(),
            denied: BTreeMap::new(),
            hidden: BTreeMap::new(),
            outage: -1,
            denied_once: BTreeSet::new(),
            dead: Vec::new(),
            violations: Vec::new(),
            without: &[],
            busy: None,
            audited: None,
            swept: None,
            remembered: BTreeMap::new(),
            sweeps: 0,
            quiet_sweeps: Vec::new(),
            pause_wanted: None,
            act: 0,
            story: telling.then(Vec::new),
        }
    }

    pub(crate) fn at(&mut self, moment: Moment, due: Due) {
        self.sequence += 1;
        self.agenda.push(Reverse((moment.max(self.now), self.sequence)));
        self.due.insert(self.sequence, due);
    }

    pub(crate) fn after(&mut self, wait: Moment, due: Due) {
        self.at(self.now + wait, due);
    }

    pub(crate) fn wake_at(&mut self, moment: Moment, waker: Waker) {
        self.at(moment, Due::Wake(waker));
    }

    /// Time goes on to whatever is next.
    pub(crate) fn next(&mut self) -> Option<Due> {
        let Reverse((moment, sequence)) = self.agenda.pop()?;
        self.now = moment;
        self.due.remove(&sequence)
    }

    /// One draw; 0 is good luck.
    pub(crate) fn luck(&mut self) -> u32 {
        self.drawn += 1;
        if self.calm { 0 } else { self.choices.luck(self.drawn) }
    }

    /// What all chance comes from.
    pub(crate) fn seed(&self) -> u64 {
        self.choices.seed
    }

    /// How many draws there were.
    pub(crate) const fn drawn(&self) -> u32 {
        self.drawn
    }

    /// Bad luck that strikes so many times in a thousand.
    pub(crate) fn bad_luck(&mut self, in_a_thousand: u32) -> bool {
        self.luck() % 1000 >= 1000 - in_a_thousand.min(1000)
    }

    /// A wait between these two; the shorter the luckier.
    pub(crate) fn wait(&mut self, least: Moment, most: Moment) -> Moment {
        least + Moment::from(self.luck()) % (most - least + 1)
    }

    pub(crate) fn happening(&self, index: usize) -> Option<crate::choices::Happening> {
        self.choices.happenings.get(index).copied()
    }

    /// Adds to the story, if one is told.
    pub(crate) fn tell(&mut self, line: impl FnOnce() -> String) {
        if let Some(story) = &mut self.story {
            story.push(format!("{} {}", clock(self.now), line()));
        }
    }

    pub(crate) fn take_story(&mut self) -> Vec<String> {
        self.story.take().unwrap_or_default()
    }
}

/// `1:02:03.004`, since the beginning.
fn clock(moment: Moment) -> String {
    let (seconds, ms) = (moment / 1000, moment % 1000);
    format!("{:>3}:{:02}:{:02}.{ms:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
