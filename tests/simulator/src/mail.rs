//! EventBridge and SQS: messages that come late, twice, in another order, days later, or not at all.

use model::ecs::Task;
use model::id::TaskArn;

use crate::time::{HOUR, MINUTE, Moment, SECOND};
use crate::world::{Due, Sim, Stage};

/// A function has so long.
pub(crate) const FUNCTION_TIMEOUT: Moment = 60 * SECOND;

/// Six times that: a message taken by a function that died comes back.
const VISIBILITY: Moment = 6 * FUNCTION_TIMEOUT;

/// After so many receives a message is put aside.
const MAX_RECEIVES: u32 = 6;

/// How long messages are gathered before a function gets them.
const BATCHING: Moment = 5 * SECOND;

/// Messages in one batch.
const BATCH: usize = 10;

/// Which function a message is for. Each has a queue of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Registrar,
    Guard,
}

impl Role {
    pub(crate) const ALL: [Self; 2] = [Self::Registrar, Self::Guard];
}

/// A message in a queue.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: u32,
    pub(crate) role: Role,
    pub(crate) body: String,
    /// The task whose event it is.
    pub(crate) task: Option<TaskArn>,
    visible_at: Moment,
    receives: u32,
}

/// The queues, and what became of their messages.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    messages: Vec<Message>,
    sent: u32,
    /// Messages put aside after too many receives.
    pub(crate) dead: Vec<Message>,
    /// Events the registrar has taken care of: of which task, taken when.
    pub(crate) handled: Vec<(TaskArn, Moment)>,
    /// When somebody looks next.
    polled_at: Option<Moment>,
    /// Functions that run: registrars, and guards.
    pub(crate) running: [usize; 2],
}

impl Sim {
    /// Leaves a message that can be received after a wait.
    pub(crate) fn send(&mut self, role: Role, body: String, task: Option<TaskArn>, wait: Moment) {
        self.mail.sent += 1;
        let visible_at = self.now + wait;
        self.mail.messages.push(Message { id: self.mail.sent, role, body, task, visible_at, receives: 0 });
        self.poll_at(visible_at + BATCHING);
    }

    fn poll_at(&mut self, moment: Moment) {
        if self.mail.polled_at.is_none_or(|at| moment < at || at < self.now) {
            self.mail.polled_at = Some(moment);
            self.at(moment, Due::Poll);
        }
    }

    /// A batch for a function, if there is one and a function is free.
    pub(crate) fn receive(&mut self, role: Role) -> Vec<Message> {
        let now = self.now;
        let mut batch = Vec::new();
        if self.is_free(role) {
            let mut kept = Vec::new();
            for mut message in std::mem::take(&mut self.mail.messages) {
                if message.role == role && message.visible_at <= now && batch.len() < BATCH {
                    message.receives += 1;
                    if message.receives > MAX_RECEIVES {
                        self.tell(|| format!("message {} is put aside: it failed too often", message.id));
                        self.mail.dead.push(message);
                        continue;
                    }
                    message.visible_at = now + VISIBILITY;
                    batch.push(message.clone());
                }
                kept.push(message);
            }
            self.mail.messages = kept;
        }
        batch
    }

    /// When somebody looks next. A function that ends looks again anyway.
    pub(crate) fn poll_again(&mut self) {
        self.mail.polled_at = None;
        let waiting = self.mail.messages.iter().filter(|message| self.is_free(message.role));
        if let Some(next) = waiting.map(|message| message.visible_at).min() {
            self.poll_at(next.max(self.now) + BATCHING);
        }
    }

    fn is_free(&self, role: Role) -> bool {
        self.mail.running[role as usize] < self.setting.functions
    }

    /// A function is done with its batch: what didn't fail is gone, perhaps to be delivered once more much later.
    pub(crate) fn settle(&mut self, batch: &[Message], failed: &[String], took: Moment) {
        let now = self.now;
        for message in batch {
            let has_failed = failed.contains(&message.id.to_string());
            let Some(index) = self.mail.messages.iter().position(|one| one.id == message.id) else { continue };
            if has_failed {
                self.mail.messages[index].visible_at = now + VISIBILITY;
                continue;
            }
            let done = self.mail.messages.remove(index);
            if self.bad_luck(self.setting.unreliable / 4) {
                let wait = [MINUTE, 20 * MINUTE, 3 * HOUR, 7 * 24 * HOUR][self.luck() as usize % 4];
                self.tell(|| format!("message {} will be delivered once more", done.id));
                self.send(done.role, done.body.clone(), done.task.clone(), wait);
            }
            if done.role == Role::Registrar {
                self.mail.handled.extend(done.task.map(|task| (task, took)));
            }
        }
        self.poll_at(now + SECOND);
    }

    /// Are there messages still to come within this time?
    pub(crate) fn has_mail(&self, within: Moment) -> bool {
        self.mail.running != [0, 0] || self.mail.messages.iter().any(|message| message.visible_at <= self.now + within)
    }
}

impl Stage<'_> {
    /// EventBridge tells of a task's state, as it is now.
    pub(crate) fn tell_task(&mut self, arn: &TaskArn) {
        let Some(task) = self.aws.tasks.get(arn) else { return };
        let details: Vec<String> = task
            .addresses()
            .filter(|ip| ip.is_ipv4())
            .map(|ip| format!(r#"{{"name":"privateIPv4Address","value":"{ip}"}}"#))
            .collect();
        let v6 = task.addresses().find(|ip| ip.is_ipv6());
        let v6 = v6.map(|ip| format!(r#"{{"networkInterfaces":[{{"ipv6Address":"{ip}"}}]}}"#)).unwrap_or_default();
        let body = format!(
            r#"{{"detail-type":"ECS Task State Change","source":"aws.ecs","account":"{}","region":"{}","detail":{{"taskArn":"{arn}","clusterArn":"{}","lastStatus":"{}","desiredStatus":"{}","version":{},"group":"{}","attachments":[{{"type":"eni","details":[{}]}}],"containers":[{v6}]}}}}"#,
            crate::names::ACCOUNT,
            crate::names::REGION,
            task.cluster,
            task.last_status,
            task.desired_status,
            task.version.unwrap_or(0),
            task.group.as_deref().unwrap_or_default(),
            details.join(","),
        );
        let told = task.clone();
        for role in Role::ALL {
            self.deliver(role, arn, &told, &body);
        }
    }

    /// Each function's rule delivers, or doesn't, on its own.
    fn deliver(&mut self, role: Role, arn: &TaskArn, told: &Task, body: &str) {
        let unreliable = self.sim.setting.unreliable;
        if self.sim.bad_luck(unreliable) {
            self.sim.tell(|| format!("the event of {} for the {role:?} is lost", arn.id()));
            if role == Role::Registrar {
                self.sim.ecs.untold.insert(arn.clone());
            }
            return;
        }
        self.sim.ecs.told.insert(arn.clone(), told.clone());
        let wait =
            if self.sim.bad_luck(unreliable) { self.sim.wait(MINUTE, 3 * HOUR) } else { self.sim.wait(500, 3000) };
        self.sim.send(role, body.to_owned(), Some(arn.clone()), wait);
        if self.sim.bad_luck(unreliable) {
            let wait = self.sim.wait(0, 10 * MINUTE);
            self.sim.send(role, body.to_owned(), Some(arn.clone()), wait);
        }
    }
}
