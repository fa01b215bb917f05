//! `ecs-nlb-guard watch`: services while they deploy, until they serve.

use std::collections::BTreeMap;

use jiff::fmt::friendly::SpanPrinter;
use model::finding::Severity;
use model::observation::Lookup;
use model::scope::ServiceId;
use report::{FindingReport, Report};
use tokio::time::{Instant, sleep_until};

use crate::args::WatchArgs;
use crate::denied;
use crate::ending::{Ending, Failure};
use crate::output;
use crate::rollout::{Rollout, RolloutProgress, Seen, named};
use crate::survey::Surveyor;

/// Watches until all serve, one fails, or the time is up.
pub(crate) async fn run(args: &WatchArgs) -> Result<Ending, Failure> {
    if args.look.service.is_empty() {
        return Err(Failure::usage_of("say which service to watch: --service CLUSTER/NAME"));
    }
    let deadline = Instant::now() + args.timeout;
    let surveyor = Surveyor::open(&args.look, rules::registration_rules()).await?;
    let scope = surveyor.scope().await?;
    let mut rollouts: BTreeMap<&ServiceId, Rollout> = BTreeMap::new();
    let mut drawn = String::new();
    loop {
        let audited = surveyor.look(&scope, None).await;
        let lookup = Lookup::new(&audited.outcome.observation);
        let (mut picture, mut standings) = (String::new(), Vec::new());
        for id in &scope.services {
            let seen = Seen::of(&lookup, id);
            let findings = grave(&audited.report, id);
            let worst = findings.first().map(|finding| finding.summary.as_str());
            let standing = match &seen {
                Ok(Some(seen)) => rollouts.entry(id).or_default().judge(seen, worst),
                Ok(None) => RolloutProgress::Failed("it is gone".to_owned()),
                Err(why) => RolloutProgress::Unread(why.clone()),
            };
            draw(&mut picture, id, seen.as_ref().ok().and_then(Option::as_ref), &standing, &findings);
            standings.push((id, standing));
        }
        if picture != drawn {
            if output::is_terminal() {
                output::rewind(drawn.lines().count())?;
            }
            output::print(&picture)?;
            drawn = picture;
        }
        if let Some((id, standing)) =
            standings.iter().find(|(_, standing)| matches!(standing, RolloutProgress::Failed(_)))
        {
            output::error(&format!("{id} {}", standing.text()), None);
            return Ok(Ending::Found);
        }
        let Some((id, standing)) = standings.iter().find(|(_, standing)| *standing != RolloutProgress::Serves) else {
            return Ok(Ending::Fine);
        };
        let now = Instant::now();
        if now >= deadline {
            let waited = SpanPrinter::new().unsigned_duration_to_string(&args.timeout);
            let hint = denied::hints(&audited.report.coverage.unread).pop();
            output::error(&format!("{id} doesn't serve after {waited}; {}", standing.text()), hint.as_deref());
            return Ok(if matches!(standing, RolloutProgress::Unread(_)) { Ending::Unread } else { Ending::Found });
        }
        // The last look is when the time is up.
        sleep_until(deadline.min(now + args.interval)).await;
    }
}

/// What counts and keeps a service from serving well, worst first.
fn grave<'r>(report: &'r Report, id: &ServiceId) -> Vec<&'r FindingReport> {
    let place = id.to_string();
    let of_it = |finding: &&FindingReport| report::place(&finding.resources) == place;
    report.counted().filter(|finding| finding.severity >= Severity::High).filter(of_it).collect()
}

/// The service, its deployments, its target groups, and what was found.
fn draw(
    picture: &mut String,
    id: &ServiceId,
    seen: Option<&Seen<'_>>,
    standing: &RolloutProgress,
    findings: &[&FindingReport],
) {
    let mut line = |indent: &str, text: &str| {
        picture.push_str(indent);
        picture.push_str(&report::one_line(text));
        picture.push('\n');
    };
    line("", &format!("{id} {}", standing.text()));
    let Some(Seen { service, health, .. }) = seen else { return };
    for one in &service.deployments {
        let what = one.task_definition.as_ref().map(named).unwrap_or_default();
        let (status, running, desired, pending) =
            (&one.status, one.running_count, one.desired_count, one.pending_count);
        line("  ", &format!("deployment {status} {what}: {running} of {desired} running, {pending} pending"));
    }
    for (group, targets) in health {
        line("  ", &format!("target group {}: {}", group.name(), Seen::states(targets)));
    }
    for finding in findings {
        line("  ", &format!("{} {}: {}", finding.severity, finding.rule, finding.summary));
    }
}
