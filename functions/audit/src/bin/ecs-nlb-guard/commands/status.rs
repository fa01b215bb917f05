//! `ecs-nlb-guard status`: how the guard in the account is, by what its ledger remembers.

use std::collections::BTreeMap;

use audit::sweep_log::VERSION;
use jiff::{SignedDuration, SignedDurationRound, Timestamp, Unit};
use ledger::{AlertLedger as _, Ledger as _};
use model::alert::Alert;
use model::finding::Severity;
use model::ledger::Pause;
use model::observation::{All, Table};
use model::sweep::{Sweep, Sweeps};
use pipeline::ports::Clock as _;
use report::one_line;
use runtime::clock::WallClock;
use serde_json::{Value, json};

use super::pause::{open, told};
use crate::args::StatusArgs;
use crate::ending::{Ending, Failure};
use crate::output;

/// What the ledger remembers of the guard's state.
struct GuardState {
    account: String,
    region: String,
    table: String,
    pause: Option<Pause>,
    sweeps: Sweeps,
    /// Open alerts, the worst first, of those the oldest.
    alerts: Vec<Alert>,
}

/// Tells it.
pub(crate) async fn run(args: &StatusArgs) -> Result<Ending, Failure> {
    let (ledger, session) = open(&args.ledger).await?;
    let alerts = ledger.alerts().await.map_err(|error| Failure::call(&error))?;
    let mut alerts: Vec<Alert> = alerts.into_iter().map(|kept| kept.alert).filter(|alert| alert.open).collect();
    alerts.sort_by(|one, other| (other.severity, one.since, &one.key).cmp(&(one.severity, other.since, &other.key)));
    let home = session.caller.home;
    let state = GuardState {
        account: home.account.to_string(),
        region: home.region.to_string(),
        table: ledger.table().to_owned(),
        pause: ledger.read::<Table<All, Pause>>(&All).await.map_err(|error| Failure::call(&error))?,
        sweeps: ledger.sweeps().await.map_err(|error| Failure::call(&error))?,
        alerts,
    };
    output::print(&if args.json { format!("{:#}\n", json(&state)) } else { text(&state, WallClock.now()) })?;
    Ok(Ending::Fine)
}

fn text(state: &GuardState, now: Timestamp) -> String {
    let GuardState { account, region, table, pause, sweeps, alerts } = state;
    let mut lines = vec![
        format!("Account      {account}, {region}, ledger {table}"),
        match pause {
            Some(pause) => format!("Repairs      paused {}", told(pause)),
            None => "Repairs      not paused".to_owned(),
        },
    ];
    match &sweeps.last {
        Some(sweep) => {
            lines.push(format!("Last sweep   {}: {}", when(sweep.at, now), findings(&sweep.findings)));
            if sweep.unread > 0 {
                let whole = sweeps.last_whole_at.map_or("none yet".to_owned(), |at| when(at, now));
                lines.push(format!(
                    "             {} reads failed; the last sweep that could read everything: {whole}",
                    sweep.unread
                ));
            }
            lines.push(format!("Version      {} of {}; this program is {VERSION}", sweep.version, sweep.function));
            lines.push(match &sweep.policy_sha256 {
                Some(hash) => format!("Policy       SHA-256 {hash}"),
                None => "Policy       none is set: the defaults, which observe".to_owned(),
            });
        }
        None => lines.push("Last sweep   none yet: is the function `audit` deployed, with this ledger?".to_owned()),
    }
    lines.push(format!("Open alerts  {}", alerts.len()));
    let line = |alert: &Alert| {
        format!("  {:<8}  {}  {}: {}", alert.severity, when(alert.since, now), alert.key.rule, one_line(&alert.summary))
    };
    lines.extend(alerts.iter().map(line));
    lines.join("\n") + "\n"
}

fn findings(by_severity: &BTreeMap<Severity, u64>) -> String {
    let counts: Vec<String> = by_severity.iter().rev().map(|(severity, count)| format!("{count} {severity}")).collect();
    if counts.is_empty() { "no findings".to_owned() } else { format!("findings: {}", counts.join(", ")) }
}

/// A time, and how long ago it is in minutes.
fn when(at: Timestamp, now: Timestamp) -> String {
    let ago = now.duration_since(at).max(SignedDuration::ZERO);
    let ago = ago.round(SignedDurationRound::new().smallest(Unit::Minute)).unwrap_or(ago);
    format!("{at:.0} ({ago:#} ago)")
}

fn json(state: &GuardState) -> Value {
    let GuardState { account, region, table, pause, sweeps, alerts } = state;
    let pause = pause.as_ref().map(|Pause { since, by, reason }| json!({"since": since, "by": by, "reason": reason}));
    let sweep = sweeps.last.as_ref().map(|Sweep { at, function, version, policy_sha256, findings, unread }| {
        json!({
            "at": at, "function": function, "version": version, "policy_sha256": policy_sha256, "findings": findings,
            "unread": unread,
        })
    });
    let alerts: Vec<Value> = alerts
        .iter()
        .map(|Alert { key, severity, since, findings, summary, remedy, .. }| {
            json!({
                "rule": key.rule, "service": key.service, "target_group": key.target_group, "severity": severity,
                "since": since, "findings": findings, "summary": summary, "remedy": remedy,
            })
        })
        .collect();
    json!({
        "account": account, "region": region, "ledger_table": table, "pause": pause, "last_sweep": sweep,
        "last_whole_sweep_at": sweeps.last_whole_at, "open_alerts": alerts, "version": VERSION,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn state() -> GuardState {
        GuardState {
            account: "111122223333".to_owned(),
            region: "eu-central-1".to_owned(),
            table: "ecs-nlb-guard-ledger".to_owned(),
            pause: None,
            sweeps: Sweeps::default(),
            alerts: Vec::new(),
        }
    }

    #[test]
    fn before_the_first_sweep_it_says_so() {
        insta::assert_snapshot!(text(&state(), at("2026-03-01T12:07:10Z")), @"
        Account      111122223333, eu-central-1, ledger ecs-nlb-guard-ledger
        Repairs      not paused
        Last sweep   none yet: is the function `audit` deployed, with this ledger?
        Open alerts  0
        ");
    }

    #[test]
    fn a_sweep_that_was_partly_blind_says_when_the_last_whole_one_was() {
        let sweep = Sweep {
            at: at("2026-03-01T12:00:00Z"),
            function: "ecs-nlb-guard-audit".to_owned(),
            version: VERSION.to_owned(),
            policy_sha256: Some("ab12".to_owned()),
            findings: [(Severity::High, 2), (Severity::Critical, 1)].into(),
            unread: 4,
        };
        let state = GuardState {
            pause: Some(Pause {
                since: at("2026-03-01T11:00:00Z"),
                by: "ann".to_owned(),
                reason: Some("migration".to_owned()),
            }),
            sweeps: Sweeps { last: Some(sweep), last_whole_at: Some(at("2026-03-01T10:45:00Z")) },
            ..state()
        };
        let told = text(&state, at("2026-03-01T12:07:10Z")).replace(VERSION, "0.1.0");
        insta::assert_snapshot!(told, @"
        Account      111122223333, eu-central-1, ledger ecs-nlb-guard-ledger
        Repairs      paused since 2026-03-01T11:00:00Z by ann: migration
        Last sweep   2026-03-01T12:00:00Z (7m ago): findings: 1 critical, 2 high
                     4 reads failed; the last sweep that could read everything: 2026-03-01T10:45:00Z (1h 22m ago)
        Version      0.1.0 of ecs-nlb-guard-audit; this program is 0.1.0
        Policy       SHA-256 ab12
        Open alerts  0
        ");
    }
}
