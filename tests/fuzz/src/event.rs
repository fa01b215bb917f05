//! What a function is invoked with: an EventBridge event, an SQS event, a request, or none of them.
//!
//! Whatever it is, it is here, it can be asked for, and it is the same to the function whether it is invoked with it or
//! finds it in a message.

use runtime::chain::chain;
use runtime::incoming::{Event, Incoming, IncomingError, QueueMessage, Work};
use serde_json::Value;

use crate::here::{assert_scope, home, messages, read};

/// Takes the bytes for the text a function is invoked with.
pub fn check(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let in_message = messages(&[text]).remove(0).work;
    match (read(text), in_message) {
        (Ok(Incoming::Event(event)), Ok(Work::Event(same))) => {
            assert_event(&event, text);
            assert_eq!(event, same);
        }
        (Ok(Incoming::Request(request)), Ok(Work::Request(same))) => assert_eq!(request, same),
        (Ok(Incoming::Sqs(messages)), Err(IncomingError::Misplaced(_))) => assert_every_record(&messages, text),
        (Ok(Incoming::TestAlert), Err(IncomingError::Misplaced(_))) => {}
        (Err(IncomingError::Misplaced(_)), Ok(Work::LookAgain(_) | Work::Part(_)) | Err(_)) => {}
        (Err(_), Err(IncomingError::Misplaced(_))) => {}
        (Err(error), Err(same)) => assert_eq!(said(&error), said(&same)),
        (one, other) => panic!("the input is {one:?}, but in a message it is {other:?}"),
    }
}

/// What is true of every event that was read.
pub(crate) fn assert_event(event: &Event, text: &str) {
    let Event { kind, scope, changed } = event;
    assert_scope(scope);
    assert!(changed.is_empty() || (scope.is_empty() && changed.len() == 1), "what one call changes is one thing");
    assert!(!scope.is_empty() || kind == "AWS API Call via CloudTrail", "a {kind} that says nothing");
    for hint in scope.tasks.values() {
        let addresses = &hint.addresses;
        assert!(addresses.iter().enumerate().all(|(at, address)| !addresses[..at].contains(address)));
    }
    let mut twice = scope.clone();
    twice.merge(scope.clone());
    assert_eq!(twice, *scope);
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        let (account, region) = (value["account"].as_str(), value["region"].as_str());
        assert!(account.is_none_or(|account| account == home().account.as_str()), "an event of {account:?}");
        assert!(region.is_none_or(|region| region == home().region.as_str()), "an event of {region:?}");
    }
}

/// As many messages as there are records, by the ids of those.
fn assert_every_record(messages: &[QueueMessage], text: &str) {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return };
    let records = value["Records"].as_array().map(Vec::as_slice).unwrap_or_default();
    let ids: Vec<Option<&str>> = records.iter().map(|record| record["messageId"].as_str()).collect();
    assert_eq!(messages.iter().map(|message| Some(message.id.as_str())).collect::<Vec<_>>(), ids);
    for (message, record) in messages.iter().zip(records) {
        assert!(message.work.is_err() || record["body"].is_string());
    }
}

/// The error in words, of whichever of the two it speaks.
pub(crate) fn said(error: &IncomingError) -> String {
    chain(error).replace("the message's body", "the input")
}
