//! The guard's view of AWS over the AWS SDK: one file per operation, with the adapters of the facts that it reads.
//!
//! Each file sends one kind of request, follows its pages and turns what AWS says into the model. Where an answer can't
//! be understood, that item is unread; a list with such an item fails, for leaving it out would say that it isn't there.

mod account;
mod clients;
mod ec2;
mod ecs;
mod elb;
mod isolate;
mod read;
mod resource;
mod scaling;

pub use clients::Clients;
