//! What is built in: the version of the command line. And how what is shipped is linked: at a fixed address. Elsewhere every pointer to a method would be put right before `main`,
//! of which there are forty thousand, and the pages they are in would be the process's own. Only where it is built on a
//! machine of the kind it is for, as linkers for other kinds differ in what they take.

#![expect(clippy::disallowed_methods, reason = "this is how a build script is talked to")]

fn main() {
    let of = |name: &str| std::env::var(name).unwrap_or_default();
    if of("PROFILE") == "release" && of("CARGO_CFG_TARGET_OS") == "linux" && of("HOST") == of("TARGET") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
    println!("cargo::rerun-if-changed=../build.rs");
    println!(
        "cargo::rustc-env=ECS_NLB_GUARD_VERSION={}",
        version(&of("CARGO_PKG_VERSION"), of("PROFILE") == "release")
    );
}

/// The version, and what is shipped says of which commit it is: `0.1.0 (1f2e3d4c5)`. `ECS_NLB_GUARD_COMMIT` says so where there
/// is no repository.
fn version(package: &str, is_shipped: bool) -> String {
    println!("cargo::rerun-if-env-changed=ECS_NLB_GUARD_COMMIT");
    let given = std::env::var("ECS_NLB_GUARD_COMMIT").ok().filter(|commit| !commit.is_empty());
    match given.or_else(|| is_shipped.then(commit).flatten()) {
        Some(commit) => format!("{package} ({commit})"),
        None => package.to_owned(),
    }
}

fn commit() -> Option<String> {
    // It changes with every commit that is checked out or made.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"])?;
    println!("cargo::rerun-if-changed={log}");
    git(&["rev-parse", "--short=9", "HEAD"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = std::process::Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
