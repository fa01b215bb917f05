//! Every input that was kept still holds: those written by hand, those a fuzzer reached something new with, and those by
//! which something was found.

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::PathBuf;

use fuzzing::TARGETS;

/// A corpus is read and replayed with every run of the tests.
const MOST_FILES: usize = 400;
const MOST_BYTES: usize = 1_000_000;

#[test]
fn every_kept_input_still_holds() {
    let all = TARGETS.iter().flat_map(|(target, check)| inputs(target).into_iter().map(move |input| (check, input)));
    let failing = all.filter(|(check, (_, data))| catch_unwind(|| check(data)).is_err());
    let failing: Vec<PathBuf> = failing.map(|(_, (path, _))| path).collect();
    assert!(failing.is_empty(), "what was kept doesn't hold any more: {failing:#?}");
}

#[test]
fn every_target_has_a_corpus_and_a_binary() {
    let targets = BTreeSet::from(TARGETS.map(|(target, _)| target.to_owned()));
    assert_eq!(names("corpus"), targets);
    assert_eq!(names("cargo-fuzz/fuzz_targets"), targets);
    for (target, _) in TARGETS {
        assert!(inputs(target).len() > 2, "hardly an input for {target}");
    }
}

#[test]
fn the_corpus_is_small() {
    let all: Vec<usize> = TARGETS.iter().flat_map(|(target, _)| inputs(target)).map(|(_, data)| data.len()).collect();
    assert!(all.len() < MOST_FILES, "{} files", all.len());
    assert!(all.iter().sum::<usize>() < MOST_BYTES, "{} bytes", all.iter().sum::<usize>());
}

/// What is in a folder of this crate, without endings.
fn names(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(here().join(folder)).expect("the folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect()
}

fn inputs(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(here().join("corpus").join(target)).expect("the target's corpus");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).expect("an input"))).collect()
}

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
