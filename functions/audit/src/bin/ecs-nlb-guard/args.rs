//! What can be said on the command line.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use audit::sweep_log::VERSION;
use clap::builder::styling::AnsiColor;
use clap::builder::{PossibleValue, Styles, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::fmt::friendly::SpanParser;
use model::finding::Severity;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXIT_CODES: &str = "\
Exit status:
  0    fine
  1    a finding that counts is at or over --fail-on
  2    the command line, a setting or the policy is wrong; nothing was read
  3    something could not be read, so that less is known than was asked for
  4    there was nothing to judge (--allow-empty makes that 0)
  130  interrupted";

const WATCH_EXIT_CODES: &str = "\
Exit status:
  0    every service serves: its deployment is over, its tasks run, their targets are healthy
  1    a deployment failed or was rolled back, a target group isn't there, or the time is up
  2    the command line, a setting or the policy is wrong; nothing was read
  3    something could not be read until the time was up
  130  interrupted";

const TEST_EXIT_CODES: &str = "\
Exit status:
  0    every channel took it
  1    a channel didn't
  2    no channel is set, or a setting is wrong; nothing was sent
  3    it isn't known whose account this is
  130  interrupted

The channels are those of GUARD_TOPIC_ARN, GUARD_CHAT_TOPIC_ARN, GUARD_EVENT_BUS_ARN and GUARD_SECURITY_HUB. It goes with your
permissions; with those of the function it goes by its request {\"test_alert\": true}.";

/// Checks whether every awsvpc task of Amazon ECS is registered behind its Network Load Balancer and has the right security
/// groups, and explains every case where it isn't so.
///
/// It reads, and changes nothing in the account; only `pause` and `resume` write, one item of the guard's own ledger, and
/// `test-alert` sends a test where alerts go.
/// Credentials, Region and endpoint come from where the AWS command line takes them.
#[derive(Debug, Parser)]
#[command(name = "ecs-nlb-guard", version = VERSION, styles = STYLES, after_help = EXIT_CODES, max_term_width = 110)]
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
    Audit(AuditArgs),
    /// Show what repair mode would do, and what it wouldn't and why
    Plan(PlanArgs),
    /// Watch services while they deploy, until they serve; exits with 1 if they don't
    Watch(WatchArgs),
    /// Compare two reports: what is new, what is gone, what stayed
    Diff(DiffArgs),
    /// List the rules, or explain one
    Rules {
        /// The rule to explain
        #[arg(value_parser = RulePattern, hide_possible_values = true)]
        slug: Option<String>,
    },
    /// Validate, explain and write policies
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Print the IAM policy that a caller needs
    Permissions(PermissionsArgs),
    /// Show how the guard in the account is: pause, last sweep, open alerts, version and policy
    Status(StatusArgs),
    /// Stop all repairs of every function at once, until `resume`
    Pause(PauseArgs),
    /// Let repairs continue after `pause`
    Resume(ResumeArgs),
    /// Send a test through every channel that alerts go through, and say of each whether it was taken
    #[command(after_help = TEST_EXIT_CODES)]
    TestAlert(AccountArgs),
    /// Print a script that completes this command line in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, or that of a command
    Man {
        /// The command; the program itself if none is given
        command: Option<String>,
    },
}

/// Judge the account, or a part of it, by every rule.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct AuditArgs {
    #[command(flatten)]
    pub(crate) look: SelectionArgs,
    /// Roles to assume, one for each account to audit: ARNs, several separated by commas; {account} stands for those of --accounts
    #[arg(long, value_name = "ARN", help_heading = "Account")]
    pub(crate) role_arn: Vec<String>,
    /// The accounts that {account} in --role-arn stands for: their ids, several separated by commas
    #[arg(long, value_name = "ID", help_heading = "Account")]
    pub(crate) accounts: Vec<String>,
    /// The external ID that the trust policies of these roles ask for
    #[arg(long, value_name = "ID", value_parser = external_id, help_heading = "Account")]
    pub(crate) external_id: Option<String>,
    /// The format of the report: of standard output, or of the one file in --out; else as its extension says
    #[arg(long, value_enum, help_heading = "Report")]
    pub(crate) format: Option<FormatArg>,
    /// Write the report to this file, whole or not at all; may be given several times; - is standard output
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub(crate) out: Vec<PathBuf>,
    /// Report only findings of this severity or over
    #[arg(long, value_name = "SEVERITY", value_parser = severity_parser(), help_heading = "Report")]
    pub(crate) severity: Option<Severity>,
    /// Say in the text why each rule judges as it does
    #[arg(long, help_heading = "Report")]
    pub(crate) explain: bool,
    /// An earlier report in JSON: what it has doesn't count
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub(crate) baseline: Option<PathBuf>,
    /// Exit with 1 if a finding that counts is of this severity or over
    #[arg(long, value_name = "SEVERITY", value_parser = severity_parser(), help_heading = "Report")]
    pub(crate) fail_on: Option<Severity>,
    /// Exit with 0 where there is nothing to judge
    #[arg(long, help_heading = "Report")]
    pub(crate) allow_empty: bool,
}

/// Show what repair mode would do, and what it wouldn't and why.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) look: SelectionArgs,
    /// Print it as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Exit with 0 where there is nothing to judge
    #[arg(long)]
    pub(crate) allow_empty: bool,
}

/// Watch services while they deploy, until they serve.
#[derive(Debug, clap::Args)]
#[command(after_help = WATCH_EXIT_CODES)]
pub(crate) struct WatchArgs {
    #[command(flatten)]
    pub(crate) look: SelectionArgs,
    /// How long to wait at most, such as 90s or 15m
    #[arg(long, value_name = "DURATION", default_value = "15m", value_parser = |text: &str| duration(text, Duration::ZERO))]
    pub(crate) timeout: Duration,
    /// How long to wait between two looks
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = |text: &str| duration(text, Duration::from_secs(1)))]
    pub(crate) interval: Duration,
}

/// Compare two reports in JSON.
#[derive(Debug, clap::Args)]
pub(crate) struct DiffArgs {
    /// The earlier report
    pub(crate) old: PathBuf,
    /// The later report
    pub(crate) new: PathBuf,
    /// Exit with 1 if a new finding that counts is of this severity or over
    #[arg(long, value_name = "SEVERITY", value_parser = severity_parser())]
    pub(crate) fail_on: Option<Severity>,
}

/// Print the IAM policy that a caller needs.
#[derive(Debug, clap::Args)]
pub(crate) struct PermissionsArgs {
    /// Who calls
    #[arg(long = "for", value_enum, value_name = "CALLER", default_value_t = RoleArg::Audit)]
    pub(crate) caller: RoleArg,
    /// Print it as a Terraform data source
    #[arg(long)]
    pub(crate) terraform: bool,
}

/// Who calls AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleArg {
    /// The audit, from the command line or as a function: it only reads
    Audit,
    /// The function that registers and deregisters targets
    Registrar,
    /// The function that changes security groups
    Guard,
}

/// Where to look, and by what.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct SelectionArgs {
    /// Only these clusters: names, globs or ARNs; several separated by commas. With the next three, all that any of them names
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
    #[arg(long, value_name = "SLUG", value_parser = RulePattern, hide_possible_values = true)]
    pub(crate) rule: Vec<String>,
    /// The policy of the functions that repair; else GUARD_POLICY, GUARD_POLICY_FILE, or policy.toml beside this program
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// The ledger's table, for what the functions remember; else GUARD_LEDGER_TABLE
    #[arg(long, value_name = "NAME")]
    pub(crate) ledger_table: Option<String>,
    #[command(flatten)]
    pub(crate) account: AccountArgs,
}

/// In which account.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct AccountArgs {
    /// A profile of the AWS command line
    #[arg(long, help_heading = "Account")]
    pub(crate) profile: Option<String>,
    /// The Region; for `audit` several, separated by commas, or all that are enabled for the account
    #[arg(long, help_heading = "Account")]
    pub(crate) region: Option<String>,
}

/// Validate, explain and write policies.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Validate a policy: all mistakes at once
    Check {
        /// The policy, TOML or JSON; - for standard input
        file: PathBuf,
    },
    /// Show what the policy says for a service, and which override says so
    Explain(ExplainArgs),
    /// Write a commented policy with every default
    Init {
        /// The file to write, which must not exist
        #[arg(default_value = "policy.toml")]
        file: PathBuf,
    },
}

/// Show what the policy says for a service.
#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// The service, by names or ARN
    #[arg(long, value_name = "CLUSTER/NAME")]
    pub(crate) service: String,
    /// The target group that is meant
    #[arg(long, value_name = "NAME")]
    pub(crate) target_group: Option<String>,
    /// The policy; else GUARD_POLICY, GUARD_POLICY_FILE, or policy.toml beside this program
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
}

/// Show how the guard in the account is.
#[derive(Debug, clap::Args)]
pub(crate) struct StatusArgs {
    /// Print it as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) ledger: LedgerArgs,
}

/// Stop all repairs of every function at once, until `resume`.
#[derive(Debug, clap::Args)]
pub(crate) struct PauseArgs {
    /// Why; whoever looks next will want to know
    #[arg(long)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) ledger: LedgerArgs,
}

/// Let repairs go on after `pause`.
#[derive(Debug, clap::Args)]
pub(crate) struct ResumeArgs {
    #[command(flatten)]
    pub(crate) ledger: LedgerArgs,
}

/// Which ledger, in which account.
#[derive(Debug, clap::Args)]
pub(crate) struct LedgerArgs {
    /// The ledger's table; else GUARD_LEDGER_TABLE
    #[arg(long, value_name = "NAME")]
    pub(crate) ledger_table: Option<String>,
    #[command(flatten)]
    pub(crate) account: AccountArgs,
}

/// The format of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatArg {
    /// For a person at a terminal
    Text,
    /// For programs
    Json,
    /// A page with pictures, in one file
    Html,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for what shows tests
    Junit,
    /// Comma-separated values, for spreadsheets
    Csv,
    /// Markdown, for comments and job summaries
    Markdown,
    /// Annotations of GitHub Actions
    Github,
    /// Detection Findings of the Open Cybersecurity Schema Framework
    Ocsf,
}

/// A slug or glob. Any text will do here, but a shell can be told what there is.
#[derive(Debug, Clone)]
pub(crate) struct RulePattern;

impl TypedValueParser for RulePattern {
    type Value = String;

    fn parse_ref(&self, cmd: &clap::Command, arg: Option<&clap::Arg>, value: &OsStr) -> Result<String, clap::Error> {
        clap::builder::StringValueParser::new().parse_ref(cmd, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(rules::rules().map(|rule| PossibleValue::new(rule.slug))))
    }
}

/// A week is longer than anybody waits.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

fn duration(text: &str, least: Duration) -> Result<Duration, String> {
    let duration = SpanParser::new().parse_unsigned_duration(text);
    let duration = duration.map_err(|_| "write it in h, m and s, like 90s, 15m or 1h30m".to_owned())?;
    match duration {
        short if short < least => Err(format!("it is {} s at least", least.as_secs())),
        long if long > LONGEST => Err("it is seven days at most".to_owned()),
        fits => Ok(fits),
    }
}

/// What AssumeRole takes: 2 to 1,224 characters, `[\w+=,.@:\/-]` (AWS Security Token Service API reference).
fn external_id(text: &str) -> Result<String, String> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c);
    match (2..=1224).contains(&text.len()) && text.chars().all(is_allowed) {
        true => Ok(text.to_owned()),
        false => Err("an external ID has 2 to 1,224 letters, digits and characters of _+=,.@:/-".to_owned()),
    }
}

fn severity_parser() -> impl TypedValueParser<Value = Severity> {
    let words = Severity::ALL.map(Severity::as_str);
    clap::builder::PossibleValuesParser::new(words).try_map(|word| word.parse::<Severity>())
}
