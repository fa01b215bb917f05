//! Fetches and parses what a sweep must know, and drops it.

use bench::sweep::{Failure, Sweep, config};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let ledger = std::env::args().nth(1);
    Sweep::new(&config().await, ledger).run().await
}
