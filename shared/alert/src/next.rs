//! What becomes of an alert, given what a pass saw. Pure.

use jiff::{SignedDuration, Timestamp};
use model::alert::{Alert, AlertChange, AlertWrite, KeptAlert, PendingNotice};

use crate::sighting::Sighting;

/// A fleeting finding opens an alert if it is seen again at least this long after the first time. ECS deregisters a task some
/// ten seconds before or after it stops, and a target group takes a few more to show it.
pub const SETTLE: SignedDuration = SignedDuration::from_secs(60);

/// A finding that isn't seen again for this long was another one.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(2);

/// How long an alert that is resolved is kept, to count how often it opens.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long a pass has for telling before another does. Longer than a function runs.
const TIME_TO_NOTIFY: SignedDuration = SignedDuration::from_mins(16);

/// At most so many suspicions are kept with an alert.
const SUSPICIONS: usize = 200;

/// What is known when an alert is decided on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// What the pass saw of it, if anything.
    pub(crate) sighting: Option<&'a Sighting>,
    /// Whether the pass would have seen it.
    pub(crate) covered: bool,
    /// Whether there is somebody to tell.
    pub(crate) told: bool,
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

/// Takes note that a change was told, if it is still the one to be told.
pub(crate) fn told(kept: &KeptAlert, told: PendingNotice, now: Timestamp) -> Option<AlertWrite> {
    let same = kept.alert.untold.is_some_and(|untold| (untold.change, untold.at) == (told.change, told.at));
    same.then(|| {
        let alert = Alert { untold: None, ..kept.alert.clone() };
        AlertWrite { expires_at: expires_at(&alert, now), alert, over: Some(kept.revision) }
    })
}

/// Takes over a change that whoever was to tell it didn't.
pub(crate) fn take_over(kept: &KeptAlert, now: Timestamp) -> Option<AlertWrite> {
    let untold = kept.alert.untold.filter(|untold| untold.teller_until <= now)?;
    let untold = Some(PendingNotice { teller_until: later(now, TIME_TO_NOTIFY), ..untold });
    let alert = Alert { untold, ..kept.alert.clone() };
    Some(AlertWrite { expires_at: expires_at(&alert, now), alert, over: Some(kept.revision) })
}

fn blank(sighting: &Sighting, now: Timestamp) -> Alert {
    Alert {
        key: sighting.key.clone(),
        cluster: sighting.cluster.clone(),
        service: sighting.service.clone(),
        open: false,
        since: now,
        times_opened: 0,
        severity: sighting.severity,
        findings: sighting.findings,
        summary: sighting.summary.clone(),
        remedy: sighting.remedy.clone(),
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
        alert = Alert { open: true, times_opened, untold: alert.untold, ..blank(sighting, now) };
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
    if worse || better {
        alert.severity = sighting.severity;
        alert.findings = sighting.findings;
        alert.summary.clone_from(&sighting.summary);
        alert.remedy.clone_from(&sighting.remedy);
    }
    if worse {
        change(&mut alert, AlertChange::Worsened, facts);
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

/// Leaves the change to be told. One that wasn't told yet is told as what it has become since.
fn change(alert: &mut Alert, change: AlertChange, facts: Facts<'_>) {
    let waiting = alert.untold.map(|untold| untold.change);
    let change = match (waiting, change) {
        (Some(AlertChange::Opened), AlertChange::Worsened) => AlertChange::Opened,
        (_, change) => change,
    };
    let teller_until = later(facts.now, TIME_TO_NOTIFY);
    alert.untold = facts.told.then_some(PendingNotice { change, at: facts.now, teller_until });
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
