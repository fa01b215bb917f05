//! What planning promises, told as stories, tabulated, and as properties of any account.

mod entities;
mod faults;
mod limits;
mod looks;
mod names;
mod promises;
mod properties;
mod repair_options;
mod story;
mod table;
