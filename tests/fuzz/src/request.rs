//! What a person asks for: every name of it is taken, none belongs elsewhere, and all of it can be looked up.

use std::fmt::Display;

use model::Timestamp;
use model::observation::{Lookup, Observation};
use model::policy::Glob;
use runtime::home::Located;
use runtime::incoming::Incoming;
use runtime::request::{ArnOrName, InCluster, Patterns, Request, ScopeKind, resolve};
use serde_json::Value;

use crate::here::{RULES, assert_here, assert_scope, assert_service, home, read};

/// Takes the bytes for a request.
pub fn check(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(Incoming::Request(request)) = read(text) {
        assert_patterns(&request.scope);
        assert_rules(&request);
        assert_taken(&request, text);
        assert_answered(&request.scope);
    }
}

fn assert_patterns(patterns: &Patterns) {
    patterns.clusters.iter().for_each(|cluster| assert_named(cluster, ScopeKind::Clusters));
    patterns.target_groups.iter().for_each(|group| assert_named(group, ScopeKind::TargetGroups));
    for service in &patterns.services {
        match service {
            InCluster::Exact(service) => assert_service(service),
            InCluster::Name { cluster, name } => [cluster, name].into_iter().for_each(assert_glob),
        }
    }
    for task in &patterns.tasks {
        match task {
            InCluster::Exact((cluster, task)) => {
                assert_here(cluster);
                assert_here(task);
                assert_eq!(task.cluster().as_ref(), Some(cluster));
            }
            InCluster::Name { cluster, name } => [cluster, name].into_iter().for_each(assert_glob),
        }
    }
}

/// It is here, or a glob; and it is told as it can be asked for.
fn assert_named<A: Located + Display>(named: &ArnOrName<A>, kind: ScopeKind) {
    match named {
        ArnOrName::Exact(arn) => assert_here(arn),
        ArnOrName::Name(glob) => assert_glob(glob),
    }
    let mut read = Patterns::default();
    assert_eq!(kind.read(&named.to_string(), &home(), &mut read), Ok(()));
    let told = read.clusters.first().map(ToString::to_string);
    let told = told.or_else(|| read.target_groups.first().map(ToString::to_string));
    assert_eq!(told, Some(named.to_string()));
}

fn assert_glob(glob: &Glob) {
    assert_eq!(glob.as_str().parse().as_ref(), Ok(glob));
    let _ = glob.matches("prod") || glob.matches("") || glob.matches(glob.as_str());
}

fn assert_rules(request: &Request) {
    if let Some(rules) = &request.rules {
        assert!(!rules.is_empty() && rules.iter().all(|rule| RULES.contains(&rule.as_str())));
    }
}

/// Nothing that is written was passed over: less would be looked at than was asked for, or all.
fn assert_taken(request: &Request, text: &str) {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return };
    let written = |key: &str| value["scope"][key].as_array().map_or(0, Vec::len);
    let Patterns { clusters, services, tasks, target_groups } = &request.scope;
    let taken = [clusters.len(), services.len(), tasks.len(), target_groups.len()];
    assert_eq!(taken, ["clusters", "services", "tasks", "target_groups"].map(written));
    assert_eq!(request.rules.is_some(), value["rules"].as_array().is_some_and(|rules| !rules.is_empty()));
    assert_eq!(request.mode.map(|mode| mode.as_str()), value["mode"].as_str());
}

/// Before anything was read, there is nothing to say but what must be.
fn assert_answered(patterns: &Patterns) {
    let home = home();
    let observation = Observation::new(Timestamp::UNIX_EPOCH, home.account, home.region);
    let lookup = Lookup::new(&observation);
    match resolve(patterns, &lookup) {
        Ok(Ok(scope)) => {
            assert!(scope.everything == patterns.is_everything());
            assert_scope(&scope);
        }
        Ok(Err(unmatched)) => panic!("{unmatched}, and nothing was asked"),
        Err(_) => assert!(!lookup.into_questions().is_empty(), "open, and nothing is asked"),
    }
}
