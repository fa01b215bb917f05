//! The messages of an SQS event: as many as its records, by their ids, and what is wrong with one is no matter to the
//! others.

use runtime::incoming::{Incoming, IncomingError, Work};

use crate::event::{assert_event, said};
use crate::here::{assert_scope, messages, read};

/// More than SQS hands out without waiting.
const MOST: usize = 12;

/// An event that can be read, amid whatever else there is.
const GOOD: &str = r#"{"source": "aws.ecs", "detail-type": "ECS Task State Change", "account": "111122223333",
    "region": "eu-central-1", "detail": {"taskArn": "arn:aws:ecs:eu-central-1:111122223333:task/prod/0a1b",
    "clusterArn": "arn:aws:ecs:eu-central-1:111122223333:cluster/prod", "group": "service:web", "version": 3}}"#;

/// Takes each line for a body, and puts a good one among them.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut bodies: Vec<&str> = text.split('\n').take(MOST).collect();
    let good = bodies.len() / 2;
    bodies.insert(good, GOOD);
    let read_together = messages(&bodies);
    assert_eq!(read_together.len(), bodies.len());
    for (index, (message, body)) in read_together.iter().zip(&bodies).enumerate() {
        assert_eq!(message.id, format!("m{index}"));
        let alone = messages(&[body]).remove(0).work;
        assert_eq!(told(&message.work), told(&alone), "{body:?} is not the same alone");
        assert_work(&message.work, body);
    }
    let (Ok(Incoming::Event(event)), Ok(Work::Event(same))) = (read(GOOD), &read_together[good].work) else {
        panic!("the good one is {:?}", read_together[good].work)
    };
    assert_eq!(event, *same);
}

fn assert_work(work: &Result<Work, IncomingError>, body: &str) {
    match work {
        Ok(Work::Event(event)) => assert_event(event, body),
        Ok(Work::LookAgain(look)) => assert_scope(&look.scope()),
        Ok(Work::Part(part)) => assert_eq!(part, body),
        Ok(Work::Request(_)) => {}
        Err(error) => assert!(!said(error).is_empty()),
    }
}

fn told(work: &Result<Work, IncomingError>) -> Result<&Work, String> {
    work.as_ref().map_err(said)
}
