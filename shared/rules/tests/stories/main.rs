//! The rules, told as stories about small accounts.
//!
//! [`story`] makes an account that answers every question, [`render`] prints what is found in it. A folder for each group of
//! rules has what they find and what they must not find; [`healthy`] and [`broken_stacks`] are judged by all of them.

mod account;
mod entities;
mod judged;
mod names;
mod network;
mod prose;
mod render;
mod story;

mod broken_stacks;
mod configuration;
mod headroom;
mod healthy;
mod path;
mod registration;
mod remedies;
mod security_group;
