//! Healthy accounts: everyday set-ups as AWS's guides describe them. Nothing in them is worth an alert.
//!
//! Each account names the guide it is made from. By every rule there is, none of them yields a finding of medium severity or
//! above, and nothing is left unjudged.

mod balancers;
mod compute;
mod deployments;
mod networks;

use std::collections::BTreeSet;

use model::finding::Severity;

use crate::configuration::sound;
use crate::security_group::rule;
use crate::story::Story;

/// A healthy account: what it is, the AWS guide it is made from, and its story.
type HealthyAccount = (&'static str, &'static str, fn() -> Story);

const GUIDES: &str = "https://docs.aws.amazon.com/";

fn accounts() -> Vec<HealthyAccount> {
    [compute::ACCOUNTS, deployments::ACCOUNTS, balancers::ACCOUNTS, networks::ACCOUNTS].concat()
}

#[test]
fn a_healthy_account_yields_nothing_worth_an_alert() {
    let slugs: Vec<&'static str> = rules::rules().map(|rule| rule.slug).collect();
    let mut accused = String::new();
    for (what, guide, told) in accounts() {
        let judged = told().judged_by(&slugs);
        let judgement = judged.look().judgement;
        let is_alarm = judgement.findings.iter().any(|finding| finding.severity >= Severity::Medium);
        let is_repaired = judgement.findings.iter().any(|finding| !finding.repairs.is_empty());
        if is_alarm || is_repaired || !judgement.abstentions.is_empty() {
            accused += &format!("{what} ({GUIDES}{guide}):\n{}\n", judged.found());
        }
    }
    assert!(accused.is_empty(), "{accused}");
}

#[test]
fn there_are_many_and_each_is_told_once() {
    let names: BTreeSet<&str> = accounts().iter().map(|(what, ..)| *what).collect();
    assert!(names.len() >= 25 && names.len() == accounts().len(), "{} of {}", names.len(), accounts().len());
    for (what, guide, told) in accounts() {
        assert!(guide.contains("/latest/"), "{what} names no guide");
        assert!(!told().account.services.is_empty(), "{what} has no service");
    }
}

/// The near miss: the same account with one fault is told of.
#[test]
fn an_account_that_is_not_healthy_is_told_of() {
    let slugs: Vec<&'static str> = rules::rules().map(|rule| rule.slug).collect();
    let forgotten = web().task(7).judged_by(&slugs);
    assert!(forgotten.found().contains("high target-missing"));
}

/// Service `prod/web` with tasks 1 and 2 in group `web`, whose security group lets in its port from the VPC.
fn web() -> Story {
    let let_in = rule("tcp", Some((8080, 8080)), &["10.0.0.0/16", "2001:db8::/32"]);
    sound().security_group_that("web", |group| group.ingress.push(let_in))
}

/// The same with one service and no task yet.
fn empty_web() -> Story {
    let mut judged = web();
    judged.account.tasks.clear();
    judged.account.health.clear();
    judged
}
