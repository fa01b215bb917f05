//! Events about repairs and sweeps: kept in the ledger before they are put on the bus, and forgotten after.

use jiff::Timestamp;
use ledger::EventLedger;
use model::alert::KeptEvent;
use model::call::CallError;
use model::finding::Fingerprint;

use crate::channel::event_bus::{BusEvent, EventBus};
use crate::next::TIME_TO_NOTIFY;

/// What takes events.
pub trait EventSink: Send + Sync {
    /// Takes events, and returns for each whether it was taken.
    fn put(&self, events: &[BusEvent]) -> impl Future<Output = Vec<Result<(), CallError>>> + Send;
}

impl EventSink for EventBus {
    async fn put(&self, events: &[BusEvent]) -> Vec<Result<(), CallError>> {
        Self::put(self, events).await
    }
}

/// Puts a pass's events on the bus; a sweep puts there, too, what was kept and not taken. Returns what went wrong.
///
/// An event is kept first: a pass that is cut off in between leaves it to a sweep. So it may arrive twice, with the same `id`.
pub async fn send_events<L: EventLedger>(
    ledger: Option<&L>,
    bus: &impl EventSink,
    events: Vec<BusEvent>,
    is_sweep: bool,
    now: Timestamp,
) -> Vec<CallError> {
    let mut failures = Vec::new();
    let mut sending: Vec<(String, BusEvent)> =
        events.into_iter().enumerate().map(|(nth, event)| (id(&event, nth, now), event)).collect();
    let Some(ledger) = ledger else {
        put(bus, sending, &mut failures).await;
        return failures;
    };
    let kept: Vec<KeptEvent> = sending.iter().filter_map(|(id, event)| kept(id, event, now)).collect();
    if !kept.is_empty() {
        failures.extend(ledger.keep_events(&kept).await.err());
    }
    if is_sweep {
        match ledger.kept_events().await {
            Ok(left) => sending.extend(left.iter().filter(|kept| is_left(kept, now)).filter_map(read)),
            Err(error) => failures.push(error),
        }
    }
    let taken = put(bus, sending, &mut failures).await;
    if !taken.is_empty() {
        failures.extend(ledger.forget_events(&taken).await.err());
    }
    failures
}

/// Puts events on the bus, and returns the ids of those that were taken.
async fn put(bus: &impl EventSink, events: Vec<(String, BusEvent)>, failures: &mut Vec<CallError>) -> Vec<String> {
    let (ids, events): (Vec<String>, Vec<BusEvent>) = events.into_iter().unzip();
    let results = bus.put(&events).await;
    let mut taken = Vec::new();
    for (id, result) in ids.into_iter().zip(results) {
        match result {
            Ok(()) => taken.push(id),
            Err(error) if failures.last() != Some(&error) => failures.push(error),
            Err(_) => {}
        }
    }
    taken
}

fn id(event: &BusEvent, nth: usize, now: Timestamp) -> String {
    let what = Fingerprint::of([event.detail_type.as_str(), &event.detail, &nth.to_string()]);
    format!("{now:.9}#{what}")
}

fn kept(id: &str, event: &BusEvent, now: Timestamp) -> Option<KeptEvent> {
    Some(KeptEvent { id: id.to_owned(), event: serde_json::to_string(event).ok()?, at: now })
}

/// Whoever kept it has had the time to send it.
fn is_left(kept: &KeptEvent, now: Timestamp) -> bool {
    now.duration_since(kept.at) >= TIME_TO_NOTIFY
}

fn read(kept: &KeptEvent) -> Option<(String, BusEvent)> {
    Some((kept.id.clone(), serde_json::from_str(&kept.event).ok()?))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering};

    use jiff::SignedDuration;
    use ledger::memory::MemoryLedger;
    use model::call::CallErrorKind;

    use super::*;
    use crate::channel::message::tests::origin;

    #[derive(Default)]
    struct Bus {
        taken: Mutex<Vec<BusEvent>>,
        is_down: AtomicBool,
    }

    impl EventSink for Bus {
        async fn put(&self, events: &[BusEvent]) -> Vec<Result<(), CallError>> {
            let is_down = self.is_down.load(Ordering::SeqCst);
            let put = |event: &BusEvent| {
                if is_down {
                    return Err(CallError {
                        operation: "events:PutEvents",
                        resource: "bus".to_owned(),
                        kind: CallErrorKind::Denied,
                        code: None,
                        message: "no".to_owned(),
                    });
                }
                self.taken.lock().unwrap().push(event.clone());
                Ok(())
            };
            events.iter().map(put).collect()
        }
    }

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    fn events(many: i64) -> Vec<BusEvent> {
        (0..many).map(|nth| BusEvent::test(&origin(), at(nth))).collect()
    }

    #[tokio::test]
    async fn what_a_bus_did_not_take_is_sent_once_by_a_later_sweep() {
        let (ledger, bus) = (MemoryLedger::new(), Bus::default());
        bus.is_down.store(true, Ordering::SeqCst);
        let failures = send_events(Some(&ledger), &bus, events(3), false, at(0)).await;
        assert_eq!(failures.len(), 1, "told once");
        bus.is_down.store(false, Ordering::SeqCst);
        for (minutes, is_sweep, taken) in [(20, false, 0), (15, true, 0), (20, true, 3), (40, true, 3)] {
            assert_eq!(send_events(Some(&ledger), &bus, vec![], is_sweep, at(minutes)).await, []);
            assert_eq!(bus.taken.lock().unwrap().len(), taken, "{minutes}");
        }
        assert_eq!(ledger.kept_events().await, Ok(vec![]));
    }

    #[tokio::test]
    async fn what_is_taken_at_once_is_not_kept() {
        let (ledger, bus) = (MemoryLedger::new(), Bus::default());
        assert_eq!(send_events(Some(&ledger), &bus, events(12), true, at(0)).await, []);
        assert_eq!(bus.taken.lock().unwrap().len(), 12);
        assert_eq!(ledger.kept_events().await, Ok(vec![]));
    }
}
