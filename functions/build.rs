//! How what is shipped is linked: at a fixed address. Elsewhere every pointer to a method would be put right before `main`,
//! of which there are forty thousand, and the pages they are in would be the process's own. Only where it is built on a
//! machine of the kind it is for, as linkers for other kinds differ in what they take.

#![expect(clippy::disallowed_methods, reason = "this is how a build script is talked to")]

fn main() {
    let of = |name: &str| std::env::var(name).unwrap_or_default();
    if of("PROFILE") == "release" && of("CARGO_CFG_TARGET_OS") == "linux" && of("HOST") == of("TARGET") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
    println!("cargo::rerun-if-changed=../build.rs");
}
