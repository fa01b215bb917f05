//! Looking at the account, as `audit` and `plan` do.

use std::collections::BTreeSet;

use audit::auditor::{Audit, Audited, Auditor, SweepMemory};
use aws::budget::QuotaShare;
use ledger::DynamoDbLedger;
use model::observation::Unread;
use model::policy::{Mode, Policy};
use model::scope::Scope;
use pipeline::Progress;
use report::{Coverage, Report, Topology};
use runtime::request::{Patterns, ScopeError, ScopeKind, rules_named};
use runtime::settings::{Given, Settings};

use crate::args::SelectionArgs;
use crate::ending::Failure;
use crate::output;
use crate::pace::Pace;
use crate::progress::Bar;
use crate::session::Session;

/// The settings: the environment's, and what was given with the command.
pub(crate) fn settings(given: Given<'_>) -> Result<Settings, Failure> {
    let settings = Settings::with(given, &all_rules()).map_err(|error| Failure::usage(&error))?;
    settings.warnings.iter().for_each(|warning| output::note(&format!("warning: {warning}")));
    settings.policy.warnings().iter().for_each(|warning| output::note(&format!("warning: the policy, {warning}")));
    Ok(settings)
}

/// An account that was looked at.
pub(crate) struct Surveyed {
    pub(crate) audited: Audited,
    /// The policy as it was given.
    pub(crate) policy: Policy,
}

/// What to judge and by what, whatever the account.
#[derive(Clone)]
pub(crate) struct Terms {
    pub(crate) policy: Policy,
    /// Slugs of the rules to judge by.
    pub(crate) rules: Vec<String>,
    ledger_table: Option<String>,
    pub(crate) quota_share: QuotaShare,
    look: SelectionArgs,
}

impl Terms {
    /// Reads what was asked for. Where no rule is named, it is judged by those in `default`.
    pub(crate) fn read(look: &SelectionArgs, default: impl IntoIterator<Item = &'static str>) -> Result<Self, Failure> {
        let given =
            Given { policy: look.policy.as_deref(), ledger_table: look.ledger_table.as_deref(), ..Given::default() };
        let Settings { policy, ledger_table, quota_share, .. } = settings(given)?;
        let rules = rules(&look.rule, default)?;
        let (judging, disabled): (Vec<&str>, Vec<&str>) =
            rules.iter().map(String::as_str).partition(|slug| policy.rule_enabled(slug));
        if judging.is_empty() {
            return Err(Failure::usage_of(match disabled.as_slice() {
                [rule] => format!("nothing would be judged: the policy disables the rule {rule}"),
                rules => format!("nothing would be judged: the policy disables all {} rules asked for", rules.len()),
            }));
        }
        if !look.rule.is_empty() && !disabled.is_empty() {
            output::note(&format!("warning: the policy disables {}", disabled.join(", ")));
        }
        Ok(Self { policy, rules, ledger_table, quota_share, look: look.clone() })
    }
}

/// Looks at an account, once or again and again.
pub(crate) struct Surveyor {
    terms: Terms,
    session: Session,
    auditor: Auditor,
    bar: Bar,
}

impl Surveyor {
    /// Reads what was asked for, and whose account it is. Where no rule is named, it is judged by those in `default`.
    pub(crate) async fn open(
        look: &SelectionArgs,
        default: impl IntoIterator<Item = &'static str>,
    ) -> Result<Self, Failure> {
        let terms = Terms::read(look, default)?;
        let bar = Bar::new();
        let session = Session::open(&look.account, terms.quota_share).await?;
        Ok(Self::of(terms, session, bar))
    }

    /// In an account and Region that is known.
    pub(crate) fn of(terms: Terms, session: Session, bar: Bar) -> Self {
        let ledger = terms.ledger_table.as_deref().map(|table| DynamoDbLedger::new(&session.config, table));
        let auditor = Auditor::new(&session.config, session.calls.clone()).with_ledger(ledger);
        Self { terms, session, auditor, bar }
    }

    /// The Region it looks in.
    pub(crate) fn region(&self) -> &str {
        self.session.caller.home.region.as_str()
    }

    /// What is named, as it is now.
    ///
    /// # Errors
    /// When a name matches nothing here, which is a usage error, or what it may match can't be read.
    pub(crate) async fn scope(&self) -> Result<Scope, Failure> {
        let patterns = patterns(&self.terms.look, &self.session)?;
        self.bar.now("looking up what was named");
        self.auditor.look_up(&patterns, &self.session.caller.home, None).await.map_err(|error| match &error {
            ScopeError::Unread(unread) => Failure::unread(&error, unread),
            ScopeError::Unmatched(_) => Failure::usage(&error),
        })
    }

    /// Looks there. With `most`, the policy is lowered to that mode.
    pub(crate) async fn look(&self, scope: &Scope, most: Option<Mode>) -> Audited {
        let policy = match most {
            Some(most) => self.terms.policy.clone().capped(most),
            None => self.terms.policy.clone(),
        };
        let slugs: BTreeSet<&str> = self.terms.rules.iter().map(String::as_str).collect();
        let home = &self.session.caller.home;
        let audit = Audit { home, scope, policy: &policy, rules: &slugs, deadline: None, memory: SweepMemory::Unused };
        let by_every_rule = all_rules().iter().all(|rule| slugs.contains(rule));
        let pace = Pace::new(&self.session.calls, self.terms.quota_share, by_every_rule);
        self.bar.paced(&pace);
        let watch = |progress: Progress<'_>| {
            // Nobody would see it in a pipe.
            if self.bar.is_shown() {
                pace.notify(progress);
            }
        };
        let mut audited = self.auditor.survey(audit, &watch).await;
        if !by_every_rule {
            audited.report.scope.rules = Some(self.terms.rules.clone());
        }
        audited
    }

    /// What the pictures of what was seen are drawn from.
    pub(crate) async fn topology(&self, audited: &Audited) -> Topology {
        self.auditor.topology(audited, None).await
    }
}

/// Looks where and by what was asked for. With `most`, the policy is lowered to that mode.
pub(crate) async fn survey(look: &SelectionArgs, most: Option<Mode>) -> Result<Surveyed, Failure> {
    let surveyor = Surveyor::open(look, all_rules()).await?;
    let scope = surveyor.scope().await?;
    let audited = surveyor.look(&scope, most).await;
    Ok(Surveyed { audited, policy: surveyor.terms.policy })
}

/// Tells what the reports alone don't: what to do about what could not be read, and where nothing was found to look at.
pub(crate) fn advise(reports: &[&Report]) {
    let unread: Vec<Unread> = reports.iter().flat_map(|report| &report.coverage.unread).cloned().collect();
    for hint in crate::denied::hints(&unread) {
        output::note(&format!("\n{hint}"));
    }
    if unread.is_empty() && reports.iter().all(|report| is_empty(report)) {
        output::note(&match reports {
            [one] => format!(
                "\nThere is no service, task or target group in account {} in {}: is this the Region you mean?",
                one.account, one.region
            ),
            _ => {
                "\nThere is no service, task or target group anywhere there: are these the Regions you mean?".to_owned()
            }
        });
    }
}

/// Was there nothing to judge? A cluster with nothing in it is nothing.
pub(crate) const fn is_empty(report: &Report) -> bool {
    let Coverage { services, tasks, target_groups, .. } = &report.coverage;
    *services == 0 && *tasks == 0 && *target_groups == 0
}

/// The items of lists separated by commas; a comma within the braces or brackets of a glob separates nothing.
pub(crate) fn list(texts: &[String]) -> Vec<String> {
    let mut items = Vec::new();
    for text in texts {
        let (mut item, mut depth) = (String::new(), 0_usize);
        for c in text.chars() {
            match c {
                '{' | '[' => depth += 1,
                '}' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if c == ',' && depth == 0 {
                items.push(std::mem::take(&mut item));
            } else {
                item.push(c);
            }
        }
        items.push(item);
    }
    items.into_iter().map(|item| item.trim().to_owned()).collect()
}

/// Slugs of every rule.
pub(crate) fn all_rules() -> Vec<&'static str> {
    rules::rules().map(|rule| rule.slug).collect()
}

/// The slugs that were named; those in `default`, if none were.
fn rules(named: &[String], default: impl IntoIterator<Item = &'static str>) -> Result<Vec<String>, Failure> {
    if named.is_empty() {
        return Ok(default.into_iter().map(str::to_owned).collect());
    }
    let all = all_rules();
    let mut slugs = Vec::new();
    for text in &list(named) {
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
        flags.iter().flat_map(|(flag, kind, texts)| list(texts).into_iter().map(move |text| (flag, kind, text)))
    {
        if let Err(problem) = kind.read(&text, &session.caller.home, &mut patterns) {
            problems.push(format!("{flag}: {problem}"));
        }
    }
    if problems.is_empty() { Ok(patterns) } else { Err(Failure::usage_of(problems.join("\n"))) }
}
