//! Findings that a person accepts: they are reported, and don't count.

use std::cell::RefCell;
use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::document::{DocumentNode, Value};
use super::glob::{Glob, glob};
use super::rules::matching;
use super::section::{TableReader, quoted};
use crate::finding::Finding;

/// Findings that a person accepts, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Acceptance {
    /// Slugs.
    rule: Option<BTreeSet<String>>,
    /// `CLUSTER/SERVICE`.
    service: Option<Glob>,
    fingerprint: Option<Glob>,
    /// Why.
    pub reason: String,
    /// When it ends, if it does.
    pub until: Option<Timestamp>,
}

impl Acceptance {
    /// Reads one.
    pub(super) fn read(section: &mut TableReader<'_>, known_rules: &[&str]) -> Self {
        if !["rule", "service", "fingerprint"].into_iter().any(|key| section.has(key)) {
            section.reject_whole("it doesn't say which findings: add rule, service or fingerprint");
        }
        if !section.has("reason") {
            section.reject_whole("it doesn't say why: add reason");
        }
        let given_up = RefCell::new(Vec::new());
        let rule = section.get("rule", |node| matching(node, known_rules, &given_up));
        for (at, message) in given_up.into_inner() {
            section.warn(at, "rule", &message);
        }
        Self {
            rule,
            service: section.get("service", service),
            fingerprint: section.get("fingerprint", glob),
            reason: section.get("reason", reason).unwrap_or_default(),
            until: section.get("until", until),
        }
    }

    /// Has it ended?
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// Does it name this finding? A service's glob must match all services that the finding concerns.
    fn covers(&self, finding: &Finding) -> bool {
        let is_service = |glob: &Glob| {
            let mut services = finding.services().peekable();
            services.peek().is_some() && services.all(|service| glob.matches(&service))
        };
        self.rule.as_ref().is_none_or(|slugs| slugs.contains(&finding.rule))
            && self.service.as_ref().is_none_or(is_service)
            && self.fingerprint.as_ref().is_none_or(|glob| glob.matches(&finding.fingerprint().to_string()))
    }
}

/// The first that accepts this finding now.
pub(super) fn accepts<'a>(all: &'a [Acceptance], finding: &Finding, now: Timestamp) -> Option<&'a Acceptance> {
    all.iter().find(|one| !one.has_ended(now) && one.covers(finding))
}

fn service(node: &DocumentNode) -> Result<Glob, String> {
    let service = glob(node)?;
    if service.as_str().contains('/') || service.as_str() == "*" {
        return Ok(service);
    }
    Err(format!("{} names no cluster: write CLUSTER/SERVICE, like \"prod/web\" or \"*/web\"", quoted(service.as_str())))
}

fn reason(node: &DocumentNode) -> Result<String, String> {
    match &node.value {
        Value::Text(text) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        Value::Text(_) => Err("it is empty: say why, for whoever reads the report".to_owned()),
        other => Err(format!("expected a string, found {}", other.kind())),
    }
}

/// A time, or a day, to the end of which it holds in UTC.
fn until(node: &DocumentNode) -> Result<Timestamp, String> {
    const FORM: &str = "write a day like \"2027-01-31\" or an RFC 3339 time like \"2027-01-31T18:00:00Z\", in quotes";
    let Value::Text(text) = &node.value else {
        return Err(format!("expected a string, found {}: {FORM}", node.value.kind()));
    };
    let end_of_day = |day: Date| day.checked_add(1.day()).and_then(|next| next.to_zoned(TimeZone::UTC)).ok();
    // A time without an offset reads as a day, too, and would hold for longer than was meant.
    let day = text.parse::<Date>().ok().filter(|day| day.to_string() == *text).and_then(end_of_day);
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| Some(day?.timestamp()))
        .ok_or_else(|| format!("{} is no time: {FORM}", quoted(text)))
}
