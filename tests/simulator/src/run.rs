//! A simulation from its beginning to its end: one thread, one event after the other.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use ledger::memory::MemoryLedger;

use crate::choices::Choices;
use crate::function::{Deployed, Running};
use crate::happenings::set_pause;
use crate::invariants::{self, Violation};
use crate::mail::{FUNCTION_TIMEOUT, Message, Role};
use crate::planted::Bug;
use crate::record::{EVER, Holdable, Span};
use crate::remembered;
use crate::setup;
use crate::time::{HOUR, MINUTE, Moment, SECOND};
use crate::world::{Actor, Due, World};

/// How a simulation is run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// A bug planted in it.
    pub bug: Option<Bug>,
    /// Invariants that aren't checked.
    pub without: &'static [&'static str],
    /// Whether the story is told.
    pub telling: bool,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The first invariant that didn't hold.
    pub violation: Option<Violation>,
    /// What happened, in words.
    pub story: Vec<String>,
    /// How often chance was asked.
    pub drawn: u32,
    /// How many invocations there were, and how many changes they made.
    pub invocations: u32,
    /// Changes that functions made.
    pub changes: usize,
    /// What functions did about security groups.
    pub group_repairs: usize,
}

/// Runs a simulation.
#[must_use]
pub fn run(choices: &Arc<Choices>, options: Options) -> Outcome {
    let world = setup::begin(choices, options.telling);
    world.sim().without = options.without;
    let deployed = Deployed { ledger: Arc::new(MemoryLedger::new()), bug: options.bug, world };
    let mut stage = Theatre { deployed, running: BTreeMap::new(), actors: 0 };
    stage.play();
    let mut sim = stage.deployed.world.sim();
    Outcome {
        violation: sim.violations.first().cloned(),
        story: sim.take_story(),
        drawn: sim.drawn(),
        invocations: stage.actors,
        changes: sim.record.changes.len(),
        group_repairs: sim.record.group_repairs.len(),
    }
}

struct Theatre {
    deployed: Deployed,
    running: BTreeMap<Actor, Invocation>,
    actors: Actor,
}

struct Invocation {
    role: Role,
    future: Running,
    flag: Arc<Flag>,
    batch: Vec<Message>,
    began: Moment,
}

/// Raised when an invocation can go on.
#[derive(Debug, Default)]
struct Flag(AtomicBool);

impl Flag {
    fn raised() -> Arc<Self> {
        Arc::new(Self(AtomicBool::new(true)))
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Theatre {
    fn play(&mut self) {
        let world = Arc::clone(&self.deployed.world);
        loop {
            let due = world.sim().next();
            let Some(due) = due else { return };
            if self.happens(&world, due) || !world.sim().violations.is_empty() {
                return;
            }
            self.go_on(&world);
        }
    }

    /// Is it over?
    fn happens(&mut self, world: &Arc<World>, due: Due) -> bool {
        match due {
            Due::Wake(waker) => waker.wake(),
            Due::Task(arn) => world.stage(|stage| stage.advance(&arn)),
            Due::Service(id) => world.stage(|stage| stage.reconcile(&id)),
            Due::Target(task, group, target, registers) => {
                world.stage(|stage| stage.ecs_changes(&task, &group, target, registers));
            }
            Due::Stop(task) => world.stage(|stage| stage.stop(&task)),
            Due::Interface(task) => world.stage(|stage| stage.lose_interface(&task)),
            Due::Script(task, group, target, registers) => {
                world.stage(|stage| stage.script_changes(&task, &group, target, registers));
            }
            Due::Health(group, target, since) => world.stage(|stage| stage.settle_health(&group, target, since)),
            Due::PutBack(group, target) => {
                world.stage(|stage| stage.register(&group, target, crate::record::Writer::Person));
            }
            Due::Happening(index) => self.happening(world, index),
            Due::Poll => self.poll(world),
            Due::CutOff(actor) => self.end(world, actor, None),
            Due::Stage => return self.next_act(world),
        }
        false
    }

    fn happening(&self, world: &Arc<World>, index: usize) {
        let happening = world.sim().happening(index);
        let Some(happening) = happening else {
            world.sim().after(10 * MINUTE, Due::Stage);
            return;
        };
        world.stage(|stage| stage.happen(happening));
        let mut sim = world.sim();
        let now = sim.now;
        if let Some(on) = sim.pause_wanted.take() {
            set_pause(&self.deployed.ledger, on, now);
        }
        sim.after(happening.gap(), Due::Happening(index + 1));
    }

    fn poll(&mut self, world: &Arc<World>) {
        for role in Role::ALL {
            let batch = world.sim().receive(role);
            if !batch.is_empty() {
                self.begin(world, role, batch);
            }
        }
        world.sim().poll_again();
    }

    fn begin(&mut self, world: &Arc<World>, role: Role, batch: Vec<Message>) {
        self.actors += 1;
        let actor = self.actors;
        let began = {
            let mut sim = world.sim();
            sim.mail.running[role as usize] += 1;
            sim.after(FUNCTION_TIMEOUT, Due::CutOff(actor));
            sim.tell(|| format!("function {actor}, a {role:?}, begins with {} messages", batch.len()));
            sim.now
        };
        let future = self.deployed.invoke(role, actor, &batch);
        self.running.insert(actor, Invocation { role, future, flag: Flag::raised(), batch, began });
    }

    /// Begins an audit of all there is, from memory where that may be.
    fn audit(&mut self, world: &Arc<World>, remembers: bool) {
        self.actors += 1;
        let role = Role::Registrar;
        let began = {
            let mut sim = world.sim();
            sim.mail.running[role as usize] += 1;
            sim.tell(|| "an audit begins".to_owned());
            sim.now
        };
        let future = self.deployed.audit(self.actors, remembers);
        self.running.insert(self.actors, Invocation { role, future, flag: Flag::raised(), batch: Vec::new(), began });
    }

    /// Polls every invocation that can go on.
    fn go_on(&mut self, world: &Arc<World>) {
        let ready = self.running.iter().filter(|(_, one)| one.flag.0.swap(false, Ordering::Relaxed));
        let ready: Vec<Actor> = ready.map(|(actor, _)| *actor).collect();
        for actor in ready {
            let Some(one) = self.running.get_mut(&actor) else { continue };
            let waker = Waker::from(Arc::clone(&one.flag));
            let poll = one.future.as_mut().poll(&mut Context::from_waker(&waker));
            if let Poll::Ready(failed) = poll {
                self.end(world, actor, Some(failed));
            }
        }
        let dead = std::mem::take(&mut world.sim().dead);
        for actor in dead {
            self.end(world, actor, None);
        }
    }

    /// An invocation is over: answered, or dead.
    fn end(&mut self, world: &Arc<World>, actor: Actor, answer: Option<Option<Vec<String>>>) {
        let Entry::Occupied(entry) = self.running.entry(actor) else { return };
        let Invocation { role, batch, began, .. } = entry.remove();
        let mut sim = world.sim();
        sim.mail.running[role as usize] -= 1;
        let failed = match answer {
            Some(Some(failed)) => failed,
            Some(None) | None => {
                sim.tell(|| format!("function {actor} dies"));
                batch.iter().map(|message| message.id.to_string()).collect()
            }
        };
        if !failed.is_empty() {
            sim.tell(|| format!("function {actor} ends, messages {} failed", failed.join(", ")));
        }
        sim.settle(&batch, &failed, began);
    }

    /// Goes on to the next act; is it over?
    fn next_act(&mut self, world: &Arc<World>) -> bool {
        let mut sim = world.sim();
        let now = sim.now;
        match sim.act {
            // The account is set up; it is looked at once before anything goes wrong.
            0 => {
                sim.act = 1;
                sim.sweep();
                sim.quiet_sweeps.push(Span { from: now, to: now + SECOND });
                sim.after(SECOND - 1, Due::Stage);
            }
            1 => {
                sim.act = 2;
                sim.calm = false;
            }
            // The faults stop.
            2 => {
                sim.act = 3;
                sim.calm = true;
                sim.outage = -1;
                sim.denied.clear();
                // What was hidden until now stays on record: a second look may still be to come.
                let now = sim.now;
                sim.hidden.values_mut().for_each(|until| *until = (*until).min(now - 1));
                sim.ecs.crashing.clear();
                sim.ecs.forgets = [0, 0];
                sim.tell(|| "nothing goes wrong any more".to_owned());
                drop(sim);
                self.let_go(world);
                world.sim().after(40 * MINUTE, Due::Stage);
            }
            // Every message is handled.
            3 if sim.has_mail(4 * HOUR) => sim.after(10 * MINUTE, Due::Stage),
            3 => {
                sim.act = 4;
                drop(sim);
                world.stage(invariants::on_quiet);
                let mut sim = world.sim();
                sim.sweep();
                sim.sweeps = 1;
                sim.busy = None;
                sim.after(20 * MINUTE, Due::Stage);
            }
            4 if sim.has_mail(HOUR) => sim.after(5 * MINUTE, Due::Stage),
            4 if sim.busy.is_some() && sim.sweeps < 40 => {
                sim.busy = None;
                sim.sweeps += 1;
                sim.sweep();
                let wait = sim.setting.window.max(sim.setting.guard.window) + 10 * MINUTE;
                sim.after(wait, Due::Stage);
            }
            4 => {
                sim.act = 5;
                sim.after(30 * MINUTE, Due::Stage);
                drop(sim);
                world.stage(remembered::set_attributes);
                self.audit(world, false);
            }
            5 => {
                sim.act = 6;
                remembered::misremember(&mut sim);
                sim.after(30 * MINUTE, Due::Stage);
                drop(sim);
                self.audit(world, true);
            }
            _ => {
                drop(sim);
                world.stage(invariants::at_rest);
                return true;
            }
        }
        false
    }

    /// People let go of everything they hold.
    fn let_go(&self, world: &Arc<World>) {
        let held: Vec<Holdable> = {
            let sim = world.sim();
            let open = sim.record.holds.iter().filter(|(span, _)| span.to == EVER);
            open.map(|(_, what)| what.clone()).collect()
        };
        world.stage(|stage| held.into_iter().for_each(|what| stage.hold(what)));
        let now = world.sim().now;
        set_pause(&self.deployed.ledger, false, now);
    }
}
