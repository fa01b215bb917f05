//! The vocabulary of ecs-nlb-guard: what AWS has, what was read of it, what is judged about it and what may be done.
//!
//! * [`id`] – typed ids and ARNs that parse;
//! * [`ecs`], [`elb`], [`ec2`], [`scaling`] – the entities the rules look at, in AWS's own words;
//! * [`mod@observation`] – facts as answers to questions, each known, absent or unread;
//! * [`scope`] – where to look (never what is true);
//! * [`finding`], [`fix`], [`repair`] – a judgement, what a person can do about it, and a change that would mend it;
//! * [`alert`] – what somebody is told about a fault, as it is kept;
//! * [`policy`] – what the owner of the account allows.
//!
//! Nothing here does I/O, knows the SDK, reads a clock or an environment variable.

pub mod alert;
pub mod call;
pub mod ec2;
pub mod ecs;
pub mod elb;
pub mod finding;
pub mod fix;
pub mod hold;
pub mod id;
pub mod ledger;
pub mod near;
pub mod observation;

pub mod policy;
pub mod quota;
pub mod repair;
pub mod scaling;
pub mod scope;
pub mod sweep;

pub use jiff::Timestamp;
