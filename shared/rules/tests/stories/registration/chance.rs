//! Small accounts by chance: few addresses, so that they are reused; few services, so that they meet in the same groups.

use proptest::prelude::*;
use proptest::sample::select;

/// In a subnet of this account, in one of another, and in none.
pub(crate) const ADDRESSES: [&str; 6] = ["10.0.1.1", "10.0.1.2", "10.0.1.3", "10.0.1.4", "10.0.9.1", "172.16.0.1"];
/// The last is no service's.
pub(crate) const PORTS: [u16; 3] = [8080, 9090, 7070];
pub(crate) const GROUPS: [&str; 2] = ["web", "api"];
pub(crate) const SERVICES: [&str; 3] = ["prod/one", "prod/two", "dr/three"];
/// The address that the policy may exclude.
pub(crate) const EXCLUDED: &str = ADDRESSES[1];
/// A question that fails is drawn as one of so many, however many the account is asked.
pub(crate) const DRAWN_OF: usize = 24;

/// What was drawn: indices into the lists above.
#[derive(Debug, Clone)]
pub(crate) struct Chance {
    pub(crate) services: Vec<OneService>,
    pub(crate) tasks: Vec<OneTask>,
    pub(crate) other_interfaces: Vec<usize>,
    pub(crate) targets: Vec<OneTarget>,
    pub(crate) records: Vec<OneRecord>,
    /// Services whose earlier task definition mapped this port too.
    pub(crate) mapped_before: Vec<(usize, usize)>,
    pub(crate) exclusive: bool,
    pub(crate) excluded: bool,
    pub(crate) unread: Vec<usize>,
}

#[derive(Debug, Clone)]
pub(crate) struct OneService {
    pub(crate) shape: Shape,
    /// Groups and ports.
    pub(crate) entries: Vec<(usize, usize)>,
}

/// How a service is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Rolling,
    InFlight,
    InFlightAsToldByRevisions,
    TaskSets,
    AtRestInTheAlternate,
    Shifting,
    Draining,
    OfTomorrow,
    Gone,
}

#[derive(Debug, Clone)]
pub(crate) struct OneTask {
    /// None of the three: standalone.
    pub(crate) service: usize,
    pub(crate) life: Life,
    pub(crate) address: usize,
    pub(crate) minutes: Option<i64>,
    pub(crate) of_primary: bool,
    /// Healthy in all of its service's entries.
    pub(crate) registered: bool,
}

/// Where a task is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    Running,
    Pending,
    Leaving,
    LeftItsInterface,
    /// RUNNING, but EC2 doesn't tell its interface.
    Unseen,
    Stopped,
    Forgotten,
}

#[derive(Debug, Clone)]
pub(crate) struct OneTarget {
    pub(crate) group: usize,
    pub(crate) address: usize,
    pub(crate) port: usize,
    pub(crate) state: &'static str,
}

#[derive(Debug, Clone)]
pub(crate) struct OneRecord {
    pub(crate) group: usize,
    pub(crate) address: usize,
    pub(crate) port: usize,
    pub(crate) task: u8,
    pub(crate) service: usize,
    pub(crate) past: Past,
}

/// What became of a record.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Past {
    Fresh,
    /// So many minutes ago.
    Ended(i64),
    Expired,
}

/// Any account.
pub(crate) fn chance() -> impl Strategy<Value = Chance> {
    let odd = vec![
        Shape::InFlight,
        Shape::InFlightAsToldByRevisions,
        Shape::TaskSets,
        Shape::AtRestInTheAlternate,
        Shape::Shifting,
        Shape::Draining,
        Shape::OfTomorrow,
        Shape::Gone,
    ];
    accounts(prop_oneof![2 => Just(Shape::Rolling), 1 => select(odd)].boxed())
}

/// One whose services all rest.
pub(crate) fn chance_at_rest() -> impl Strategy<Value = Chance> {
    accounts(Just(Shape::Rolling).boxed())
}

fn accounts(shape: BoxedStrategy<Shape>) -> impl Strategy<Value = Chance> {
    use prop::collection::vec;
    let lists = (
        vec(services(shape), 3),
        vec(tasks(), 0..7),
        vec(0..ADDRESSES.len(), 0..2),
        vec(targets(), 1..8),
        vec(records(), 0..5),
        vec((0..SERVICES.len(), 1..PORTS.len()), 0..4),
        vec(0..DRAWN_OF, 0..4),
    );
    (lists, prop::bool::weighted(0.3), prop::bool::weighted(0.1)).prop_map(|(lists, exclusive, excluded)| {
        let (services, tasks, other_interfaces, targets, records, mapped_before, unread) = lists;
        Chance { services, tasks, other_interfaces, targets, records, mapped_before, exclusive, excluded, unread }
    })
}

fn services(shape: BoxedStrategy<Shape>) -> impl Strategy<Value = OneService> {
    let port = prop_oneof![3 => Just(0_usize), 1 => Just(1_usize)];
    let entries = prop::collection::vec((0..GROUPS.len(), port), 0..3);
    (shape, entries).prop_map(|(shape, entries)| OneService { shape, entries })
}

fn tasks() -> impl Strategy<Value = OneTask> {
    let life = prop_oneof![
        4 => Just(Life::Running),
        1 => Just(Life::Pending),
        1 => Just(Life::Leaving),
        1 => Just(Life::LeftItsInterface),
        1 => Just(Life::Unseen),
        3 => Just(Life::Stopped),
        1 => Just(Life::Forgotten),
    ];
    let minutes = select(vec![None, Some(1), Some(60), Some(300)]);
    (0..=SERVICES.len(), life, 0..ADDRESSES.len(), minutes, prop::bool::weighted(0.8), any::<bool>()).prop_map(
        |(service, life, address, minutes, of_primary, registered)| OneTask {
            service,
            life,
            address,
            minutes,
            of_primary,
            registered,
        },
    )
}

fn targets() -> impl Strategy<Value = OneTarget> {
    let state = select(vec!["healthy", "healthy", "healthy", "initial", "unhealthy", "draining", "unused", "gone"]);
    (0..GROUPS.len(), 0..ADDRESSES.len(), 0..PORTS.len(), state).prop_map(|(group, address, port, state)| OneTarget {
        group,
        address,
        port,
        state,
    })
}

fn records() -> impl Strategy<Value = OneRecord> {
    let past = prop_oneof![
        3 => Just(Past::Fresh),
        1 => Just(Past::Ended(10)),
        1 => Just(Past::Ended(200)),
        1 => Just(Past::Expired),
    ];
    (0..GROUPS.len(), 0..ADDRESSES.len(), 0..2_usize, 0..7_u8, 0..SERVICES.len(), past)
        .prop_map(|(group, address, port, task, service, past)| OneRecord { group, address, port, task, service, past })
}
