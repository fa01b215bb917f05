//! `ecs-nlb-guard audit`: what is wrong, and why.

mod part;
mod regions;
mod writer;

use std::path::Path;

use futures::stream::{StreamExt as _, iter};
use model::id::AccountId;
use model::policy::Policy;
use pipeline::ports::Clock as _;
use report::{Modes, Report};
use runtime::clock::WallClock;

use crate::args::{AuditArgs, FormatArg};
use crate::ending::{Ending, Failure};
use crate::output;
use crate::outputs::outputs;
use crate::progress::Bars;
use crate::roles;
use crate::session::Access;
use crate::survey::{Terms, advise, all_rules};
use part::{PartAudit, PartOutcome, PartReport, Unaudited};
use regions::Regions;
use writer::Writer;

/// So many parts are read at once. Each keeps to AWS's request quotas by itself, for they are those of an account and Region.
const AT_ONCE: usize = 4;

/// Judges and reports, with a part for each account and Region.
pub(crate) async fn run(args: &AuditArgs) -> Result<Ending, Failure> {
    let outputs = outputs(args.format, &args.out)?;
    let regions = Regions::named(args.look.account.region.as_deref())?;
    let roles = roles::named(&args.role_arn, &args.accounts)?;
    if args.external_id.is_some() && roles.is_empty() {
        return Err(Failure::usage_of("--external-id is for the roles of --role-arn, and there is none"));
    }
    let are_several = Several { accounts: roles.len() > 1, regions: regions.are_several() };
    writer::check(&outputs, are_several)?;
    let baselines = args.baseline.as_deref().map(read).transpose()?;
    let terms = Terms::read(&args.look, all_rules())?;
    let bars = Bars::new();
    let profile = args.look.account.profile.as_deref();
    let own = Access::load(profile, regions.home(&roles), terms.quota_share).await?;
    let mut accesses = Vec::new();
    for role in roles {
        accesses.push(own.assuming(role, args.external_id.as_deref()).await);
    }
    if accesses.is_empty() {
        accesses.push(own);
    }
    let mut writer = Writer::new(args, &outputs, &terms.rules, &bars, are_several);
    let (mut all, mut parts, mut unaudited) = (AllParts::default(), Vec::new(), Vec::new());
    let mut found = iter(&accesses).map(|access| Box::pin(regions.parts(access, &bars))).buffered(AT_ONCE);
    while let Some(found) = found.next().await {
        match found {
            Ok(found) => parts.extend(found),
            Err(one) => unaudited.push(one),
        }
    }
    let is_single = !are_several.accounts && !are_several.regions;
    let with_page = outputs.iter().any(|output| output.format == FormatArg::Html);
    let audit = PartAudit { args, terms: &terms, baselines: baselines.as_deref(), with_page, bars: &bars, is_single };
    let mut outcomes = iter(&parts).map(|part| Box::pin(audit.of(part))).buffered(AT_ONCE);
    while let Some(outcome) = outcomes.next().await {
        match outcome {
            PartOutcome::Audited(part) => all.add(writer.part(*part)?),
            PartOutcome::NotNamed(part, failure) => all.not_named.push((part, failure)),
            PartOutcome::Unaudited(one) if is_single => return Err(one.failure),
            PartOutcome::Unaudited(one) => unaudited.push(one),
        }
    }
    // One that can't be audited doesn't stop the others, and is the last to be read of.
    let is_one_account = accesses.len() == 1;
    let account = all.reports.first().filter(|_| is_one_account).map(|(report, _)| report.account.clone());
    for one in unaudited {
        match unread(&one, account.as_ref(), &terms.policy) {
            Some(report) => all.add(writer.part(PartReport::unread(report, &audit))?),
            None => all.errors.push(one),
        }
    }
    let reports: Vec<&Report> = all.reports.iter().map(|(report, _)| report).collect();
    writer.end(&reports)?;
    advise(&reports);
    all.end(is_single)
}

/// What there is more than one of.
#[derive(Debug, Clone, Copy)]
struct Several {
    accounts: bool,
    regions: bool,
}

/// What came of all parts.
#[derive(Default)]
struct AllParts {
    reports: Vec<(Report, Ending)>,
    /// Where nothing has the names that were given.
    not_named: Vec<(String, Failure)>,
    /// Those of which not even the account or Region is known.
    errors: Vec<Unaudited>,
}

impl AllParts {
    fn add(&mut self, PartReport { report, ending, .. }: PartReport) {
        self.reports.push((report, ending));
    }

    /// Says what no report says, and how it ends.
    fn end(mut self, is_single: bool) -> Result<Ending, Failure> {
        // What is true of every part is said once.
        let mut endings: Vec<Ending> = self.reports.iter().map(|(_, ending)| *ending).collect();
        if endings.is_empty() {
            let names = std::mem::take(&mut self.not_named);
            let unnamed = |(region, failure)| Unaudited { account: None, region, failure };
            self.errors.extend(names.into_iter().map(unnamed));
        } else if !self.not_named.is_empty() {
            let parts: Vec<&str> = self.not_named.iter().map(|(part, _)| part.as_str()).collect();
            output::note(&format!("Nothing has these names in {}.", parts.join(", ")));
        }
        let mut errors: Vec<(Vec<String>, Failure)> = Vec::new();
        for one in self.errors {
            let (part, failure) = (one.name(), one.failure);
            endings.push(failure.ending);
            match errors.iter_mut().find(|(_, known)| known.what == failure.what) {
                Some((parts, _)) => parts.push(part),
                None => errors.push((vec![part], failure)),
            }
        }
        for (parts, failure) in errors {
            if is_single {
                return Err(failure);
            }
            output::error(&format!("{}: {}", parts.join(", "), failure.what), failure.hint.as_deref());
        }
        Ok(worst(&endings))
    }
}

/// Of several parts, the ending that a script must hear of. Those with nothing to judge count only if all are so.
fn worst(endings: &[Ending]) -> Ending {
    let has = |ending| endings.contains(&ending);
    match () {
        () if has(Ending::Found) => Ending::Found,
        () if has(Ending::Usage) => Ending::Usage,
        () if has(Ending::Unread) => Ending::Unread,
        () if endings.iter().all(|ending| *ending == Ending::Empty) => Ending::Empty,
        () => Ending::Fine,
    }
}

/// The report of a part that couldn't be read, if it is known whose part it is and what couldn't be.
fn unread(one: &Unaudited, account: Option<&AccountId>, policy: &Policy) -> Option<Report> {
    let account = one.account.as_ref().or(account)?.clone();
    let why = one.failure.unread.as_deref()?.clone();
    Some(Report::unread(account, one.region.parse().ok()?, WallClock.now(), why, Modes::of(policy)))
}

/// Reads reports that were written as JSON.
pub(crate) fn read(path: &Path) -> Result<Vec<Report>, Failure> {
    let failed = |why: String| Failure::usage_of(format!("{} can't be read as a report: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let reports = report::parts::read_json(&text)
        .map_err(|error| failed(format!("{error}; write one with `ecs-nlb-guard audit --out report.json`")))?;
    match reports.iter().find(|report| report.schema != report::document::SCHEMA) {
        None => Ok(reports),
        Some(other) => {
            Err(failed(format!("it has schema {}, and this program knows {}", other.schema, report::document::SCHEMA)))
        }
    }
}
