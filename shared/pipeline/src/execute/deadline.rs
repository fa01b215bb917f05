//! No repair is begun that there is no time to finish.

use jiff::SignedDuration;

use super::{Execution, Obstacle, Steps};
use crate::assignment::Assignment;
use crate::environment::Environment;
use crate::ports::Clock;

/// What a change takes with the look before it and the reading after it: less than a second by itself, more where AWS throttles.
const TIME_TO_REPAIR: SignedDuration = SignedDuration::from_secs(3);

/// Is there too little time left to begin another repair?
pub(crate) fn is_near(assignment: &Assignment<'_>, clock: &impl Clock) -> bool {
    let left = |deadline: model::Timestamp| deadline.duration_since(clock.now());
    assignment.deadline.is_some_and(|deadline| left(deadline) < TIME_TO_REPAIR)
}

impl<E: Environment> Execution<'_, E> {
    /// Can these steps be begun? Where no time is left they fail, so that their messages are retried and the next pass makes them.
    pub(super) fn has_time_for(&mut self, steps: &Steps<'_>) -> bool {
        let is_near = is_near(self.assignment, self.environment.clock());
        if is_near {
            self.done.stopped(steps, &Obstacle::Transient("no time was left in this pass to begin it".to_owned()));
        }
        !is_near
    }
}
