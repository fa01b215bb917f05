//! Fetches and parses what a sweep must know, and drops it.

use aws::client::{Settings, function_config};
use bench::sweep::{Failure, Sweep};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    // All of each quota, as the sweep beside it; waiting costs no processor time.
    let settings = Settings { quota_share: "1".parse()?, ..Settings::default() };
    let ledger = std::env::args().nth(1);
    Sweep::new(&function_config(&settings), ledger).run().await
}
