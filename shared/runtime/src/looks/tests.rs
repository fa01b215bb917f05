use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sqs::operation::send_message_batch::{SendMessageBatchError, SendMessageBatchOutput};
use aws_sdk_sqs::types::error::QueueDoesNotExist;
use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchResultEntry};
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use jiff::{SignedDuration, Timestamp};
use model::call::CallErrorKind;
use model::finding::Fingerprint;
use model::scope::Site;
use pipeline::ports::{DelayedLook, LookQueue};

use super::sqs::SqsLookQueue;
use super::{Arrival, MemoryQueue, arrival};
use crate::queue::SqsQueue;

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn look(n: usize, due_in: SignedDuration) -> DelayedLook {
    let group = format!("arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web-{n}/50dc");
    DelayedLook {
        site: Site::TargetGroup(group.parse().unwrap()),
        services: BTreeSet::new(),
        tasks: BTreeMap::new(),
        suspicions: BTreeMap::from([(Fingerprint::of([group.as_str()]), now())]),
        attempt: 1,
        not_before: now() + due_in,
    }
}

fn looks(count: usize) -> Vec<DelayedLook> {
    (0..count).map(|n| look(n, SignedDuration::from_secs(30))).collect()
}

fn output(failed: &[(&str, bool)]) -> SendMessageBatchOutput {
    let failed = failed.iter().map(|(id, sender_fault)| {
        BatchResultErrorEntry::builder().id(*id).code("Oops").sender_fault(*sender_fault).message("no").build().unwrap()
    });
    SendMessageBatchOutput::builder()
        .set_successful(Some(Vec::<SendMessageBatchResultEntry>::new()))
        .set_failed(Some(failed.collect()))
        .build()
        .unwrap()
}

#[tokio::test]
async fn looks_are_sent_ten_to_a_request_with_their_delay() {
    let ten = mock!(aws_sdk_sqs::Client::send_message_batch)
        .match_requests(|request| {
            let entries = request.entries();
            entries.len() == 10
                && request.queue_url() == Some("http://queue")
                && entries
                    .iter()
                    .all(|entry| entry.delay_seconds() == Some(30) && entry.message_body().contains("look_again"))
        })
        .then_output(|| output(&[]));
    let three = mock!(aws_sdk_sqs::Client::send_message_batch)
        .match_requests(|request| request.entries().len() == 3)
        .then_output(|| output(&[]));
    let client = mock_client!(aws_sdk_sqs, RuleMode::MatchAny, [&ten, &three]);
    assert_eq!(queue(client).send(looks(23), now()).await, []);
    assert_eq!((ten.num_calls(), three.num_calls()), (2, 1));
}

#[tokio::test]
async fn a_look_that_was_not_taken_comes_back_alone() {
    let rule = mock!(aws_sdk_sqs::Client::send_message_batch).then_output(|| output(&[("1", false), ("3", true)]));
    let client = mock_client!(aws_sdk_sqs, RuleMode::MatchAny, [&rule]);
    let unsent = queue(client).send(looks(5), now()).await;
    let unsent: Vec<_> = unsent.into_iter().map(|(look, error)| (look, error.kind, error.code)).collect();
    let code = Some("Oops".to_owned());
    assert_eq!(
        unsent,
        [
            (looks(5)[1].clone(), CallErrorKind::Transient, code.clone()),
            (looks(5)[3].clone(), CallErrorKind::Permanent, code)
        ]
    );
}

#[tokio::test]
async fn a_request_that_fails_brings_all_its_looks_back() {
    let gone = || SendMessageBatchError::QueueDoesNotExist(QueueDoesNotExist::builder().message("gone").build());
    let rule = mock!(aws_sdk_sqs::Client::send_message_batch).then_error(gone);
    let client = mock_client!(aws_sdk_sqs, RuleMode::MatchAny, [&rule]);
    let unsent = queue(client).send(looks(3), now()).await;
    assert_eq!(unsent.iter().map(|(look, _)| look.clone()).collect::<Vec<_>>(), looks(3));
    assert!(unsent.iter().all(|(_, error)| error.operation == "sqs:SendMessage"));
}

#[tokio::test]
async fn nothing_to_send_sends_nothing() {
    let rule = mock!(aws_sdk_sqs::Client::send_message_batch).then_output(|| output(&[]));
    let client = mock_client!(aws_sdk_sqs, RuleMode::MatchAny, [&rule]);
    assert_eq!(queue(client).send(vec![], now()).await, []);
    assert_eq!(rule.num_calls(), 0);
}

fn queue(client: aws_sdk_sqs::Client) -> SqsLookQueue {
    SqsLookQueue::of(SqsQueue::of(client.into(), "http://queue"))
}

#[tokio::test]
async fn a_late_look_comes_back_early_and_is_left_again_until_it_is_due() {
    let queue = MemoryQueue::default();
    queue.send(vec![look(0, SignedDuration::from_mins(40))], now()).await;
    let mut arrivals = Vec::new();
    while let Some(at) = queue.next() {
        assert_eq!(queue.receive(at - SignedDuration::from_secs(1)), []);
        let back = queue.receive(at);
        arrivals.push((at.duration_since(now()).as_mins(), arrival(&back[0], at)));
        if arrival(&back[0], at) == Arrival::Early {
            queue.send(back, at).await;
        }
    }
    assert_eq!(arrivals, [(15, Arrival::Early), (30, Arrival::Early), (40, Arrival::Due)]);
    assert_eq!(arrival(&look(0, SignedDuration::from_hours(26)), now()), Arrival::Absurd);
}
