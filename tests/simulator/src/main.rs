//! The simulator's command line: `simulator SEEDS [FROM]` runs so many seeds from one on, `simulator --replay CHOICES` one of
//! them, told as a story.
#![expect(clippy::print_stdout, reason = "it is a command line")]

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use simulator::{Choices, Options, run, shrink};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--replay", choices] => replay(choices),
        [seeds] => sweep(seeds, "0"),
        [seeds, from] => sweep(seeds, from),
        _ => {
            println!("usage: simulator SEEDS [FROM] | simulator --replay SEED-OR-CHOICES");
            ExitCode::from(2)
        }
    }
}

fn replay(choices: &str) -> ExitCode {
    let choices: Choices = match choices.parse() {
        Ok(choices) => choices,
        Err(error) => {
            println!("{error}");
            return ExitCode::from(2);
        }
    };
    let shrunk = shrink(&choices, Options::default());
    let outcome = run(&Arc::new(shrunk.clone()), Options { telling: true, ..Options::default() });
    outcome.story.iter().for_each(|line| println!("{line}"));
    match outcome.violation {
        Some(violation) => {
            println!("{} doesn't hold: {}", violation.invariant, violation.what);
            println!("make sim SEED={shrunk}");
            ExitCode::FAILURE
        }
        None => ExitCode::SUCCESS,
    }
}

fn sweep(seeds: &str, from: &str) -> ExitCode {
    let (Ok(seeds), Ok(from)) = (seeds.parse::<u64>(), from.parse::<u64>()) else {
        println!("{seeds:?} and {from:?} are no numbers");
        return ExitCode::from(2);
    };
    let began = Instant::now();
    let (next, invocations) = (AtomicU64::new(from), AtomicU64::new(0));
    let (changes, group_repairs) = (AtomicU64::new(0), AtomicU64::new(0));
    let failed = AtomicU64::new(u64::MAX);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + seeds || failed.load(Ordering::Relaxed) != u64::MAX {
                        return;
                    }
                    let outcome = run(&Arc::new(Choices::of_seed(seed)), Options::default());
                    invocations.fetch_add(outcome.invocations.into(), Ordering::Relaxed);
                    changes.fetch_add(outcome.changes.try_into().unwrap_or(0), Ordering::Relaxed);
                    group_repairs.fetch_add(outcome.group_repairs.try_into().unwrap_or(0), Ordering::Relaxed);
                    if outcome.violation.is_some() {
                        failed.fetch_min(seed, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let seconds = began.elapsed().as_secs_f64();
    let ran = next.load(Ordering::Relaxed).min(from + seeds) - from;
    println!(
        "{ran} seeds from {from} in {seconds:.1} s, {:.0} a second: {} invocations, {} changes of targets, {} of security groups",
        ran as f64 / seconds,
        invocations.load(Ordering::Relaxed),
        changes.load(Ordering::Relaxed),
        group_repairs.load(Ordering::Relaxed),
    );
    match failed.load(Ordering::Relaxed) {
        u64::MAX => ExitCode::SUCCESS,
        seed => {
            println!("seed {seed} fails");
            replay(&seed.to_string())
        }
    }
}
