//! Fetches and parses what a sweep must know, and drops it.

use aws::client::{ClientSettings, function_config};
use bench::sweep::{Failure, Sweep};

/// The audit's, so that it is no lighter than its floor by that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    // All of each quota, as the sweep beside it; waiting costs no processor time.
    let settings = ClientSettings { quota_share: "1".parse()?, ..ClientSettings::default() };
    let ledger = std::env::args().nth(1);
    Sweep::new(&function_config(&settings), ledger).run().await
}
