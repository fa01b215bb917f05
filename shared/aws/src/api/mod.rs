//! What the guard asks of AWS, in the model's words.
//!
//! All methods that list follow every page, and fail as a whole rather than leave out what they can't read. Methods
//! that describe take at most one batch (see [`crate::batch`]) and answer for each key: a failure of the call itself is
//! the error, a failure on one key is that key's answer. A key without an answer was not mentioned by AWS, which says
//! nothing about it: [`crate::observe`] takes it as unread.
//!
//! A call that names one thing, or many things in one cluster, fails with [`CallErrorKind::NotFound`] if that thing or
//! cluster doesn't exist.
//!
//! [`CallErrorKind::NotFound`]: model::call::CallErrorKind::NotFound

mod ec2;
mod ecs;
mod elb;
mod scaling;

pub use ec2::Ec2;
pub use ecs::Ecs;
pub use elb::{Elb, Zone};
pub use scaling::Scaling;

use std::future::Future;

use model::call::CallError;
use model::observation::Answer;

/// An AWS account in one Region, as far as the guard looks.
pub trait Account: Ecs + Elb + Ec2 + Scaling + Sync {}

impl<T: Ecs + Elb + Ec2 + Scaling + Sync> Account for T {}

/// Each key with its answer.
pub type Answers<K, V> = Vec<(K, Answer<V>)>;

/// The outcome of a call, on its way.
pub trait Reply<T>: Future<Output = Result<T, CallError>> + Send {}

impl<T, F: Future<Output = Result<T, CallError>> + Send> Reply<T> for F {}
