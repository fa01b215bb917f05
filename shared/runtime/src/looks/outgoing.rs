//! Looks as messages, none too large for SQS.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::call::{CallError, CallErrorKind};
use pipeline::ports::DelayedLook;

use super::delay;
use crate::incoming::look_again;
use crate::queue::{MAX_BYTES, OutgoingMessage, SEND};

/// The looks as messages, each with which look it is of or a part of; and those that can't be made to fit.
pub(super) fn pack(
    looks: &[DelayedLook],
    now: Timestamp,
) -> (Vec<(usize, OutgoingMessage)>, BTreeMap<usize, CallError>) {
    let mut messages = Vec::new();
    let mut failed = BTreeMap::new();
    for (index, look) in looks.iter().enumerate() {
        let delay_seconds = i32::try_from(delay(look, now).as_secs()).unwrap_or(0);
        match bodies(look) {
            Ok(bodies) => {
                messages.extend(bodies.into_iter().map(|body| (index, OutgoingMessage { body, delay_seconds })));
            }
            Err(message) => drop(failed.insert(index, unsendable(look, message))),
        }
    }
    (messages, failed)
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
    CallError { operation: SEND, resource, kind: CallErrorKind::Permanent, code: None, message }
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

    fn unpack(messages: &[(usize, OutgoingMessage)]) -> Vec<DelayedLook> {
        let home = Home::of_function("arn:aws:lambda:eu-central-1:111122223333:function:registrar").unwrap();
        let record = |(_, message): &(usize, OutgoingMessage)| json!({"messageId": "m", "body": message.body});
        let event = json!({"Records": messages.iter().map(record).collect::<Vec<_>>()}).to_string();
        let Ok(Incoming::Sqs(messages)) = incoming(&event, &Here { home: &home, rules: &[] }) else {
            panic!("no messages")
        };
        let look = |work| if let Ok(Work::LookAgain(look)) = work { look } else { panic!("no look: {work:?}") };
        messages.into_iter().map(|message| look(message.work)).collect()
    }

    #[test]
    fn a_look_is_held_back_until_it_is_due_or_as_long_as_a_queue_can() {
        let delay_of =
            |not_before: Timestamp| pack(&[DelayedLook { not_before, ..look(1, 0) }], now()).0[0].1.delay_seconds;
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
        let (messages, failed) = pack(std::slice::from_ref(&look), now());
        assert_eq!((unpack(&messages), failed), (vec![look], BTreeMap::new()));
    }

    #[test]
    fn a_large_look_is_split_and_nothing_is_lost() {
        let look = look(9000, 1500);
        let (messages, failed) = pack(std::slice::from_ref(&look), now());
        assert!(failed.is_empty());
        assert!(
            messages.len() > 1 && messages.iter().all(|(look, message)| message.body.len() <= MAX_BYTES && *look == 0)
        );
        let parts = unpack(&messages);
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
        let (messages, failed) = pack(&looks, now());
        assert_eq!(unpack(&messages), [look(2, 0)]);
        assert_eq!(failed.keys().collect::<Vec<_>>(), [&0]);
        assert_eq!(messages[0].0, 1);
    }
}
