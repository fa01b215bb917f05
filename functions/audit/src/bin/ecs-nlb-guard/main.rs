//! The command line `ecs-nlb-guard`: the audit for a person with a profile, and the pause.

mod args;
mod commands;
mod denied;
mod ending;
mod output;
mod outputs;
mod pace;
mod progress;
mod roles;
mod rollout;
mod session;
mod survey;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use model::near::did_you_mean;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::args::{Args, Command, PolicyCommand};
use crate::commands::{audit, diff, pause, permissions, plan, policy, rules, status, test_alert, watch};
use crate::ending::{Ending, Failure, INTERRUPTED};

fn main() -> ExitCode {
    let args = Args::parse();
    args.color.write_global();
    match run(&args.command) {
        Ok(ending) => ending.into(),
        Err(Failure { ending, what, hint, .. }) => {
            output::error(&what, hint.as_deref());
            ending.into()
        }
    }
}

fn run(command: &Command) -> Result<Ending, Failure> {
    match command {
        Command::Audit(args) => in_runtime(audit::run(args)),
        Command::Plan(args) => in_runtime(plan::run(args)),
        Command::Watch(args) => in_runtime(watch::run(args)),
        Command::Diff(args) => diff::run(args),
        Command::Permissions(args) => permissions::run(args),
        Command::Rules { slug } => rules::run(slug.as_deref()),
        Command::Policy(PolicyCommand::Check { file }) => policy::check(file),
        Command::Policy(PolicyCommand::Explain(args)) => policy::explain(args),
        Command::Policy(PolicyCommand::Init { file }) => policy::init(file),
        Command::Status(args) => in_runtime(status::run(args)),
        Command::Pause(args) => in_runtime(pause::pause(args)),
        Command::Resume(args) => in_runtime(pause::resume(args)),
        Command::TestAlert(account) => in_runtime(test_alert::run(account)),
        Command::Completions { shell } => completions(*shell),
        Command::Man { command } => man(command.as_deref()),
    }
}

/// Runs what talks to AWS, until it is done or the person has had enough.
fn in_runtime(work: impl Future<Output = Result<Ending, Failure>>) -> Result<Ending, Failure> {
    // Where it can't be watched for, the signal ends the program all the same, if without a word.
    if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) {
        std::thread::spawn(move || {
            if signals.forever().next().is_some() {
                output::error("interrupted", None);
                std::process::exit(INTERRUPTED);
            }
        });
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::usage(&error))?;
    // Boxed: its type is deeper nested than the compiler likes to look at.
    runtime.block_on(Box::pin(work))
}

fn completions(shell: clap_complete::Shell) -> Result<Ending, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "ecs-nlb-guard", &mut script);
    let script = String::from_utf8_lossy(&script);
    // clap_complete 4.6 writes a program's name in two ways where it has hyphens, and what bash looks for isn't there.
    output::print(&script.replace("ecs__subcmd__nlb__subcmd__guard", "ecs__nlb__guard"))?;
    Ok(Ending::Fine)
}

/// The page of the program, or of one of its commands.
fn man(command: Option<&str>) -> Result<Ending, Failure> {
    let mut program = Args::command();
    program.build();
    let of = match command {
        None => program,
        Some(name) => {
            let found = program.get_subcommands().find(|one| one.get_name() == name).cloned();
            found.ok_or_else(|| {
                let near = did_you_mean(name, program.get_subcommands().map(clap::Command::get_name));
                Failure::usage_of(format!("there is no command {name:?}{near}"))
            })?
        }
    };
    let mut page = Vec::new();
    let written = clap_mangen::Man::new(of).render(&mut page);
    written.map_err(|error| Failure::usage_of(format!("the manual page can't be written: {error}")))?;
    output::print(&String::from_utf8_lossy(&page))?;
    Ok(Ending::Fine)
}
