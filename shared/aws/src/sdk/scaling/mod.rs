//! Application Auto Scaling.

mod describe_scalable_targets;
#[cfg(test)]
mod tests;
