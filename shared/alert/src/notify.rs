//! The comparison of what was seen with what is kept, and the telling.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use ledger::AlertLedger;
use model::alert::{AlertChange, AlertKey, KeptAlert, PendingNotice};
use model::call::{CallError, CallErrorKind};

use crate::channel::{Channels, Delivery};
use crate::coverage::AlertCoverage;
use crate::next::{Facts, delivered, next, take_over};
use crate::sighting::Sighting;
use crate::update::{AlertUpdate, Origin};

/// How often a pass tries to write what others write too. Each time it reads what they wrote, which is the same as a rule.
const ATTEMPTS: usize = 10;

/// How many writes are under way at once.
const AT_ONCE: usize = 16;

/// What telling needs.
#[derive(Debug)]
pub struct AlertContext<'a, L, C> {
    /// Where alerts are kept.
    pub ledger: &'a L,
    /// The channels to send through; there may be none.
    pub channels: &'a C,
    /// After how long a reminder is sent of what is still open.
    pub remind_after: Option<SignedDuration>,
    /// Where this is.
    pub origin: Origin,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Notified {
    /// Changes that this pass brought about.
    pub changes: Vec<AlertUpdate>,
    /// Messages that were sent, with what other passes left untold.
    pub messages: usize,
    /// Alerts that are open now, if that was read.
    pub open: Option<usize>,
    /// What went wrong. Whatever isn't sent now is sent by a later pass.
    pub failures: Vec<CallError>,
}

/// Opens, worsens and resolves alerts by what a pass saw, and tells.
///
/// Makes no call if the pass saw nothing that could open an alert and couldn't resolve one.
pub async fn notify<L: AlertLedger, C: Channels>(
    watch: AlertContext<'_, L, C>,
    sightings: &[Sighting],
    coverage: &AlertCoverage,
    now: Timestamp,
) -> Notified {
    let mut outcome = Notified::default();
    if !coverage.is_any() && !sightings.iter().any(Sighting::is_loud) {
        return outcome;
    }
    let seen: BTreeMap<&AlertKey, &Sighting> = sightings.iter().map(|sighting| (&sighting.key, sighting)).collect();
    let mine = watch.write(&seen, coverage, now, &mut outcome).await;
    watch.publish(mine, now, &mut outcome).await;
    outcome
}

impl<L: AlertLedger, C: Channels> AlertContext<'_, L, C> {
    /// Brings what is kept up to date, and returns what is this pass's to tell.
    async fn write(
        &self,
        seen: &BTreeMap<&AlertKey, &Sighting>,
        coverage: &AlertCoverage,
        now: Timestamp,
        outcome: &mut Notified,
    ) -> Vec<KeptAlert> {
        let mut mine = Vec::new();
        let has_channels = !self.channels.names().is_empty();
        // Those this pass has written, or found to need nothing.
        let mut settled: BTreeSet<AlertKey> = BTreeSet::new();
        for _ in 0..ATTEMPTS {
            let kept = match self.ledger.alerts().await {
                Ok(kept) => kept,
                Err(error) => {
                    outcome.failures.push(error);
                    return mine;
                }
            };
            outcome.open = Some(kept.iter().filter(|kept| kept.alert.open).count());
            let kept: BTreeMap<&AlertKey, &KeptAlert> = kept.iter().map(|kept| (&kept.alert.key, kept)).collect();
            let keys: BTreeSet<&AlertKey> = kept.keys().chain(seen.keys()).copied().collect();
            let mut writes = Vec::new();
            for key in keys.into_iter().filter(|key| !settled.contains(*key)) {
                let before = kept.get(key).copied();
                let facts = Facts {
                    sighting: seen.get(key).copied(),
                    covered: before.is_some_and(|kept| coverage.includes(&kept.alert)),
                    has_channel: has_channels,
                    remind_after: self.remind_after,
                    now,
                };
                let changed = next(before, facts);
                let taken = || before.filter(|_| has_channels).and_then(|kept| take_over(kept, now));
                writes.extend(changed.map(|write| (write, true)).or_else(|| taken().map(|write| (write, false))));
            }
            if writes.is_empty() {
                return mine;
            }
            let results = stream::iter(writes).map(|(write, changed)| async move {
                let written = self.ledger.write_alert(&write).await;
                (write, changed, written)
            });
            let results: Vec<_> = results.buffer_unordered(AT_ONCE).collect().await;
            let mut lost = false;
            for (write, changed, written) in results {
                match written {
                    Ok(true) => {
                        settled.insert(write.alert.key.clone());
                        let was_open = kept.get(&write.alert.key).is_some_and(|kept| kept.alert.open);
                        if let Some(open) = &mut outcome.open {
                            *open = *open + usize::from(write.alert.open) - usize::from(was_open);
                        }
                        let before = kept.get(&write.alert.key).map(|kept| &kept.alert);
                        if let Some(change) = change(before, &write.alert).filter(|_| changed) {
                            outcome.changes.push(AlertUpdate::of(&self.origin, &write.alert, change, now));
                        }
                        let revision = write.over.map_or(1, |over| over.saturating_add(1));
                        if write.alert.untold.as_ref().is_some_and(|untold| untold.teller_until > now) {
                            mine.push(KeptAlert { alert: write.alert, revision });
                        }
                    }
                    Ok(false) => lost = true,
                    Err(error) => {
                        settled.insert(write.alert.key.clone());
                        outcome.failures.push(error);
                    }
                }
            }
            if !lost {
                return mine;
            }
        }
        outcome.failures.push(lost_to_others());
        mine
    }

    /// Sends through every channel that a change wasn't delivered to yet, and takes note of what was delivered.
    async fn publish(&self, mine: Vec<KeptAlert>, now: Timestamp, outcome: &mut Notified) {
        let channels = self.channels.names();
        let pending = |kept: KeptAlert| {
            let untold = kept.alert.untold.clone()?;
            let update = AlertUpdate::pending(&self.origin, &kept.alert, &untold);
            Some(OwnNotice { kept, untold, update })
        };
        let mine: Vec<OwnNotice> = mine.into_iter().filter_map(pending).collect();
        if mine.is_empty() {
            return;
        }
        let deliveries: Vec<_> = channels.iter().map(|channel| self.deliver(channel, &mine)).collect();
        let mut delivered: Vec<BTreeSet<String>> = vec![BTreeSet::new(); mine.len()];
        for (channel, delivery) in futures::future::join_all(deliveries).await {
            outcome.messages += delivery.messages;
            outcome.failures.extend(delivery.failures);
            for nth in delivery.delivered {
                if let Some(channels) = delivered.get_mut(nth) {
                    channels.insert(channel.to_owned());
                }
            }
        }
        let noted = stream::iter(mine.into_iter().zip(delivered))
            .map(|(OwnNotice { kept, untold, .. }, to)| self.note_delivered(kept, untold, to, &channels, now));
        let noted: Vec<_> = noted.buffer_unordered(AT_ONCE).collect().await;
        outcome.failures.extend(noted.into_iter().filter_map(Result::err));
    }

    /// Tells through one channel; `delivered` of the answer counts in `all`.
    async fn deliver(&self, channel: &'static str, all: &[OwnNotice]) -> (&'static str, Delivery) {
        let is_due = |(_, pending): &(usize, &OwnNotice)| !pending.untold.delivered.contains(channel);
        let (due, updates): (Vec<usize>, Vec<AlertUpdate>) =
            all.iter().enumerate().filter(is_due).map(|(nth, pending)| (nth, pending.update.clone())).unzip();
        if due.is_empty() {
            return (channel, Delivery::default());
        }
        let delivery = self.channels.deliver(channel, &self.origin, &updates).await;
        let delivered = delivery.delivered.iter().filter_map(|nth| due.get(*nth).copied()).collect();
        (channel, Delivery { delivered, ..delivery })
    }

    /// Another pass may have written the alert since; if the change is still there, it is noted there.
    async fn note_delivered(
        &self,
        kept: KeptAlert,
        untold: PendingNotice,
        to: BTreeSet<String>,
        channels: &BTreeSet<&'static str>,
        now: Timestamp,
    ) -> Result<(), CallError> {
        let key = kept.alert.key.clone();
        let mut latest = Some(kept);
        for _ in 0..ATTEMPTS {
            let write = latest.as_ref().and_then(|latest| delivered(latest, &untold, &to, channels, now));
            let Some(write) = write else { return Ok(()) };
            if self.ledger.write_alert(&write).await? {
                return Ok(());
            }
            latest = self.ledger.alerts().await?.into_iter().find(|other| other.alert.key == key);
        }
        Err(lost_to_others())
    }
}

/// A change that this pass is to tell.
struct OwnNotice {
    kept: KeptAlert,
    untold: PendingNotice,
    update: AlertUpdate,
}

/// What happened to an alert by a write.
fn change(before: Option<&model::alert::Alert>, after: &model::alert::Alert) -> Option<AlertChange> {
    match (before.filter(|before| before.open), after.open) {
        (None, true) => Some(AlertChange::Opened),
        (Some(before), true) if after.severity > before.severity => Some(AlertChange::Worsened),
        (Some(before), true) if after.last_sent > before.last_sent => Some(AlertChange::Reminder),
        (Some(_), false) => Some(AlertChange::Resolved),
        _ => None,
    }
}

fn lost_to_others() -> CallError {
    CallError {
        operation: "dynamodb:PutItem",
        resource: "alerts".to_owned(),
        kind: CallErrorKind::Transient,
        code: None,
        message: format!("other passes wrote the same alerts at each of {ATTEMPTS} attempts"),
    }
}
