//! Members that are alike become one strand with a count.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use model::finding::Severity;

use super::member::Member;
use super::{Node, Strand};

/// As many faulty members of one group are drawn by name; the rest is counted.
const MAX_NAMED: usize = 6;

/// As many healthy members that are alike are still drawn by name.
const MAX_ALIKE: usize = 3;

/// How a member looks from afar: what it has in common with those it is counted with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Look {
    nodes: [Option<NodeLook>; 3],
    security_groups: Vec<String>,
    lacks: Vec<String>,
}

/// What a node has in common with others: everything but its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct NodeLook {
    detail: String,
    missing: bool,
    faults: Vec<(String, Severity)>,
}

/// The strands of a group, those with the gravest faults first.
pub(super) fn strands(members: Vec<Member>) -> Vec<Strand> {
    let (mut faulty, healthy): (Vec<Strand>, Vec<Strand>) =
        members.into_iter().map(|member| member.strand).partition(|strand| strand.worst().is_some());
    faulty.sort_by_cached_key(|strand| (Reverse(strand.worst()), name(strand)));
    let rest = if faulty.len() > MAX_NAMED + 1 { faulty.split_off(MAX_NAMED) } else { Vec::new() };
    let mut strands = faulty;
    strands.extend(alike(rest).into_values().map(bundle));
    for mut alike in alike(healthy).into_values() {
        if alike.len() > MAX_ALIKE {
            strands.push(bundle(alike));
        } else {
            alike.sort_by_cached_key(name);
            strands.append(&mut alike);
        }
    }
    strands
}

fn name(strand: &Strand) -> String {
    strand.nodes().next().map(|node| node.name.clone()).unwrap_or_default()
}

fn alike(strands: Vec<Strand>) -> BTreeMap<(Reverse<Option<Severity>>, Look), Vec<Strand>> {
    let mut alike: BTreeMap<_, Vec<Strand>> = BTreeMap::new();
    for strand in strands {
        alike.entry((Reverse(strand.worst()), look(&strand))).or_default().push(strand);
    }
    alike
}

fn look(strand: &Strand) -> Look {
    let of = |node: Option<&Node>| {
        let Node { detail, missing, faults, .. } = node?;
        let faults = faults.iter().map(|fault| (fault.rule.clone(), fault.severity)).collect();
        // In which subnet an interface is makes no difference from afar.
        let detail = if detail.starts_with("subnet-") { String::new() } else { detail.clone() };
        Some(NodeLook { detail, missing: *missing, faults })
    };
    Look {
        nodes: [&strand.target, &strand.task, &strand.interface].map(|node| of(node.as_ref())),
        security_groups: strand.security_groups.clone(),
        lacks: strand.lacks.clone(),
    }
}

/// One strand for several that are alike; one alone stays as it is.
fn bundle(strands: Vec<Strand>) -> Strand {
    let count = strands.len();
    let mut strands = strands.into_iter();
    let mut sum = strands.next().unwrap_or_default();
    for strand in strands {
        for (node, other) in
            [(&mut sum.target, strand.target), (&mut sum.task, strand.task), (&mut sum.interface, strand.interface)]
        {
            if let Some((node, other)) = node.as_mut().zip(other) {
                other.faults.into_iter().for_each(|fault| node.blame(fault));
            }
        }
    }
    if count > 1 {
        for (node, what) in [(&mut sum.target, "targets"), (&mut sum.task, "tasks"), (&mut sum.interface, "interfaces")]
        {
            if let Some(node) = node {
                node.name = format!("{count} {what}");
                if node.detail.starts_with("subnet-") {
                    node.detail.clear();
                }
            }
        }
    }
    Strand { count, ..sum }
}
