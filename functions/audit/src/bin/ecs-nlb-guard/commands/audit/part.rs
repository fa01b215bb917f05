//! The audit of one account and Region, a part of the report.

use audit::texts::texts;
use model::id::AccountId;
use report::{Report, Topology};

use crate::args::AuditArgs;
use crate::ending::{Ending, Failure};
use crate::progress::Bars;
use crate::session::Access;
use crate::survey::{Surveyor, Terms, is_empty};

/// An account and Region.
pub(super) struct AccountPart<'a> {
    pub(super) access: &'a Access,
    /// The Region that is set, if none is named.
    pub(super) region: Option<String>,
}

/// How parts are audited.
pub(super) struct PartAudit<'a> {
    pub(super) args: &'a AuditArgs,
    pub(super) terms: &'a Terms,
    pub(super) baselines: Option<&'a [Report]>,
    /// An HTML page is wanted.
    pub(super) with_page: bool,
    pub(super) bars: &'a Bars,
    /// There is one part, and it needn't be said which.
    pub(super) is_single: bool,
}

/// What came of the audit of a part.
pub(super) enum PartOutcome {
    Audited(Box<PartReport>),
    /// Nothing has the names that were given, in this account and Region.
    NotNamed(String, Failure),
    Unaudited(Unaudited),
}

/// A part of the report.
pub(super) struct PartReport {
    pub(super) report: Report,
    pub(super) ending: Ending,
    /// The same as a page, if one is wanted.
    pub(super) page: Option<String>,
}

impl Unaudited {
    /// Which part it is.
    pub(super) fn name(&self) -> String {
        let account = self.account.iter().map(AccountId::as_str);
        account.chain([self.region.as_str()]).filter(|one| !one.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// A part that couldn't be audited.
pub(super) struct Unaudited {
    /// Whose it is, as far as that is known.
    pub(super) account: Option<AccountId>,
    pub(super) region: String,
    pub(super) failure: Failure,
}

impl PartAudit<'_> {
    /// Audits a part. What it needs in memory beside its report is gone with it.
    pub(super) async fn of(&self, part: &AccountPart<'_>) -> PartOutcome {
        let region = part.region.clone().unwrap_or_default();
        let known = part.access.account().cloned();
        let name = known.iter().map(AccountId::as_str).chain([region.as_str()]).collect::<Vec<_>>().join(" ");
        let bar = self.bars.bar(if self.is_single { "" } else { &name });
        let session = match part.access.session(part.region.as_deref()).await {
            Ok(session) => session,
            Err(failure) => return PartOutcome::Unaudited(Unaudited { account: known, region, failure }),
        };
        let account = session.caller.home.account.clone();
        let surveyor = Surveyor::of(self.terms.clone(), session, bar);
        let scope = match surveyor.scope().await {
            Ok(scope) => scope,
            Err(failure) if failure.ending == Ending::Usage && !self.is_single => {
                return PartOutcome::NotNamed(name, failure);
            }
            Err(failure) => return PartOutcome::Unaudited(Unaudited { account: Some(account), region, failure }),
        };
        let region = surveyor.region().to_owned();
        if let (Some([baseline]), true) = (self.baselines, self.is_single)
            && (&baseline.account, baseline.region.as_str()) != (&account, region.as_str())
        {
            let failure = Failure::usage_of(format!(
                "the baseline is of account {}, {}, and this audit is of account {account}, {region}",
                baseline.account, baseline.region
            ));
            return PartOutcome::Unaudited(Unaudited { account: Some(account), region, failure });
        }
        let mut audited = surveyor.look(&scope, None).await;
        let ending = self.judge(&mut audited.report);
        let page = match self.with_page {
            true => Some(self.page(&audited.report, &surveyor.topology(&audited).await)),
            false => None,
        };
        PartOutcome::Audited(Box::new(PartReport { report: audited.report, ending, page }))
    }

    /// Compares a report with the baseline and leaves out what wasn't asked for; says how it ends.
    pub(super) fn judge(&self, report: &mut Report) -> Ending {
        match self.baselines {
            Some([baseline]) if self.is_single => report.compare_with(baseline),
            Some(baselines) => report.compare_with_that_of_its_place(baselines),
            None => {}
        }
        let ending = ending(report, self.args);
        if let Some(least) = self.args.severity {
            report.filter_by_severity(least);
        }
        ending
    }

    fn page(&self, report: &Report, topology: &Topology) -> String {
        report.to_html(topology, &texts(&self.terms.rules))
    }
}

impl PartReport {
    /// Of a part that couldn't be read.
    pub(super) fn unread(mut report: Report, audit: &PartAudit<'_>) -> Self {
        let ending = audit.judge(&mut report);
        let page = audit.with_page.then(|| audit.page(&report, &Topology::default()));
        Self { report, ending, page }
    }
}

/// What was found counts before what could not be read: it is there whatever else there may be.
fn ending(report: &Report, args: &AuditArgs) -> Ending {
    if args.fail_on.is_some_and(|least| report.counted().any(|finding| finding.severity >= least)) {
        Ending::Found
    } else if !report.coverage.unread.is_empty() {
        Ending::Unread
    } else if is_empty(report) && !args.allow_empty {
        Ending::Empty
    } else {
        Ending::Fine
    }
}
