//! A pass that registers tasks in many target groups, beside one of that size that finds nothing: a line for each as JSON.

use bench::repairs::{Failure, Shape, pass};
use jiff::SignedDuration;
use model::repair::RepairStatus;
use serde_json::json;

#[expect(clippy::print_stdout, reason = "it prints what it measured")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    for (groups, missing) in [(25, 0), (25, 2), (100, 0), (100, 2), (200, 0), (200, 2), (200, 5)] {
        let passed = pass(Shape { groups, registered: 2, missing }, SignedDuration::ZERO, None).await?;
        let registered = passed.repairs(RepairStatus::Done).count();
        let (judged, seconds) = (passed.outcome.judged_groups, passed.cpu.as_secs_f64());
        let line = json!({"groups": groups, "missing": missing, "registered": registered, "judged_groups": judged,
            "cpu_seconds": seconds});
        println!("{line}");
    }
    Ok(())
}
