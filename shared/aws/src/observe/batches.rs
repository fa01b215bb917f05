//! Questions of one kind, sorted into the fewest requests.

use std::collections::{BTreeMap, BTreeSet};

use model::id::ClusterArn;
use model::observation::{AwsFacts, AwsQuestions, Desired, TaskList};

use crate::api::AwsFact;
use crate::batch::FILTER_VALUES;

/// What is asked, in batches that one request may ask for.
pub(super) fn batches<T: AwsFact>(asked: Vec<T::Asked>) -> Vec<Vec<T::Asked>> {
    let mut by_cluster: BTreeMap<Option<ClusterArn>, Vec<T::Asked>> = BTreeMap::new();
    for asked in asked {
        by_cluster.entry(T::cluster(&asked).cloned()).or_default().push(asked);
    }
    by_cluster.into_values().flat_map(|asked| asked.chunks(T::AT_MOST).map(<[_]>::to_vec).collect::<Vec<_>>()).collect()
}

/// Asks for interfaces with their subnets rather than by their ids, where that is fewer requests. A page of a subnet holds 1,000
/// interfaces, a request by ids 200: where so many are asked for that they don't fit into one such request, most of what is
/// in their subnets is among them.
pub(super) fn by_subnet_where_that_is_fewer(asked: &mut AwsQuestions) {
    let mut subnets: BTreeSet<_> = std::mem::take(&mut asked.interfaces).into_iter().collect();
    let interfaces: BTreeMap<_, _> = asked.interface.drain(..).map(|(subnet, id)| (id, subnet)).collect();
    let are_many = interfaces.len() > FILTER_VALUES;
    for (id, subnet) in interfaces {
        match subnet {
            Some(subnet) if are_many || subnets.contains(&subnet) => drop(subnets.insert(subnet)),
            subnet => asked.interface.push((subnet, id)),
        }
    }
    asked.interfaces = subnets.into_iter().collect();
}

/// From so many services of one cluster on, the tasks that ECS wants stopped are listed in one: a page, and a request that describes a
/// page's tasks, against a page for each service.
const STOPPED_IN_ONE: usize = 3;

/// Lists the tasks of a cluster that ECS wants stopped in one rather than service by service, where that is fewer requests. How many
/// there are is known only when they are listed: the list is given up after a quarter of the pages that the services take. If it is
/// longer than that, each service's list is asked for when it comes again.
///
/// Only where all tasks that are meant to run were listed in one before: a task that ECS stops meanwhile is in one of the two
/// lists, whichever service it is of.
pub(super) fn stopped_in_one_where_that_is_fewer(asked: &mut AwsQuestions, known: &AwsFacts) {
    let mut services: BTreeMap<ClusterArn, usize> = BTreeMap::new();
    for list in asked.tasks.iter().filter(|list| list.is_stopped_of_service()) {
        *services.entry(list.cluster.clone()).or_default() += 1;
    }
    services.retain(|cluster, services| {
        let running = TaskList { cluster: cluster.clone(), service: None, desired: Desired::Running };
        let may_be_fewer = *services >= STOPPED_IN_ONE && !known.stopped_in_one.contains_key(cluster);
        may_be_fewer && known.tasks.known(&running).is_some()
    });
    asked.tasks.retain(|list| list.desired != Desired::Stopped || !services.contains_key(&list.cluster));
    asked.stopped_in_one.extend(services.into_iter().map(|(cluster, services)| ((services / 4).max(1), cluster)));
}
