//! Looks as messages: none too large for SQS, as many to a request as it takes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::call::{CallError, CallErrorKind};
use pipeline::ports::DelayedLook;

use super::delay;
use crate::incoming::look_again;

/// The IAM action by which messages are sent.
pub(super) const SEND: &str = "sqs:SendMessage";

/// Messages in one SendMessageBatch.
pub(super) const MAX_MESSAGES: usize = 10;

/// Bytes in one message, and in all messages of one request: SQS took 262,144 for most of its life, and a queue may be
/// set to less than it takes now.
pub(super) const MAX_BYTES: usize = 240_000;

/// A message to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OutgoingMessage {
    /// Which look it is of, or is a part of.
    pub(super) look: usize,
    /// Its body.
    pub(super) body: String,
    /// How long SQS holds it back, in seconds.
    pub(super) delay_seconds: i32,
}

/// The looks as messages, and those that can't be made to fit.
pub(super) fn pack(looks: &[DelayedLook], now: Timestamp) -> (Vec<OutgoingMessage>, BTreeMap<usize, CallError>) {
    let mut outgoing_messages = Vec::new();
    let mut failed = BTreeMap::new();
    for (index, look) in looks.iter().enumerate() {
        let delay_seconds = i32::try_from(delay(look, now).as_secs()).unwrap_or(0);
        match bodies(look) {
            Ok(bodies) => outgoing_messages.extend(bodies.into_iter().map(|body| OutgoingMessage {
                look: index,
                body,
                delay_seconds,
            })),
            Err(message) => drop(failed.insert(index, unsendable(look, message))),
        }
    }
    (outgoing_messages, failed)
}

/// Parcels by request.
pub(super) fn batches(outgoing_messages: Vec<OutgoingMessage>) -> Vec<Vec<OutgoingMessage>> {
    let mut batches: Vec<Vec<OutgoingMessage>> = Vec::new();
    let mut bytes = 0;
    for outgoing in outgoing_messages {
        match batches.last_mut() {
            Some(batch) if batch.len() < MAX_MESSAGES && bytes + outgoing.body.len() <= MAX_BYTES => {
                bytes += outgoing.body.len();
                batch.push(outgoing);
            }
            _ => {
                bytes = outgoing.body.len();
                batches.push(vec![outgoing]);
            }
        }
    }
    batches
}

/// The look as one message, or as several with a part each of what was suspected and of the tasks.
fn bodies(look: &DelayedLook) -> Result<Vec<String>, String> {
    let body = look_again::write(look).map_err(|error| error.to_string())?;
    if body.len() <= MAX_BYTES {
        return Ok(vec![body]);
    }
    let [one, other] = halves(look).ok_or("its message would be larger than SQS takes")?;
    let mut bodies = bodies(&one)?;
    bodies.extend(self::bodies(&other)?);
    Ok(bodies)
}

/// Two looks that are together as good as this one. A suspicion may be about any task, so both go to the services of all
/// tasks.
fn halves(look: &DelayedLook) -> Option<[DelayedLook; 2]> {
    let (suspicions, tasks) = (look.suspicions.len(), look.tasks.len());
    if suspicions < 2 && tasks < 2 {
        return None;
    }
    let hinted = look.tasks.values().filter_map(|hint| hint.service.clone());
    let services: BTreeSet<_> = look.services.iter().cloned().chain(hinted).collect();
    let mut one = DelayedLook { services, ..look.clone() };
    let mut other = one.clone();
    other.suspicions = split_off(&mut one.suspicions);
    other.tasks = split_off(&mut one.tasks);
    Some([one, other])
}

fn split_off<K: Ord + Clone, V>(map: &mut BTreeMap<K, V>) -> BTreeMap<K, V> {
    match map.keys().nth(map.len().div_ceil(2)).cloned() {
        Some(middle) => map.split_off(&middle),
        None => BTreeMap::new(),
    }
}

fn unsendable(look: &DelayedLook, message: String) -> CallError {
    let resource = look.site.to_string();
    CallError { operation: SEND, resource, kind: CallErrorKind::Refused, code: None, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::Home;
    use crate::incoming::{Here, Incoming, Work, incoming};
    use jiff::ToSpan as _;
    use model::finding::Fingerprint;
    use model::scope::{ServiceId, Site, TaskHint};
    use serde_json::json;
    use std::sync::Arc;

    const ECS: &str = "arn:aws:ecs:eu-central-1:111122223333";

    fn now() -> Timestamp {
        "2026-03-01T12:00:00.5Z".parse().unwrap()
    }

    fn look(suspicions: usize, tasks: usize) -> DelayedLook {
        let cluster = format!("{ECS}:cluster/prod").parse().unwrap();
        let service = ServiceId::new(&cluster, "web");
        let addresses = vec!["10.0.0.1".parse().unwrap()];
        let hint = Arc::new(TaskHint { cluster, service: Some(service), addresses, version: 3 });
        DelayedLook {
            site: Site::TargetGroup(
                "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/50dc".parse().unwrap(),
            ),
            services: BTreeSet::new(),
            tasks: (0..tasks).map(|n| (format!("{ECS}:task/prod/{n:032x}").parse().unwrap(), hint.clone())).collect(),
            suspicions: (0..suspicions).map(|n| (Fingerprint::of([n.to_string().as_str()]), now())).collect(),
            attempt: 1,
            not_before: now(),
        }
    }

    fn unpack(outgoing_messages: &[OutgoingMessage]) -> Vec<DelayedLook> {
        let home = Home::of_function("arn:aws:lambda:eu-central-1:111122223333:function:registrar").unwrap();
        let record = |outgoing: &OutgoingMessage| json!({"messageId": "m", "body": outgoing.body});
        let event = json!({"Records": outgoing_messages.iter().map(record).collect::<Vec<_>>()}).to_string();
        let Ok(Incoming::Sqs(messages)) = incoming(&event, &Here { home: &home, rules: &[] }) else {
            panic!("no messages")
        };
        let look = |work| if let Ok(Work::LookAgain(look)) = work { look } else { panic!("no look: {work:?}") };
        messages.into_iter().map(|message| look(message.work)).collect()
    }

    #[test]
    fn a_look_is_held_back_until_it_is_due_or_as_long_as_a_queue_can() {
        let delay_of =
            |not_before: Timestamp| pack(&[DelayedLook { not_before, ..look(1, 0) }], now()).0[0].delay_seconds;
        assert_eq!(delay_of(now()), 0);
        assert_eq!(delay_of(now() - 1.hour()), 0);
        assert_eq!(delay_of(now() + 30.seconds()), 30);
        assert_eq!(delay_of(now() + 30.seconds() + 1.millisecond()), 31);
        assert_eq!(delay_of(now() + 15.minutes()), 900);
        assert_eq!(delay_of(now() + 3.hours()), 900);
        assert_eq!(delay_of(Timestamp::MAX), 900);
        assert_eq!(delay_of(Timestamp::MIN), 0);
    }

    #[test]
    fn an_ordinary_look_is_one_message() {
        let look = look(200, 3);
        let (outgoing_messages, failed) = pack(std::slice::from_ref(&look), now());
        assert_eq!((unpack(&outgoing_messages), failed), (vec![look], BTreeMap::new()));
    }

    #[test]
    fn a_large_look_is_split_and_nothing_is_lost() {
        let look = look(9000, 1500);
        let (outgoing_messages, failed) = pack(std::slice::from_ref(&look), now());
        assert!(failed.is_empty());
        assert!(
            outgoing_messages.len() > 1
                && outgoing_messages.iter().all(|outgoing| outgoing.body.len() <= MAX_BYTES && outgoing.look == 0)
        );
        let parts = unpack(&outgoing_messages);
        let suspicions: BTreeMap<_, _> = parts.iter().flat_map(|part| part.suspicions.clone()).collect();
        let tasks: BTreeMap<_, _> = parts.iter().flat_map(|part| part.tasks.clone()).collect();
        assert_eq!((suspicions, tasks), (look.suspicions.clone(), look.tasks.clone()));
        let service = ServiceId::new(&format!("{ECS}:cluster/prod").parse().unwrap(), "web");
        assert!(parts.iter().all(|part| part.services.contains(&service)));
    }

    #[test]
    fn a_look_that_can_not_be_made_to_fit_fails_alone() {
        let cluster = format!("{ECS}:cluster/prod").parse().unwrap();
        let services = (0..5000).map(|n| ServiceId::new(&cluster, &format!("service-with-a-long-name-{n}"))).collect();
        let looks = [DelayedLook { services, ..look(1, 0) }, look(2, 0)];
        let (outgoing_messages, failed) = pack(&looks, now());
        assert_eq!(unpack(&outgoing_messages), [look(2, 0)]);
        assert_eq!(failed.keys().collect::<Vec<_>>(), [&0]);
        assert_eq!(outgoing_messages[0].look, 1);
    }

    #[test]
    fn no_request_is_over_sqs_limits() {
        let outgoing = |bytes: usize| OutgoingMessage { look: 0, body: "x".repeat(bytes), delay_seconds: 0 };
        let sizes = |outgoing_messages: Vec<OutgoingMessage>| {
            batches(outgoing_messages).iter().map(Vec::len).collect::<Vec<_>>()
        };
        assert_eq!(sizes(vec![]), [0; 0]);
        assert_eq!(sizes(vec![outgoing(1); 23]), [10, 10, 3]);
        assert_eq!(sizes(vec![outgoing(MAX_BYTES), outgoing(1), outgoing(MAX_BYTES - 1), outgoing(1)]), [1, 2, 1]);
    }
}
