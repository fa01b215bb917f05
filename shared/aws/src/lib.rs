//! The only crate that talks to ECS, Elastic Load Balancing, EC2 and Application Auto Scaling.
//!
//! * [`api`] – what the guard asks of AWS: the account, and how each fact is read;
//! * [`sdk`] – an account through the AWS SDK, one file per operation, with the adapters of the facts;
//! * [`memory`] – an account in memory;
//! * [`mod@observe`] – questions answered in the largest batches, side by side;
//! * [`client`] – one set-up for all SDK clients of the process: transport, timeouts, retries;
//! * [`budget`] – AWS's request quotas, of which this process takes its share;
//! * [`calls`] – how many requests were sent, by IAM action;
//! * [`deadline`] – when answers come too late;
//! * [`error`] – how a call failed, classified once.
//!
//! Nothing here judges. It reads what it is asked for and carries out what it is told, and it never takes a failed
//! look-up for "there is none": what can't be read, or read and not understood, is unread.

pub mod api;
pub mod batch;
pub mod budget;
pub mod calls;
pub mod client;
pub mod deadline;
pub mod error;
pub mod memory;
pub mod observe;
pub mod sdk;

pub use api::{Account, AwsFact, Besides, Found, Zone};
