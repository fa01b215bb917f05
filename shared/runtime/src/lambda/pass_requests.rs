//! From messages to passes: all that may be done together is done in one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::finding::Fingerprint;
use model::policy::Mode;
use model::scope::Scope;
use planner::LookHistory;

use crate::request::Request;

/// What one pass is to do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PassRequest {
    /// Who asked: the messages' ids and scopes.
    pub messages: Vec<(String, Scope)>,
    /// Where to look: everywhere one of them asked for.
    pub scope: Scope,
    /// What look-again messages carried.
    pub looks: LookHistory,
    /// What a request asked for besides.
    pub terms: RequestTerms,
}

/// What a request asks for besides a scope.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestTerms {
    /// The rules to run; all, if none are named.
    pub rules: Option<BTreeSet<String>>,
    /// The mode at most.
    pub mode: Option<Mode>,
    /// Whether what was read before may answer, if the request says.
    pub remembered: Option<bool>,
}

/// Orders being put together.
#[derive(Debug, Default)]
pub(super) struct PassRequests(BTreeMap<RequestTerms, PassRequest>);

impl PassRequest {
    /// A pass over one scope that no message asked for.
    pub(super) fn of(scope: Scope, terms: RequestTerms) -> Self {
        Self { scope, terms, ..Self::default() }
    }
}

impl RequestTerms {
    pub(super) fn of(request: &Request) -> Self {
        Self { rules: request.rules.clone(), mode: request.mode, remembered: request.remembered }
    }
}

impl PassRequests {
    /// Adds what a message asks for. Where there is nothing to look at, nothing is ordered.
    pub(super) fn add(&mut self, id: String, scope: Scope, terms: RequestTerms) {
        if let Some(pass_request) = self.take(id, scope, terms) {
            pass_request.looks.attempt = 0;
        }
    }

    /// Adds a look-again message.
    ///
    /// A suspicion that several carry was first seen when the first of them says. The hops count as in the message with the
    /// fewest, and not at all where something happened besides: so what is new is never given up for what is old.
    pub(super) fn add_look(&mut self, id: String, scope: Scope, first: BTreeMap<Fingerprint, Timestamp>, attempt: u32) {
        let is_first = self.0.get(&RequestTerms::default()).is_none_or(|pass_request| pass_request.messages.is_empty());
        if let Some(pass_request) = self.take(id, scope, RequestTerms::default()) {
            pass_request.looks.attempt = if is_first { attempt } else { pass_request.looks.attempt.min(attempt) };
            for (suspicion, seen) in first {
                let kept = pass_request.looks.first.entry(suspicion).or_insert(seen);
                *kept = seen.min(*kept);
            }
        }
    }

    fn take(&mut self, id: String, scope: Scope, terms: RequestTerms) -> Option<&mut PassRequest> {
        if scope.is_empty() {
            return None;
        }
        let pass_request = self
            .0
            .entry(terms)
            .or_insert_with_key(|terms| PassRequest { terms: terms.clone(), ..PassRequest::default() });
        pass_request.scope.merge(scope.clone());
        pass_request.messages.push((id, scope));
        Some(pass_request)
    }

    /// The passes, those without terms of their own first.
    pub(super) fn into_pass_requests(self) -> impl Iterator<Item = PassRequest> {
        self.0.into_values()
    }
}
