//! One pass request carried out: a pass, its decisions in the log, its report.

use std::collections::BTreeSet;

use aws::calls::Calls;
use jiff::Timestamp;
use model::policy::Policy;
use pipeline::ports::Clock as _;
use pipeline::{Assignment, Environment};

use super::handle::PassResult;
use super::pass_requests::PassRequest;
use super::reporting::{log_decisions, report};
use crate::alerts::{Alerts, JudgedPass};
use crate::home::Home;

/// What is the same for every pass of a function.
#[derive(Debug, Clone, Copy)]
pub struct FunctionContext<'a> {
    /// Where it works.
    pub home: &'a Home,
    /// The rules it judges by.
    pub rules: &'a BTreeSet<&'static str>,
    /// What its owner allows.
    pub policy: &'a Policy,
    /// Who is told of what it sees, if anybody is.
    pub alerts: Option<&'a Alerts>,
}

/// Makes the pass that `pass_request` asks for in `environment`, which is real or simulated. `calls` is where that counts its
/// requests.
pub async fn carry_out<E: Environment>(
    environment: &E,
    pass_request: &PassRequest,
    context: &FunctionContext<'_>,
    deadline: Timestamp,
    calls: &Calls,
) -> PassResult {
    let began = environment.clock().now();
    let policy = match pass_request.terms.mode {
        Some(most) => context.policy.clone().capped(most),
        None => context.policy.clone(),
    };
    let wanted = |slug: &&str| pass_request.terms.rules.as_ref().is_none_or(|rules| rules.contains(*slug));
    let assignment = Assignment {
        account: context.home.account.clone(),
        region: context.home.region.clone(),
        scope: pass_request.scope.clone(),
        policy: &policy,
        rules: context.rules.iter().copied().filter(wanted).collect(),
        looks: pass_request.looks.clone(),
        deadline: Some(deadline),
    };
    // Boxed: their types are deeper nested than the compiler likes to look at from here.
    let outcome = Box::pin(pipeline::pass(environment, &assignment)).await;
    log_decisions(&outcome, context.alerts.map_or("unnamed", Alerts::function));
    if let Some(alerts) = context.alerts {
        let judged =
            JudgedPass { scope: &pass_request.scope, rules: &assignment.rules, policy: &policy, home: context.home };
        Box::pin(alerts.notify(&outcome, judged, environment.clock().now())).await;
    }
    let report = report(&outcome, &pass_request.scope, &policy, calls.take(), (began, environment.clock().now()));
    PassResult { report, outcome }
}
