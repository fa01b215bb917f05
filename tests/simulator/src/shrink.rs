//! The shortest story that fails still: happenings, luck and peculiarities of the account are taken away as long as the
//! same invariant fails.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::choices::{Choices, Luck};
use crate::run::{Options, run};

/// Simulations that shrinking may take.
const BUDGET: usize = 4000;

/// Choices that fail the same invariant and say less.
#[must_use]
pub fn shrink(choices: &Choices, options: Options) -> Choices {
    let options = Options { telling: false, ..options };
    let first = run(&Arc::new(choices.clone()), options);
    let Some(violation) = first.violation else { return choices.clone() };
    let mut search = Search { options, invariant: violation.invariant, left: BUDGET, best: choices.clone() };
    if search.best.luck == Luck::All {
        let none = Choices { luck: Luck::Only(BTreeSet::new()), ..search.best.clone() };
        if !search.fails(none) {
            let all = Choices { luck: Luck::Only((1..=first.drawn).collect()), ..search.best.clone() };
            search.fails(all);
        }
    }
    loop {
        let before = search.best.clone();
        search.fewer_happenings();
        search.less_luck();
        search.plainer_setup();
        search.plainer_happenings();
        if search.best == before || search.left == 0 {
            return search.best;
        }
    }
}

struct Search {
    options: Options,
    invariant: &'static str,
    left: usize,
    best: Choices,
}

impl Search {
    /// Does it fail still? Then it is the best so far.
    fn fails(&mut self, choices: Choices) -> bool {
        if self.left == 0 || choices == self.best {
            return false;
        }
        self.left -= 1;
        let outcome = run(&Arc::new(choices.clone()), self.options);
        let fails = outcome.violation.is_some_and(|violation| violation.invariant == self.invariant);
        if fails {
            self.best = choices;
        }
        fails
    }

    /// Takes away parts of `items`, large ones first.
    fn without_parts<T: Clone>(
        &mut self,
        items: impl Fn(&Choices) -> Vec<T>,
        with: impl Fn(&Choices, Vec<T>) -> Choices,
    ) {
        let mut size = items(&self.best).len().max(1);
        while size > 0 {
            let mut start = 0;
            loop {
                let all = items(&self.best);
                if start >= all.len() {
                    break;
                }
                let end = (start + size).min(all.len());
                let rest: Vec<T> = all[..start].iter().chain(&all[end..]).cloned().collect();
                let shorter = with(&self.best, rest);
                if !self.fails(shorter) {
                    start += size;
                }
            }
            size /= 2;
        }
    }

    fn fewer_happenings(&mut self) {
        self.without_parts(
            |choices| choices.happenings.clone(),
            |choices, happenings| Choices { happenings, ..choices.clone() },
        );
    }

    fn less_luck(&mut self) {
        self.without_parts(
            |choices| match &choices.luck {
                Luck::All => Vec::new(),
                Luck::Only(draws) => draws.iter().copied().collect(),
            },
            |choices, draws| Choices { luck: Luck::Only(draws.into_iter().collect()), ..choices.clone() },
        );
    }

    fn plainer_setup(&mut self) {
        for at in 0..self.best.setup.len() {
            if self.best.setup[at] != 0 {
                let mut plainer = self.best.clone();
                plainer.setup[at] = 0;
                self.fails(plainer);
            }
        }
    }

    fn plainer_happenings(&mut self) {
        for at in 0..self.best.happenings.len() {
            for part in [0, 1, 2] {
                let mut plainer = self.best.clone();
                let one = &mut plainer.happenings[at];
                *[&mut one.gap, &mut one.which, &mut one.how][part] = 0;
                self.fails(plainer);
            }
        }
    }
}
