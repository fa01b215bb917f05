//! What becomes of an alert, given what a pass saw. Pure.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use model::alert::{Alert, AlertChange, AlertWrite, FINGERPRINTS, KeptAlert, PendingNotice};

use crate::sighting::Sighting;

/// A fleeting finding opens an alert if it is seen again at least this long after the first time. ECS deregisters a task some
/// ten seconds before or after it stops, and a target group takes a few more to show it.
pub const SETTLE: SignedDuration = SignedDuration::from_secs(60);

/// A finding that isn't seen again for this long was another one.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(2);

/// How long an alert that is resolved is kept, to count how often it opens.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long a pass has for telling before another does. Longer than a function runs.
pub(crate) const TIME_TO_NOTIFY: SignedDuration = SignedDuration::from_mins(16);

/// At most so many suspicions are kept with an alert.
const SUSPICIONS: usize = 200;

/// What is known when an alert is decided on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// What the pass saw of it, if anything.
    pub(crate) sighting: Option<&'a Sighting>,
    /// Whether the pass would have seen it.
    pub(crate) covered: bool,
    /// Whether there is a channel to send through.
    pub(crate) has_channel: bool,
    /// After how long a reminder is sent of what is still open.
    pub(crate) remind_after: Option<SignedDuration>,
    /// The time.
    pub(crate) now: Timestamp,
}

/// What is to be written, if anything changes.
pub(crate) fn next(kept: Option<&KeptAlert>, facts: Facts<'_>) -> Option<AlertWrite> {
    let over = kept.map(|kept| kept.revision);
    let before = kept.map(|kept| &kept.alert);
    let after = match (before, facts.sighting) {
        (None, None) => return None,
        (None, Some(sighting)) => quiet(blank(sighting, facts.now), sighting, facts),
        (Some(alert), Some(sighting)) if alert.open => stands(alert.clone(), sighting, facts),
        (Some(alert), Some(sighting)) => quiet(alert.clone(), sighting, facts),
        (Some(alert), None) if facts.covered => unseen(alert.clone(), facts),
        (Some(_), None) => return None,
    };
    let worth_keeping = before.is_some() || after.open || !after.suspected.is_empty();
    (worth_keeping && before != Some(&after)).then(|| AlertWrite {
        expires_at: expires_at(&after, facts.now),
        alert: after,
        over,
    })
}

/// Takes note of the channels that a change was delivered to, if it is still the one to be sent. When it was delivered to all
/// of them there is nothing left to send.
pub(crate) fn delivered(
    kept: &KeptAlert,
    told: &PendingNotice,
    to: &BTreeSet<String>,
    channels: &BTreeSet<&'static str>,
    now: Timestamp,
) -> Option<AlertWrite> {
    let untold = kept.alert.untold.as_ref().filter(|untold| (untold.change, untold.at) == (told.change, told.at))?;
    let delivered: BTreeSet<String> = untold.delivered.union(to).cloned().collect();
    let is_all = channels.iter().all(|channel| delivered.contains(*channel));
    let left = (!is_all).then(|| PendingNotice { delivered, ..untold.clone() });
    let alert = Alert { untold: left, ..kept.alert.clone() };
    (alert != kept.alert).then(|| AlertWrite { expires_at: expires_at(&alert, now), alert, over: Some(kept.revision) })
}

/// Takes over a change that whoever was to tell it didn't.
pub(crate) fn take_over(kept: &KeptAlert, now: Timestamp) -> Option<AlertWrite> {
    let untold = kept.alert.untold.clone().filter(|untold| untold.teller_until <= now)?;
    let untold = Some(PendingNotice { teller_until: later(now, TIME_TO_NOTIFY), ..untold });
    let alert = Alert { untold, ..kept.alert.clone() };
    Some(AlertWrite { expires_at: expires_at(&alert, now), alert, over: Some(kept.revision) })
}

fn blank(sighting: &Sighting, now: Timestamp) -> Alert {
    Alert {
        key: sighting.key.clone(),
        cluster: sighting.cluster.clone(),
        service: sighting.service.clone(),
        title: sighting.title.clone(),
        open: false,
        since: now,
        opened_at: None,
        last_sent: None,
        times_opened: 0,
        severity: sighting.severity,
        findings: sighting.findings,
        summary: sighting.summary.clone(),
        remedy: sighting.remedy.clone(),
        fingerprints: sighting.fingerprints.iter().copied().take(FINGERPRINTS).collect(),
        commands: sighting.commands.clone(),
        repairs: sighting.repairs.clone(),
        tasks: sighting.task_counts(),
        suspected: std::collections::BTreeMap::new(),
        untold: None,
    }
}

/// It isn't open, and something is seen: it is suspected, or opens.
fn quiet(mut alert: Alert, sighting: &Sighting, facts: Facts<'_>) -> Alert {
    let now = facts.now;
    if !sighting.is_loud() {
        return alert;
    }
    let is_confirmed = |alert: &Alert| {
        let first_seen = sighting.standing.iter().filter_map(|finding| alert.suspected.get(finding));
        first_seen.into_iter().any(|first| now.duration_since(*first) >= SETTLE)
    };
    alert.suspected.retain(|_, first| now.duration_since(*first) < FORGOTTEN_AFTER);
    if !sighting.fleeting || is_confirmed(&alert) {
        let times_opened = alert.times_opened.saturating_add(1);
        alert = Alert { open: true, opened_at: Some(now), times_opened, untold: alert.untold, ..blank(sighting, now) };
        change(&mut alert, AlertChange::Opened, facts);
        return alert;
    }
    // Those seen earliest are the next to be confirmed.
    for finding in &sighting.standing {
        if alert.suspected.len() < SUSPICIONS {
            alert.suspected.entry(*finding).or_insert(now);
        }
    }
    alert
}

/// It is open, and is seen.
fn stands(mut alert: Alert, sighting: &Sighting, facts: Facts<'_>) -> Alert {
    if !sighting.is_loud() {
        return alert;
    }
    let worse = sighting.severity > alert.severity;
    let better = facts.covered && sighting.severity < alert.severity;
    let last_sent = alert.last_sent.unwrap_or(alert.since);
    let is_due = facts.remind_after.is_some_and(|after| facts.now.duration_since(last_sent) >= after);
    let reminds = is_due && facts.covered && alert.untold.is_none();
    // A message has the numbers of this pass.
    if worse || better || reminds {
        // Since when it is open, and what is still to be sent of it, remain.
        let Alert { since, opened_at, last_sent, times_opened, suspected, untold, .. } = alert;
        alert = Alert {
            open: true,
            since,
            opened_at,
            last_sent,
            times_opened,
            suspected,
            untold,
            ..blank(sighting, facts.now)
        };
    }
    if worse {
        change(&mut alert, AlertChange::Worsened, facts);
    } else if reminds {
        change(&mut alert, AlertChange::Reminder, facts);
    }
    alert
}

/// It isn't seen, and would have been.
fn unseen(mut alert: Alert, facts: Facts<'_>) -> Alert {
    alert.suspected.clear();
    if alert.open {
        alert.open = false;
        alert.since = facts.now;
        change(&mut alert, AlertChange::Resolved, facts);
    }
    alert
}

/// Leaves the change to be sent. One that wasn't sent yet is sent as what it has become since.
fn change(alert: &mut Alert, change: AlertChange, facts: Facts<'_>) {
    let waiting = alert.untold.as_ref().map(|untold| untold.change);
    let change = match (waiting, change) {
        (Some(AlertChange::Opened), AlertChange::Worsened) => AlertChange::Opened,
        (_, change) => change,
    };
    alert.last_sent = Some(facts.now);
    let teller_until = later(facts.now, TIME_TO_NOTIFY);
    let notice = PendingNotice { change, at: facts.now, teller_until, delivered: BTreeSet::new() };
    alert.untold = facts.has_channel.then_some(notice);
}

fn expires_at(alert: &Alert, now: Timestamp) -> Option<Timestamp> {
    match alert {
        Alert { open: true, .. } => None,
        Alert { times_opened: 0, .. } => Some(later(now, FORGOTTEN_AFTER)),
        _ => Some(later(now, KEPT)),
    }
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(now)
}
