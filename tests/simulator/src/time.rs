//! Virtual time: milliseconds since the simulation began, and waiting for a moment of it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use jiff::Timestamp;
use pipeline::ports::Clock;

use crate::world::World;

/// A point in virtual time, in milliseconds.
pub(crate) type Moment = i64;

pub(crate) const SECOND: Moment = 1000;
pub(crate) const MINUTE: Moment = 60 * SECOND;
pub(crate) const HOUR: Moment = 60 * MINUTE;

/// When the simulation begins: 2026-03-01T12:00:00Z.
const BEGINNING: Moment = 1_772_366_400_000;

pub(crate) fn timestamp(moment: Moment) -> Timestamp {
    Timestamp::from_millisecond(BEGINNING + moment).unwrap_or(Timestamp::MAX)
}

pub(crate) fn moment(timestamp: Timestamp) -> Moment {
    timestamp.as_millisecond() - BEGINNING
}

/// The simulation's clock.
#[derive(Debug, Clone)]
pub(crate) struct VirtualClock(pub(crate) Arc<World>);

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        timestamp(self.0.sim().now)
    }

    async fn sleep(&self, duration: Duration) {
        let wait = Moment::try_from(duration.as_millis()).unwrap_or(HOUR);
        let until = self.0.sim().now + wait;
        until_moment(&self.0, until).await;
    }
}

/// Waits until a moment has come.
pub(crate) fn until_moment(world: &Arc<World>, moment: Moment) -> Sleep {
    Sleep { world: Arc::clone(world), moment, armed: false }
}

/// A wait for a moment.
#[derive(Debug)]
pub(crate) struct Sleep {
    world: Arc<World>,
    moment: Moment,
    armed: bool,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let world = Arc::clone(&self.world);
        let mut sim = world.sim();
        if sim.now >= self.moment {
            return Poll::Ready(());
        }
        if !self.armed {
            self.armed = true;
            sim.wake_at(self.moment, context.waker().clone());
        }
        Poll::Pending
    }
}
