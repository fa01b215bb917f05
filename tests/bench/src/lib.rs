//! What the functions are measured against: programs that do as little as can be done.
//!
//! * `examples/hello` – a function that does nothing: what it costs to be one;
//! * `examples/floor` – a sweep's calls by the SDK alone: what it costs to fetch and parse what a sweep must know;
//! * `examples/judging` – judging and planning by every rule, beside parsing the pages they are about;
//! * `examples/repairing` – a pass that registers tasks in many target groups, beside one that finds nothing.
//!
//! `python -m bench`, beside this, runs them and the shipped binaries and prints one table.

pub mod pages;
pub mod plain;
pub mod repairs;
pub mod sweep;
