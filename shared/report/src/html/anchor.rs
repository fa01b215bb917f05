//! The names by which one part of the page refers to another.

use std::collections::{BTreeMap, BTreeSet};

use model::finding::Fingerprint;

use crate::finding_report::FindingReport;

/// An id for every finding, in the report's order.
pub(super) struct Anchors {
    ids: Vec<String>,
    first: BTreeMap<Fingerprint, String>,
}

impl Anchors {
    pub(super) fn of(findings: &[FindingReport]) -> Self {
        let (mut taken, mut first) = (BTreeSet::new(), BTreeMap::new());
        let mut ids = Vec::with_capacity(findings.len());
        for finding in findings {
            // Two looks at one fault have one fingerprint, but an id is there once.
            let base = format!("f-{}", finding.fingerprint);
            let mut id = base.clone();
            for nth in 2.. {
                if taken.insert(id.clone()) {
                    break;
                }
                id = format!("{base}-{nth}");
            }
            first.entry(finding.fingerprint).or_insert_with(|| id.clone());
            ids.push(id);
        }
        Self { ids, first }
    }

    /// The id of the finding at this place in the report.
    pub(super) fn id(&self, nth: usize) -> &str {
        self.ids.get(nth).map_or("", String::as_str)
    }

    /// A link to a finding, if it is in the report.
    pub(super) fn link(&self, fingerprint: Fingerprint) -> Option<String> {
        self.first.get(&fingerprint).map(|id| format!("#{id}"))
    }
}
