//! From messages to passes: all that may be done together is done in one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::finding::Fingerprint;
use model::policy::Mode;
use model::scope::Scope;
use planner::Looks;

use crate::request::Request;

/// What one pass is to do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Order {
    /// Who asked: the messages' ids and scopes.
    pub messages: Vec<(String, Scope)>,
    /// Where to look: everywhere one of them asked for.
    pub scope: Scope,
    /// What look-again messages carried.
    pub looks: Looks,
    /// What a request asked for besides.
    pub terms: Terms,
}

/// What a request asks for besides a scope.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Terms {
    /// The rules to run; all, if none are named.
    pub rules: Option<BTreeSet<String>>,
    /// The mode at most.
    pub mode: Option<Mode>,
}

/// Orders being put together.
#[derive(Debug, Default)]
pub(super) struct Orders(BTreeMap<Terms, Order>);

impl Order {
    /// A pass over one scope that no message asked for.
    pub(super) fn of(scope: Scope, terms: Terms) -> Self {
        Self { scope, terms, ..Self::default() }
    }
}

impl Terms {
    pub(super) fn of(request: &Request) -> Self {
        Self { rules: request.rules.clone(), mode: request.mode }
    }
}

impl Orders {
    /// Adds what a message asks for. Where there is nothing to look at, nothing is ordered.
    pub(super) fn add(&mut self, id: String, scope: Scope, terms: Terms) {
        if let Some(order) = self.take(id, scope, terms) {
            order.looks.hop = 0;
        }
    }

    /// Adds a look-again message.
    ///
    /// A suspicion that several carry was first seen when the first of them says. The hops count as in the message with the
    /// fewest, and not at all where something happened besides: so what is new is never given up for what is old.
    pub(super) fn add_look(&mut self, id: String, scope: Scope, first: BTreeMap<Fingerprint, Timestamp>, hop: u32) {
        let is_first = self.0.get(&Terms::default()).is_none_or(|order| order.messages.is_empty());
        if let Some(order) = self.take(id, scope, Terms::default()) {
            order.looks.hop = if is_first { hop } else { order.looks.hop.min(hop) };
            for (suspicion, seen) in first {
                let kept = order.looks.first.entry(suspicion).or_insert(seen);
                *kept = seen.min(*kept);
            }
        }
    }

    fn take(&mut self, id: String, scope: Scope, terms: Terms) -> Option<&mut Order> {
        if scope.is_empty() {
            return None;
        }
        let order = self.0.entry(terms).or_insert_with_key(|terms| Order { terms: terms.clone(), ..Order::default() });
        order.scope.merge(scope.clone());
        order.messages.push((id, scope));
        Some(order)
    }

    /// The passes, those without terms of their own first.
    pub(super) fn into_orders(self) -> impl Iterator<Item = Order> {
        self.0.into_values()
    }
}
