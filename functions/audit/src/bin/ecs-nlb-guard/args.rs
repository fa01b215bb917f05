//! What can be said on the command line.

use std::path::PathBuf;

use clap::builder::Styles;
use clap::builder::styling::AnsiColor;
use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use model::finding::Severity;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXIT_CODES: &str = "\
Exit status:
  0    fine
  1    a finding is at or over --fail-on
  2    the command line, a setting or the policy is wrong; nothing was read
  3    something could not be read, so that less is known than was asked for
  130  interrupted";

/// Says whether every awsvpc task of Amazon ECS is registered behind its Network Load Balancer and wears the right security
/// groups, and if not, exactly why.
///
/// It reads, and changes nothing in the account; only `pause` and `resume` write, one item of the guard's own ledger.
/// Credentials, Region and endpoint come from where the AWS command line takes them.
#[derive(Debug, Parser)]
#[command(name = "ecs-nlb-guard", version, styles = STYLES, after_help = EXIT_CODES, max_term_width = 110)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) color: colorchoice_clap::Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge the account, or a part of it, by every rule
    Audit(Audit),
    /// Say what repair mode would do, and what it wouldn't and why
    Plan(Plan),
    /// List the rules, or explain one
    Rules {
        /// The rule to explain
        slug: Option<String>,
    },
    /// Look after policies
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Stop all repairs of every function at once, until `resume`
    Pause(Pause),
    /// Let repairs go on after `pause`
    Resume(Resume),
    /// Print a script that completes this command line in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Judge the account, or a part of it, by every rule.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Audit {
    #[command(flatten)]
    pub(crate) look: SelectionArgs,
    /// How to tell what was found; by default as the name in --out says, else text
    #[arg(long, value_enum)]
    pub(crate) format: Option<ReportFormat>,
    /// Write the report to this file, whole or not at all
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Exit with 1 if anything found is of this severity or over
    #[arg(long, value_name = "SEVERITY", value_parser = severity_parser())]
    pub(crate) fail_on: Option<Severity>,
}

/// Say what repair mode would do, and what it wouldn't and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) look: SelectionArgs,
}

/// Where to look, and by what.
#[derive(Debug, clap::Args)]
pub(crate) struct SelectionArgs {
    /// Only these clusters: names, globs or ARNs
    #[arg(long, value_name = "NAME", help_heading = "Where to look")]
    pub(crate) cluster: Vec<String>,
    /// Only these services: CLUSTER/SERVICE, both may be globs, or ARNs
    #[arg(long, value_name = "CLUSTER/NAME", help_heading = "Where to look")]
    pub(crate) service: Vec<String>,
    /// Only these tasks: CLUSTER/ID, both may be globs, or ARNs
    #[arg(long, value_name = "CLUSTER/ID", help_heading = "Where to look")]
    pub(crate) task: Vec<String>,
    /// Only these target groups, with the services that use them: names, globs or ARNs
    #[arg(long, value_name = "NAME", help_heading = "Where to look")]
    pub(crate) target_group: Vec<String>,
    /// Only these rules: slugs or globs
    #[arg(long, value_name = "SLUG")]
    pub(crate) rule: Vec<String>,
    /// The policy of the functions that repair; else GUARD_POLICY, GUARD_POLICY_FILE, or policy.toml beside this program
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// The ledger's table, for what the functions remember; else GUARD_LEDGER_TABLE
    #[arg(long, value_name = "NAME")]
    pub(crate) ledger_table: Option<String>,
    #[command(flatten)]
    pub(crate) account: Account,
}

/// In which account.
#[derive(Debug, clap::Args)]
pub(crate) struct Account {
    /// A profile of the AWS command line
    #[arg(long, help_heading = "Account")]
    pub(crate) profile: Option<String>,
    /// The Region
    #[arg(long, help_heading = "Account")]
    pub(crate) region: Option<String>,
}

/// Look after policies.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Check a policy, and tell all its mistakes at once
    Check {
        /// The policy, TOML or JSON; - for standard input
        file: PathBuf,
    },
}

/// Stop all repairs of every function at once, until `resume`.
#[derive(Debug, clap::Args)]
pub(crate) struct Pause {
    /// Why; whoever looks next will want to know
    #[arg(long)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) ledger: Ledger,
}

/// Let repairs go on after `pause`.
#[derive(Debug, clap::Args)]
pub(crate) struct Resume {
    #[command(flatten)]
    pub(crate) ledger: Ledger,
}

/// Which ledger, in which account.
#[derive(Debug, clap::Args)]
pub(crate) struct Ledger {
    /// The ledger's table; else GUARD_LEDGER_TABLE
    #[arg(long, value_name = "NAME")]
    pub(crate) ledger_table: Option<String>,
    #[command(flatten)]
    pub(crate) account: Account,
}

/// How to tell what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For a person at a terminal
    Text,
    /// For programs
    Json,
    /// A page with pictures, in one file
    Html,
}

fn severity_parser() -> impl clap::builder::TypedValueParser<Value = Severity> {
    use clap::builder::TypedValueParser as _;
    let words = Severity::ALL.map(Severity::as_str);
    clap::builder::PossibleValuesParser::new(words).try_map(|word| word.parse::<Severity>())
}
