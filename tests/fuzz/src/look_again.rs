//! A look to come, on its way back from the queue: anyone who may send to the queue may have written it.

use model::Timestamp;
use model::scope::Site;
use pipeline::ports::DelayedLook;
use runtime::incoming::{Work, look_again};
use runtime::looks::{Arrival, arrival};

use crate::here::{assert_here, assert_scope, assert_service, messages};

/// Takes the bytes for a message's body.
pub fn check(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(Work::LookAgain(look)) = messages(&[text]).remove(0).work {
        assert_look(&look);
        assert_comes_back(&look);
        assert_arrives(&look);
    }
}

fn assert_look(look: &DelayedLook) {
    match &look.site {
        Site::TargetGroup(group) => assert_here(group),
        Site::Service(service) => assert_service(service),
        Site::Task { cluster, task } => {
            assert_here(cluster);
            assert_here(task);
            assert!(task.cluster().is_none_or(|its| its == *cluster));
        }
    }
    assert!(!look.scope().is_empty());
    assert_scope(&look.scope());
}

/// Written and read, it is the same.
fn assert_comes_back(look: &DelayedLook) {
    let body = look_again::write(look).expect("JSON");
    match messages(&[&body]).remove(0).work {
        Ok(Work::LookAgain(back)) => assert_eq!(back, *look),
        other => panic!("{body} came back as {other:?}"),
    }
}

fn assert_arrives(look: &DelayedLook) {
    assert_eq!(arrival(look, look.not_before), Arrival::Due);
    assert_eq!(arrival(look, Timestamp::MAX), Arrival::Due);
    let long_before = look.not_before > Timestamp::UNIX_EPOCH;
    assert!(!long_before || arrival(look, Timestamp::MIN) == Arrival::Absurd);
}
