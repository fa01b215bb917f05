//! SEMANTICS.md names tests. They exist.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};

#[test]
fn every_test_that_is_named_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = fs::read_to_string(root.join("SEMANTICS.md")).unwrap();
    let named: BTreeSet<&str> = text.split('`').skip(1).step_by(2).collect();
    let tests = end_to_end_tests(&root.join("tests/e2e")).unwrap();
    let invariants = simulator::invariants::names();
    let mut checked = 0;
    for name in named {
        let exists = if let Some(invariant) = name.strip_prefix("simulator: ") {
            invariant == "NAME" || invariants.contains(&invariant)
        } else if let Some(target) = name.strip_prefix("fuzz: ") {
            target == "NAME" || root.join("tests/fuzz/corpus").join(target).is_dir()
        } else if name.starts_with("test_") && name != "test_" {
            tests.contains(name)
        } else {
            continue;
        };
        assert!(exists, "SEMANTICS.md names {name}, and there is no such test");
        checked += 1;
    }
    assert!(checked > 40, "only {checked} names were found");
}

fn end_to_end_tests(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut tests = BTreeSet::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        if path.extension().is_some_and(|end| end == "py") {
            let text = fs::read_to_string(path)?;
            let name = |line: &str| Some(line.strip_prefix("def ")?.split_once('(')?.0.to_owned());
            tests.extend(text.lines().filter_map(name));
        }
    }
    Ok(tests)
}
