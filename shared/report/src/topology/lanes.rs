//! Members that are alike become one strand with a count.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use model::finding::Severity;

use super::member::DrawnMember;
use super::{Lane, Node, Stop};

/// As many faulty members of one group are drawn by name; the rest is counted.
const MAX_NAMED: usize = 6;

/// As many healthy members that are alike are still drawn by name.
const MAX_ALIKE: usize = 3;

/// How a member looks from afar: what it has in common with those it is counted with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Appearance {
    nodes: [Option<NodeLook>; 3],
    security_groups: Vec<String>,
    lacks: Vec<String>,
    stop: Option<Stop>,
}

/// What a node has in common with others: everything but its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct NodeLook {
    detail: String,
    missing: bool,
    faults: Vec<(String, Severity)>,
}

/// The strands of a group, those with the gravest faults first.
pub(super) fn lanes(members: Vec<DrawnMember>) -> Vec<Lane> {
    let (mut faulty, healthy): (Vec<Lane>, Vec<Lane>) =
        members.into_iter().map(|member| member.lane).partition(|lane| lane.worst().is_some());
    faulty.sort_by_cached_key(|lane| (Reverse(lane.worst()), name(lane)));
    let rest = if faulty.len() > MAX_NAMED + 1 { faulty.split_off(MAX_NAMED) } else { Vec::new() };
    let mut lanes = faulty;
    lanes.extend(alike(rest).into_values().map(bundle));
    for mut alike in alike(healthy).into_values() {
        if alike.len() > MAX_ALIKE {
            lanes.push(bundle(alike));
        } else {
            alike.sort_by_cached_key(name);
            lanes.append(&mut alike);
        }
    }
    lanes
}

fn name(lane: &Lane) -> String {
    lane.nodes().next().map(|node| node.name.clone()).unwrap_or_default()
}

fn alike(lanes: Vec<Lane>) -> BTreeMap<(Reverse<Option<Severity>>, Appearance), Vec<Lane>> {
    let mut alike: BTreeMap<_, Vec<Lane>> = BTreeMap::new();
    for lane in lanes {
        alike.entry((Reverse(lane.worst()), look(&lane))).or_default().push(lane);
    }
    alike
}

fn look(lane: &Lane) -> Appearance {
    let of = |node: Option<&Node>| {
        let Node { detail, missing, faults, .. } = node?;
        let faults = faults.iter().map(|fault| (fault.rule.clone(), fault.severity)).collect();
        // In which subnet an interface is makes no difference from afar.
        let detail = if detail.starts_with("subnet-") { String::new() } else { detail.clone() };
        Some(NodeLook { detail, missing: *missing, faults })
    };
    Appearance {
        nodes: [&lane.target, &lane.task, &lane.interface].map(|node| of(node.as_ref())),
        security_groups: lane.security_groups.clone(),
        lacks: lane.lacks.clone(),
        stop: lane.stop,
    }
}

/// One strand for several that are alike; one alone stays as it is.
fn bundle(lanes: Vec<Lane>) -> Lane {
    let count = lanes.len();
    let mut lanes = lanes.into_iter();
    let mut sum = lanes.next().unwrap_or_default();
    for lane in lanes {
        for (node, other) in
            [(&mut sum.target, lane.target), (&mut sum.task, lane.task), (&mut sum.interface, lane.interface)]
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
    Lane { count, ..sum }
}
