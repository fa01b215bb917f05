//! No message is lost: what an event told of, and a function took care of, is right without any sweep.

use crate::ecs::Kind;
use crate::invariants::{Check, Invariant, right};
use crate::record::EVER;
use crate::world::Stage;

pub(super) const INVARIANT: Invariant = Invariant { name: "message", check: Check::Quiet(check) };

fn check(stage: &Stage<'_>) -> Option<String> {
    let record = &stage.sim.record;
    right::missing(stage, |task| {
        let Some(life) = record.tasks.get(task) else { return false };
        let Some(service) = &life.service else { return false };
        // Where a native strategy or task sets shift, nobody can say where a task belongs: the sweep after it does.
        let shifts = stage.sim.ecs.services.get(service).is_none_or(|one| one.kind != Kind::Rolling);
        // Nothing stood in the way since it runs: no deployment, no hold, nothing draining at its address, nobody who took it
        // out afterwards.
        let quiet_since = |moment| life.serving.from <= moment;
        let told = stage.sim.mail.handled.iter().any(|(one, taken)| one == task && quiet_since(*taken));
        let changed = record
            .uses
            .get(service)
            .and_then(|all| all.last())
            .is_some_and(|(span, _)| span.from >= life.serving.from && span.from > 0);
        let held = record.holds.iter().any(|(span, _)| span.to == EVER || span.to >= life.serving.from);
        let touched = record.episodes.iter().any(|((_, target), episodes)| {
            record.task_at(target.ip, stage.sim.now) == Some(task)
                && episodes.iter().any(|one| one.draining.from != EVER && one.draining.to >= life.serving.from)
        });
        let wrong_port = record.episodes.iter().any(|((_, target), episodes)| {
            record.task_at(target.ip, stage.sim.now) == Some(task) && !episodes.is_empty()
        });
        told && !shifts
            && !changed
            && !held
            && !touched
            && !wrong_port
            && stage.sim.mail.dead.is_empty()
            && !stage.sim.denied_once.contains("elasticloadbalancing:RegisterTargets")
    })
}
