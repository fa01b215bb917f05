//! No target is removed that an eligible live task owned when its owner was last read.

use crate::invariants::{Check, Invariant};
use crate::names;
use crate::record::{Change, Reads, Span};
use crate::time::Moment;
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "owner", check: Check::Change(check) };

fn check(stage: &Stage<'_>, change: &Change) -> Option<String> {
    let record = &stage.sim.record;
    let reads = record.reads.get(&change.actor).filter(|_| change.removes)?;
    let target = change.target;
    // Whoever has the address may have got it since: that race no reader can win.
    let Some(last) = last_read(stage, reads, change) else {
        return Some(format!("{target} was removed although neither its interface nor its task was read"));
    };
    let task = record.task_at(target.ip, last)?;
    let life = record.tasks.get(task)?;
    let service = life.service.as_ref()?;
    if !life.serving.covers(last) {
        return None;
    }
    let pass = Span { from: reads.began, to: change.at + 1 };
    // What it used all the time the pass took: a change meanwhile is for the next pass.
    let ports = record.ports_throughout(service, &change.group, pass);
    if ports.is_empty() {
        return None;
    }
    let name = change.group.name();
    if ports.contains(&target.port) {
        return Some(format!("{target} was removed from {name}, but it is {}'s, of {service}", task.id()));
    }
    let serves = |port: u16| {
        let right = model::elb::Target { port, ..target };
        let health = stage.aws.targets.get(&change.group).and_then(|targets| targets.get(&right));
        health.is_some_and(|health| health.is_in_place() && health.state == model::elb::TargetState::Healthy)
    };
    let read_then = reads.health.get(&change.group).copied().unwrap_or(change.at);
    let was_there = |port: u16| record.was_in_place(&change.group, model::elb::Target { port, ..target }, read_then);
    let any_serves = ports.iter().any(|port| serves(*port) || was_there(*port));
    (!any_serves).then(|| format!("{target} was removed from {name} while {}'s right pair wasn't there", task.id()))
}

/// When it was last read who has the address: by its interface, or by the task that has it now.
pub(super) fn last_read(stage: &Stage<'_>, reads: &Reads, change: &Change) -> Option<Moment> {
    let record = &stage.sim.record;
    let in_subnet = |n: usize| stage.aws.subnets.get(n).is_some_and(|subnet| subnet.contains(change.target.ip));
    let subnet = (0..3).find(|n| in_subnet(*n)).map(names::subnet);
    let interfaces = subnet.and_then(|subnet| reads.interfaces.get(&subnet)).copied();
    let holder_now = record.task_at(change.target.ip, change.at);
    interfaces.max(holder_now.and_then(|task| reads.tasks.get(task)).copied())
}
