//! What planning promises, told as stories, tabulated, and as properties of any account.

mod entities;
mod faults;
mod ladder;
mod limits;
mod looks;
mod names;
mod promises;
mod properties;
mod story;
mod table;
