//! A hundred seeds with every run of the tests. `make test` runs a thousand fixed ones and a thousand that nobody has seen, and
//! prints them.

use std::sync::Arc;

use simulator::{Choices, Options, run, shrink};

#[test]
fn the_first_hundred_seeds_hold() {
    for seed in 0..100 {
        let choices = Choices::of_seed(seed);
        let outcome = run(&Arc::new(choices.clone()), Options::default());
        if outcome.violation.is_some() {
            tell(&choices);
        }
    }
}

#[test]
fn one_seed_is_one_story() {
    let options = Options { telling: true, ..Options::default() };
    let story = |seed| run(&Arc::new(Choices::of_seed(seed)), options).story;
    for seed in 0..5 {
        let first = story(seed);
        assert!(first.len() > 10, "{first:?}");
        assert_eq!(first, story(seed));
    }
}

/// Fails with the shortest story.
fn tell(choices: &Choices) {
    let shrunk = shrink(choices, Options::default());
    let outcome = run(&Arc::new(shrunk.clone()), Options { telling: true, ..Options::default() });
    let violation = outcome.violation.expect("a shrunk failure fails");
    let story = outcome.story.join("\n");
    panic!("{story}\n{}: {}\nmake sim SEED={shrunk}", violation.invariant, violation.what);
}
