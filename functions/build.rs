//! How what is shipped is linked.
//!
//! * Without tables for unwinding: it ends on a panic, and has no symbols to name the callers by. They are a tenth of a binary.
//! * At a fixed address: elsewhere every pointer to a method would be put right before `main`, of which there are forty
//!   thousand, and the pages they are in would be the process's own.

#![expect(clippy::disallowed_methods, reason = "this is how a build script is talked to")]

fn main() {
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") {
        let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
        println!("cargo::rustc-link-arg-bins=-Wl,-T,{folder}/../no-unwinding.ld");
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
    println!("cargo::rerun-if-changed=../no-unwinding.ld");
}
