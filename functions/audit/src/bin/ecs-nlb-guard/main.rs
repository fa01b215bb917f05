//! The command line `ecs-nlb-guard`: the audit for a person with a profile.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::{Write as _, stderr, stdout};
use std::process::ExitCode;

use audit::auditor::{Audit, Auditor};
use audit::caller;
use model::scope::Scope;
use runtime::chain::chain;
use runtime::settings::Settings;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _closed = writeln!(stderr(), "ecs-nlb-guard: {}", chain(error.as_ref()));
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    match (words.next().as_deref(), words.next()) {
        (Some("audit"), None) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(audit_everything())
        }
        _ => Err("usage: ecs-nlb-guard audit".into()),
    }
}

async fn audit_everything() -> Result<(), Box<dyn Error>> {
    let rules: BTreeSet<&str> = rules::rules().map(|rule| rule.slug).collect();
    let settings = Settings::from_environment(&rules.iter().copied().collect::<Vec<_>>())?;
    let calls = aws::calls::Calls::default();
    let client = aws::client::Settings { quota_share: settings.quota_share, calls: calls.clone() };
    let config = aws::client::shared_config(&client).await;
    let home = caller::home(&config).await?;
    let auditor = Auditor::new(&config, calls).with_ledger(&config, settings.ledger_table.as_deref());
    let scope = Scope { everything: true, ..Scope::default() };
    let audit = Audit { home: &home, scope: &scope, policy: &settings.policy, rules: &rules, deadline: None };
    let audited = auditor.survey(audit, &|_| ()).await;
    writeln!(stdout(), "{}", audited.report.to_json()?)?;
    Ok(())
}
