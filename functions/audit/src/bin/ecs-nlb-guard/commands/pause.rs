//! `ecs-nlb-guard pause` and `resume`: one item of the ledger, which every function reads before it repairs.

use ledger::{DynamoDbLedger, Ledger as _};
use model::ledger::Pause;
use model::observation::{All, Table};
use pipeline::ports::Clock as _;
use report::one_line;
use runtime::clock::WallClock;
use runtime::settings::Given;

use crate::args::{self, LedgerArgs};
use crate::ending::{Ending, Failure};
use crate::output;
use crate::session::Session;
use crate::survey::settings;

/// Stops all repairs.
pub(crate) async fn pause(args: &args::PauseArgs) -> Result<Ending, Failure> {
    let reason = args.reason.trim();
    if reason.is_empty() {
        return Err(Failure::usage_of("--reason is empty: say why, for whoever looks next"));
    }
    let (ledger, session) = open(&args.ledger).await?;
    let before = ledger.read::<Table<All, Pause>>(&All).await.map_err(|error| Failure::call(&error))?;
    let by = session.caller.arn;
    let pause = Pause { since: WallClock.now(), by, reason: Some(reason.to_owned()) };
    ledger.set_pause(&pause).await.map_err(|error| Failure::call(&error))?;
    let mut text = format!("Repairs are paused: {}\n", told(&pause));
    if let Some(before) = before {
        text.push_str(&format!("They were before: {}\n", told(&before)));
    }
    output::print(&text)?;
    Ok(Ending::Fine)
}

/// Lets repairs go on.
pub(crate) async fn resume(args: &args::ResumeArgs) -> Result<Ending, Failure> {
    let (ledger, _) = open(&args.ledger).await?;
    let before = ledger.read::<Table<All, Pause>>(&All).await.map_err(|error| Failure::call(&error))?;
    ledger.clear_pause().await.map_err(|error| Failure::call(&error))?;
    output::print(&match before {
        Some(before) => format!("Repairs go on. They were paused: {}\n", told(&before)),
        None => "Repairs were not paused.\n".to_owned(),
    })?;
    Ok(Ending::Fine)
}

/// The ledger that is named, and whose account it is in.
pub(crate) async fn open(args: &LedgerArgs) -> Result<(DynamoDbLedger, Session), Failure> {
    let settings = settings(Given { ledger_table: args.ledger_table.as_deref(), ..Given::default() })?;
    let table = settings.ledger_table.ok_or_else(|| {
        Failure::usage_of("it isn't known where the ledger is: give --ledger-table or set GUARD_LEDGER_TABLE")
    })?;
    let session = Session::open(&args.account, settings.quota_share).await?;
    Ok((DynamoDbLedger::new(&session.config, &table), session))
}

pub(crate) fn told(pause: &Pause) -> String {
    let Pause { since, by, reason } = pause;
    let reason = reason.as_deref().map(|reason| format!(": {}", one_line(reason))).unwrap_or_default();
    format!("since {since:.0} by {by}{reason}")
}
