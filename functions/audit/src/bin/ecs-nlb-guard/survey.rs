//! Looking at the account, as `audit` and `plan` do.

use std::collections::BTreeSet;

use audit::auditor::{Audit, Audited, Auditor};
use ledger::DynamoDbLedger;
use model::policy::{Mode, Policy};
use runtime::request::{Patterns, ScopeError, ScopeKind, rules_named};
use runtime::settings::{Given, Settings};

use crate::args::SelectionArgs;
use crate::ending::Failure;
use crate::output;
use crate::progress::Bar;
use crate::session::Session;

/// The settings: the environment's, and what was given with the command.
pub(crate) fn settings(given: Given<'_>) -> Result<Settings, Failure> {
    Settings::with(given, &all_rules()).map_err(|error| Failure::usage(&error))
}

/// An account that was looked at.
pub(crate) struct Surveyed {
    pub(crate) audited: Audited,
    /// The policy as it was given.
    pub(crate) policy: Policy,
    /// Who looked.
    pub(crate) auditor: Auditor,
}

/// Looks where and by what was asked for. With `most`, the policy is lowered to that mode.
pub(crate) async fn survey(look: &SelectionArgs, most: Option<Mode>) -> Result<Surveyed, Failure> {
    let given = Given { policy: look.policy.as_deref(), ledger_table: look.ledger_table.as_deref() };
    let settings = settings(given)?;
    let rules = rules(&look.rule)?;
    let bar = Bar::new();
    let session = Session::open(&look.account, settings.quota_share).await?;
    let home = &session.caller.home;
    let patterns = patterns(look, &session)?;
    let ledger = settings.ledger_table.as_deref().map(|table| DynamoDbLedger::new(&session.config, table));
    let auditor = Auditor::new(&session.config, session.calls.clone()).with_ledger(ledger);
    bar.now("looking up what was named");
    let scope = auditor.look_up(&patterns, home, None).await.map_err(|error| match &error {
        ScopeError::Unread(unread) => Failure::unread(&error, unread),
        ScopeError::Unmatched(_) => Failure::usage(&error),
    })?;
    let policy = match most {
        Some(most) => settings.policy.clone().capped(most),
        None => settings.policy.clone(),
    };
    let rules: BTreeSet<&str> = rules.iter().map(String::as_str).collect();
    let audit = Audit { home, scope: &scope, policy: &policy, rules: &rules, deadline: None };
    let audited = auditor.survey(audit, &|progress| bar.notify(progress)).await;
    drop(bar);
    Ok(Surveyed { audited, policy: settings.policy, auditor })
}

/// Tells what the report alone doesn't: what to do about what could not be read, and where nothing was found to look at.
pub(crate) fn advise(audited: &Audited) {
    let coverage = &audited.report.coverage;
    for hint in crate::permissions::hints(&coverage.unread) {
        output::note(&format!("\n{hint}"));
    }
    if coverage.is_empty() && coverage.unread.is_empty() {
        let (account, region) = (&audited.report.account, &audited.report.region);
        output::note(&format!("\nThere is no service in account {account} in {region}: is this the Region you mean?"));
    }
}

/// Slugs of every rule.
pub(crate) fn all_rules() -> Vec<&'static str> {
    rules::rules().map(|rule| rule.slug).collect()
}

/// The slugs that were named; all, if none were.
fn rules(named: &[String]) -> Result<Vec<String>, Failure> {
    let all = all_rules();
    if named.is_empty() {
        return Ok(all.into_iter().map(str::to_owned).collect());
    }
    let mut slugs = Vec::new();
    for text in named {
        slugs.extend(rules_named(text, &all).map_err(|problem| Failure::usage_of(format!("--rule: {problem}")))?);
    }
    Ok(slugs)
}

/// What the flags name, with everything that is wrong with them.
fn patterns(look: &SelectionArgs, session: &Session) -> Result<Patterns, Failure> {
    let flags = [
        ("--cluster", ScopeKind::Clusters, &look.cluster),
        ("--service", ScopeKind::Services, &look.service),
        ("--task", ScopeKind::Tasks, &look.task),
        ("--target-group", ScopeKind::TargetGroups, &look.target_group),
    ];
    let (mut patterns, mut problems) = (Patterns::default(), Vec::new());
    for (flag, kind, text) in
        flags.iter().flat_map(|(flag, kind, texts)| texts.iter().map(move |text| (flag, kind, text)))
    {
        if let Err(problem) = kind.read(text, &session.caller.home, &mut patterns) {
            problems.push(format!("{flag}: {problem}"));
        }
    }
    if problems.is_empty() { Ok(patterns) } else { Err(Failure::usage_of(problems.join("\n"))) }
}
