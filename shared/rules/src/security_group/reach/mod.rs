//! Does traffic pass from a balancer to a task? Arithmetic over security group rules; nothing is asked here.
//!
//! * [`flow`] – what is to pass: a protocol and a port;
//! * [`admitted`] – what one side's rules let through for a flow, and the verdict on who comes to it;
//! * [`range`] – sets of addresses, as lists of ranges.
//!
//! Security group rules only ever allow, and those of all groups an interface has count together, so a gate is a union.
//! They are stateful: answers pass by themselves, and only the side that opens a connection is judged.

pub(crate) mod admitted;
pub(crate) mod flow;
pub(crate) mod range;

pub(crate) use admitted::{Admission, Admitted, Spread};
pub(crate) use flow::Flow;
