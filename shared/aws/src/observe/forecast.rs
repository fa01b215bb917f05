//! How many requests reading takes, before they are sent.

use std::collections::BTreeSet;

use model::every_aws_table;
use model::observation::{AwsFacts, AwsQuestions, Question};

use super::batches::{batches, by_subnet_where_that_is_fewer};
use crate::api::AwsFact;
use crate::budget::Requests;

/// As many tasks one request asks about.
const TASKS: u32 = 100;

/// The requests that answering these questions takes, but for further pages.
#[must_use]
pub fn requests(questions: &BTreeSet<Question>) -> Requests {
    fn add<T: AwsFact>(_: fn(&AwsFacts) -> &T, asked: Vec<T::Asked>, requests: &mut Requests) {
        if !asked.is_empty() {
            requests.add(T::ACTION, count(batches::<T>(asked).len()));
        }
    }
    let mut asked = AwsQuestions::of(questions);
    by_subnet_where_that_is_fewer(&mut asked);
    let mut requests = Requests::default();
    macro_rules! add {
        ($($table:ident)*) => { $( add(|facts| &facts.$table, asked.$table, &mut requests); )* };
    }
    every_aws_table!(add);
    requests
}

/// The requests that the answers to these questions will lead to, as far as they are many in a large account: for the tasks that
/// services run and for their task definitions, and where the rules ask for them, for the attributes of target groups and the
/// listeners of load balancers.
#[must_use]
pub fn requests_to_come(questions: &BTreeSet<Question>, known: &AwsFacts, by_every_rule: bool) -> Requests {
    let asked = AwsQuestions::of(questions);
    let mut requests = Requests::default();
    // A service that isn't known yet has a task definition.
    requests.add("ecs:DescribeTaskDefinition", count(asked.service.len()));
    let services: Vec<_> = known.service.all_known().map(|(_, service)| service).collect();
    if known.task.all_known().next().is_none() && asked.task.is_empty() {
        let tasks: u32 = services.iter().map(|service| service.running_count).fold(0, u32::saturating_add);
        requests.add("ecs:DescribeTasks", u64::from(tasks.div_ceil(TASKS)));
        let definitions: BTreeSet<_> = services.iter().filter_map(|service| service.task_definition.as_ref()).collect();
        let unread = definitions.into_iter().filter(|arn| !known.task_definition.contains_key(arn));
        requests.add(
            "ecs:DescribeTaskDefinition",
            count(unread.count()).saturating_sub(count(asked.task_definition.len())),
        );
    }
    if by_every_rule && asked.target_group_attributes.is_empty() {
        let judged: BTreeSet<_> =
            asked.target_health.iter().chain(known.target_health.iter().map(|(group, _)| group)).collect();
        let unread = judged.into_iter().filter(|group| !known.target_group_attributes.contains_key(group));
        requests.add("elasticloadbalancing:DescribeTargetGroupAttributes", count(unread.count()));
    }
    if by_every_rule {
        let balancers: BTreeSet<_> =
            known.target_group.all_known().flat_map(|(_, group)| &group.load_balancers).collect();
        let unread = balancers.into_iter().filter(|arn| !known.listeners.contains_key(arn));
        let action = "elasticloadbalancing:DescribeListeners";
        requests.add(action, count(unread.count()).saturating_sub(count(asked.listeners.len())));
    }
    requests
}

fn count(requests: usize) -> u64 {
    u64::try_from(requests).unwrap_or(u64::MAX)
}
