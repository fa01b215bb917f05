//! Judging and planning an account by every rule, beside parsing the pages it was read from.
//!
//! `AWS_ENDPOINT_URL` is where the account is (`python -m bench.cloud`).

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::OnceLock;

use aws::sdk::Clients;
use aws_config::BehaviorVersion;
use bench::pages::{Page, Pages};
use bench::plain;
use bench::sweep::Sweep;
use divan::Bencher;
use model::observation::{Lookup, Observation};
use model::policy::Policy;
use model::scope::Scope;
use planner::{Capabilities, LookHistory, Waiting};
use runtime::clock::WallClock;

static READ: OnceLock<Read> = OnceLock::new();

/// An account as it was read.
struct Read {
    pages: Vec<Page>,
    /// What was known before each round of reading, and in the end.
    rounds: Vec<Observation>,
    scope: Scope,
    rules: BTreeSet<&'static str>,
    policy: Policy,
}

#[expect(clippy::print_stdout, reason = "it prints a table")]
fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    if std::env::var_os("AWS_ENDPOINT_URL").is_none() {
        println!("nothing is judged: AWS_ENDPOINT_URL says where there is an account");
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let read = runtime.block_on(read())?;
    let bytes: usize = read.pages.iter().map(Page::bytes).sum();
    println!("{} pages, {bytes} bytes, {} rounds", read.pages.len(), read.rounds.len());
    drop(READ.set(read));
    divan::main();
    Ok(())
}

async fn read() -> Result<Read, Box<dyn Error + Send + Sync>> {
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(plain::client()).load().await;
    let pages = Pages::default();
    Sweep::keeping(&pages, &config).run().await?;
    let mut read = Read {
        pages: pages.take(),
        rounds: Vec::new(),
        scope: Scope { everything: true, ..Scope::default() },
        rules: rules::rules().map(|rule| rule.slug).collect(),
        policy: Policy::default(),
    };
    let clients = Clients::new(&config);
    let now = pipeline::ports::Clock::now(&WallClock);
    let mut observation = Observation::new(now, "111122223333".parse()?, "us-east-1".parse()?);
    loop {
        let lookup = Lookup::new(&observation);
        read.judge(&lookup);
        let questions = lookup.into_questions();
        read.rounds.push(observation.clone());
        if questions.is_empty() {
            return Ok(read);
        }
        aws::observe::answer(&clients, &questions, &mut observation.aws).await;
        ledger::answer_without_ledger(&questions, &mut observation.ledger);
    }
}

impl Read {
    /// Returns how many findings there are.
    fn judge(&self, lookup: &Lookup<'_>) -> usize {
        let judgement = rules::judge(lookup, &self.scope, &self.policy, &self.rules);
        let means = Capabilities { ledger: false, waiting: Waiting::No };
        planner::plan(lookup, judgement.findings, &[], &self.policy, &LookHistory::default(), means).findings.len()
    }
}

fn account() -> &'static Read {
    READ.get().unwrap_or_else(|| unreachable!("it is read before anything is measured"))
}

#[divan::bench]
fn parse() {
    account().pages.iter().for_each(Page::parse);
}

/// What is known in the end, judged once.
#[divan::bench]
fn judge(bencher: Bencher<'_, '_>) {
    let known = account().rounds.last();
    let known = known.unwrap_or_else(|| unreachable!("there is a last round"));
    bencher.bench_local(|| account().judge(&Lookup::new(known)));
}

/// What a sweep judges: what is known after each round of reading.
#[divan::bench]
fn judge_all_rounds(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| account().rounds.iter().map(|known| account().judge(&Lookup::new(known))).sum::<usize>());
}
