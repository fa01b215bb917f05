//! Where everything in a picture stands.

use std::collections::BTreeMap;

use crate::topology::{Lane, Node, Path, PathGroup, Stop};

/// Columns from left to right.
pub(super) const COLUMNS: [&str; 7] =
    ["Balancer", "Listener", "Target group", "Target", "Task", "Network interface", "Security group"];

pub(super) const BALANCER: usize = 0;
pub(super) const LISTENER: usize = 1;
pub(super) const GROUP: usize = 2;
pub(super) const TARGET: usize = 3;
pub(super) const TASK: usize = 4;
pub(super) const INTERFACE: usize = 5;
pub(super) const SECURITY_GROUP: usize = 6;

/// Lengths are in the picture's own units; at full width one is a pixel.
pub(super) const NODE_WIDTH: i32 = 148;
pub(super) const NODE_HEIGHT: i32 = 38;
pub(super) const COLUMN_WIDTH: i32 = 174;
pub(super) const FAULT_HEIGHT: i32 = 16;
pub(super) const MARGIN: i32 = 6;
/// The words below the last column may be longer than it is wide.
pub(super) const RIGHT: i32 = 40;
pub(super) const TOP: i32 = 34;
const GAP: i32 = 14;

/// As many faults of one node are written out.
pub(super) const MAX_FAULTS: usize = 3;

/// A node and where its left upper corner is.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) node: Node,
    /// It stands for several.
    pub(super) is_many: bool,
}

/// A line from the right side of one node to the left side of another, by their indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    /// One of its ends isn't there.
    pub(super) is_broken: bool,
    /// Nothing gets through.
    pub(super) stop: Option<Stop>,
}

/// An interface, the security groups it has, and those it lacks.
type InterfaceGroups = (usize, Vec<String>, Vec<String>);

/// A picture ready to be drawn.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) placed: Vec<Placed>,
    pub(super) edges: Vec<Edge>,
    pub(super) height: i32,
}

impl Layout {
    pub(super) fn of(path: &Path) -> Self {
        let mut layout = Self::default();
        let mut y = TOP;
        if let Some(service) = path.service.as_ref().filter(|service| !service.faults.is_empty()) {
            layout.put(TASK, y, service.clone(), false);
            y += height(service) + GAP;
        }
        let mut actual_groups_of: Vec<InterfaceGroups> = Vec::new();
        let mut groups = Vec::new();
        for group in &path.groups {
            let (at, end) = layout.group(group, y, &mut actual_groups_of);
            groups.push(at);
            y = end;
        }
        layout.entries(path, &groups);
        layout.security_groups(path, &actual_groups_of, y);
        layout.height = layout.placed.iter().map(|one| one.y + height(&one.node)).max().unwrap_or(TOP) + MARGIN;
        layout
    }

    /// A group in the middle of its members, from `y` down. Returns its index and where the next may begin.
    fn group(&mut self, group: &PathGroup, mut y: i32, actual_groups_of: &mut Vec<InterfaceGroups>) -> (usize, i32) {
        let top = y;
        let at = self.put(GROUP, y, group.node.clone(), false);
        for lane in &group.lanes {
            self.lane(lane, at, y, actual_groups_of);
            y += lane.nodes().map(height).max().unwrap_or(NODE_HEIGHT) + GAP;
        }
        if !group.lanes.is_empty() {
            let of_members = y - GAP - top;
            self.placed[at].y = top + (of_members - height(&group.node)).max(0) / 2;
        }
        (at, y.max(top + height(&group.node) + GAP))
    }

    fn lane(&mut self, lane: &Lane, group: usize, y: i32, actual_groups_of: &mut Vec<InterfaceGroups>) {
        let mut before = Some(group);
        let nodes = [(TARGET, &lane.target), (TASK, &lane.task), (INTERFACE, &lane.interface)];
        for (column, node) in nodes {
            let Some(node) = node else {
                // A task that isn't a target has nothing before it; a target without a task may have an interface.
                before = before.filter(|_| column != TARGET);
                continue;
            };
            let at = self.put(column, y, node.clone(), lane.count > 1);
            if let Some(from) = before {
                self.join(from, at);
                if let Some(edge) = self.edges.last_mut().filter(|_| column == TASK) {
                    edge.stop = lane.stop;
                }
            }
            before = Some(at);
            if column == INTERFACE {
                actual_groups_of.push((at, lane.security_groups.clone(), lane.lacks.clone()));
            }
        }
    }

    /// What is before the groups: listeners in the middle of their groups, balancers in the middle of their listeners.
    fn entries(&mut self, path: &Path, groups: &[usize]) {
        let mut listeners: BTreeMap<(&str, &str), (&Node, Vec<usize>)> = BTreeMap::new();
        let mut balancers: BTreeMap<&str, (&Node, Vec<usize>)> = BTreeMap::new();
        for (group, at) in path.groups.iter().zip(groups) {
            for entry in &group.entries {
                let (_, direct) = balancers.entry(&entry.balancer.name).or_insert((&entry.balancer, Vec::new()));
                match &entry.listener {
                    Some(listener) => {
                        let key = (entry.balancer.name.as_str(), listener.name.as_str());
                        listeners.entry(key).or_insert((listener, Vec::new())).1.push(*at);
                    }
                    None => direct.push(*at),
                }
            }
        }
        let of: Vec<&str> = listeners.keys().map(|(balancer, _)| *balancer).collect();
        let placed = self.stack(LISTENER, listeners.into_values().collect());
        for (balancer, at) in of.into_iter().zip(placed) {
            if let Some((_, children)) = balancers.get_mut(balancer) {
                children.push(at);
            }
        }
        self.stack(BALANCER, balancers.into_values().collect());
    }

    /// The groups of the interfaces, spread over the height of the interfaces.
    fn security_groups(&mut self, path: &Path, actual_groups_of: &[InterfaceGroups], bottom: i32) {
        let all: i32 = path.security_groups.iter().map(|node| height(node) + GAP).sum();
        let mut y = TOP + ((bottom - TOP - all) / 2).max(0);
        for node in &path.security_groups {
            let at = self.put(SECURITY_GROUP, y, node.clone(), false);
            y += height(node) + GAP;
            for (interface, has, lacks) in actual_groups_of {
                if lacks.contains(&node.name) {
                    self.edges.push(Edge { from: *interface, to: at, is_broken: true, stop: None });
                } else if has.contains(&node.name) {
                    self.join(*interface, at);
                }
            }
        }
    }

    /// Nodes of one column, each as near to the middle of what follows it as the others let it. Returns their indexes in
    /// the order given.
    fn stack(&mut self, column: usize, nodes: Vec<(&Node, Vec<usize>)>) -> Vec<usize> {
        let middle = |at: &usize| self.placed[*at].y;
        let wanted = |children: &Vec<usize>| {
            let sum: i32 = children.iter().map(middle).sum();
            sum / i32::try_from(children.len()).unwrap_or(1).max(1)
        };
        let mut order: Vec<(i32, usize)> =
            nodes.iter().enumerate().map(|(nth, (_, children))| (wanted(children), nth)).collect();
        order.sort_unstable();
        let mut placed = vec![0; nodes.len()];
        let mut free = TOP;
        for (wanted, nth) in order {
            let Some((node, children)) = nodes.get(nth) else { continue };
            let y = wanted.max(free);
            free = y + height(node) + GAP;
            let at = self.put(column, y, (*node).clone(), false);
            children.iter().for_each(|child| self.join(at, *child));
            placed[nth] = at;
        }
        placed
    }

    fn put(&mut self, column: usize, y: i32, node: Node, is_many: bool) -> usize {
        let x = MARGIN + COLUMN_WIDTH * i32::try_from(column).unwrap_or_default();
        self.placed.push(Placed { x, y, node, is_many });
        self.placed.len() - 1
    }

    fn join(&mut self, from: usize, to: usize) {
        let is_broken = self.placed[from].node.missing || self.placed[to].node.missing;
        let stops = self.placed[from].node.faults.iter().filter(|fault| fault.stops).map(|fault| fault.severity).max();
        let stop = stops.map(|severity| Stop { severity, checks_only: false });
        self.edges.push(Edge { from, to, is_broken, stop });
    }
}

/// How high a node is with its faults below it.
pub(super) fn height(node: &Node) -> i32 {
    let faults = i32::try_from(node.faults.len().min(MAX_FAULTS)).unwrap_or_default();
    NODE_HEIGHT + faults * FAULT_HEIGHT
}
