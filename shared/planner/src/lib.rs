//! What may be done about the findings now, what needs another look first, and what is withheld and why.
//!
//! [`plan`] takes every repair that the rules propose through the same gates, in this order:
//!
//! 1. the rule's own objection;
//! 2. of repair options: whether the policy allows it, and whether AWS has refused it before;
//! 3. the pause;
//! 4. holds: the tag a person put on the cluster, a service, the task, the target group, a load balancer, the interface, or a
//!    security group that would be set;
//! 5. the ledger: without one, targets are only registered;
//! 6. of updates, forced deployments and stops: one at a time, and none that proved useless;
//! 7. the mode: in observe mode a repair is only planned, as far as the limit allows, and needs no second look;
//! 8. two looks: the same suspicion, seen twice, neither too soon nor too late;
//! 9. the limits: removals of each target group, interface changes, service updates, task stops of each service.
//!
//! The first gate that is closed gives the reason, and no reason is lost: each proposal becomes one [`Step`] with its
//! [`Decision`]. Gates fail closed: what one needs to know and can't find out closes it.
//!
//! Planning is synchronous, total and deterministic: "now" is the observation's time, and the order of the findings
//! doesn't matter. What it needs and isn't read yet becomes a question of the [`Lookup`](model::observation::Lookup),
//! like any rule's. It doesn't judge (rules do), doesn't count changes (the ledger does, atomically, when they are
//! made; here is only the forecast), doesn't send the looks to come, and executes nothing.

mod capabilities;
mod confirm;
mod decide;
mod decision;
mod hold;
mod limit;
mod looks;
mod moment;
mod plan;
mod repair_options;
mod restraint;
mod terms;
mod unread;
mod verdict;

pub use capabilities::{Capabilities, Waiting};
pub use decide::plan;
pub use decision::Decision;
pub use limit::RepairLimit;
pub use looks::{LookAgain, LookHistory, MAX_ATTEMPTS, TaskInGrace};
pub use plan::{Plan, PlannedFinding, Step};
pub use repair_options::MAX_REFUSALS;
pub use terms::mode;
