//! Tasks that are meant to stop, by service or by cluster, whichever is fewer calls.

use std::collections::BTreeSet;

use model::call::CallErrorKind;
use model::ecs::{Task, TaskStatus};
use model::observation::{Answer, Desired, Gap, Lookup, Observation, Question, TaskList};
use model::scope::ServiceId;

use super::{account, answer, cluster, observation, task};
use crate::memory::MemoryAccount;

fn stopped(service: Option<usize>) -> TaskList {
    let service = service.map(|n| ServiceId::new(&cluster("prod"), &format!("s{n}")));
    TaskList { cluster: cluster("prod"), service, desired: Desired::Stopped }
}

fn running() -> TaskList {
    TaskList { desired: Desired::Running, ..stopped(None) }
}

/// Beside those that run, so many that stopped, of no service.
fn with_stopped(tasks: usize) -> MemoryAccount {
    let account = account();
    for n in 0..tasks {
        let arn = task("prod", 1_000 + n);
        let one = Task { desired_status: TaskStatus::Stopped, ..fixtures::task(&arn, &cluster("prod")) };
        account.world().tasks.insert(arn, one);
    }
    account
}

/// Asks for the lists of so many services, once the running tasks of the cluster were listed in one, or not.
async fn ask(account: &MemoryAccount, services: usize, are_listed: bool) -> Observation {
    let mut observation = observation();
    if are_listed {
        answer(account, &[Question::Tasks(running())].into(), &mut observation.aws).await;
    }
    drop(account.calls().take());
    ask_again(account, services, &mut observation).await;
    observation
}

async fn ask_again(account: &MemoryAccount, services: usize, observation: &mut Observation) {
    let questions: BTreeSet<Question> = (0..services).map(|n| Question::Tasks(stopped(Some(n)))).collect();
    answer(account, &questions, &mut observation.aws).await;
}

fn calls(account: &MemoryAccount) -> u64 {
    account.calls().take().get("ecs:ListTasks").copied().unwrap_or_default()
}

#[tokio::test]
async fn of_many_services_they_are_listed_in_one_and_of_few_by_service() {
    for (services, expected) in [(1, 1), (2, 2), (3, 1), (200, 1)] {
        let account = with_stopped(40);
        let seen = ask(&account, services, true).await;
        assert_eq!(calls(&account), expected, "{services}");
        let listed = Lookup::new(&seen).listed_by_cluster(&stopped(Some(0)));
        assert_eq!(listed, (services > 2).then(|| stopped(None)), "{services}");
    }
}

#[tokio::test]
async fn where_the_running_tasks_were_not_listed_in_one_they_are_listed_by_service() {
    let account = with_stopped(40);
    let seen = ask(&account, 20, false).await;
    assert_eq!((calls(&account), seen.aws.stopped_in_one.len()), (20, 0));
}

#[tokio::test]
async fn a_list_that_is_longer_than_what_it_spares_is_given_up_and_asked_for_no_more() {
    for (tasks, is_listed) in [(500, true), (501, false)] {
        let account = with_stopped(tasks);
        let mut seen = ask(&account, 20, true).await;
        assert_eq!(seen.aws.stopped_in_one[&cluster("prod")], Answer::Known(is_listed));
        assert_eq!(Lookup::new(&seen).listed_by_cluster(&stopped(Some(0))).is_some(), is_listed);
        calls(&account);
        if !is_listed {
            assert_eq!(Lookup::new(&seen).tasks(&stopped(Some(0))), Err(Gap::Pending));
            ask_again(&account, 20, &mut seen).await;
            assert_eq!((calls(&account), seen.aws.tasks.len()), (20, 21));
        }
    }
}

#[tokio::test]
async fn a_list_in_one_that_can_not_be_read_leaves_every_services_unread_and_none_empty() {
    let account = with_stopped(40);
    let fault = ("ecs:ListTasks", cluster("prod").to_string(), CallErrorKind::Throttled);
    let mut observation = observation();
    answer(&account, &[Question::Tasks(running())].into(), &mut observation.aws).await;
    account.world().faults.push(fault);
    ask_again(&account, 20, &mut observation).await;
    let lookup = Lookup::new(&observation);
    for n in 0..20 {
        assert!(matches!(lookup.tasks(&stopped(Some(n))), Err(Gap::Unread(_))), "{n}");
    }
    // The whole list itself wasn't asked for: whoever needs it asks.
    assert_eq!(lookup.tasks(&stopped(None)), Err(Gap::Pending));
}
