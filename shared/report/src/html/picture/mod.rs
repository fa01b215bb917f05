//! A path as a picture: SVG with every fault at the spot where it is, by colour, by shape and in words.

mod layout;

use maud::{Markup, html};
use model::finding::Severity;

use self::layout::{
    COLUMN_WIDTH, COLUMNS, Edge, FAULT_HEIGHT, Layout, MARGIN, MAX_FAULTS, NODE_HEIGHT, NODE_WIDTH, Placed, RIGHT,
};
use super::anchor::Anchors;
use super::glyph::glyph_points;
use crate::topology::{DrawnFault, Node, Path};

/// As many characters of a name fit into a node, and of the smaller words below it.
const NAME_LENGTH: usize = 18;
const DETAIL_LENGTH: usize = 22;

/// The picture of a path; `id` tells it from others in the page.
pub(super) fn picture(path: &Path, id: &str, anchors: &Anchors) -> Markup {
    let layout = Layout::of(path);
    let width = COLUMN_WIDTH * 6 + NODE_WIDTH + MARGIN + RIGHT;
    let described = format!("{id}-d");
    html! {
        svg role="group" viewBox=(format!("0 0 {width} {}", layout.height)) width=(width) height=(layout.height)
            aria-label=(format!("Path of {}", path.place)) aria-describedby=(described) {
            desc id=(described) { (in_words(path)) }
            g.headings aria-hidden="true" {
                @for (nth, name) in (0..).zip(COLUMNS) {
                    text x=(MARGIN + COLUMN_WIDTH * nth) y="18" { (name) }
                }
            }
            g.edges aria-hidden="true" {
                @for edge in &layout.edges { (line(&layout, *edge)) }
            }
            @for placed in &layout.placed { (node(placed, anchors)) }
        }
    }
}

/// What the picture shows, for who can't see it.
fn in_words(path: &Path) -> String {
    let faults: Vec<String> = path
        .nodes()
        .flat_map(|node| {
            node.faults.iter().map(move |fault| format!("{} at {}: {}", fault.severity, node.name, fault.rule))
        })
        .take(20)
        .collect();
    let groups: Vec<&str> = path.groups.iter().map(|group| group.node.name.as_str()).collect();
    let members: usize = path.groups.iter().flat_map(|group| &group.lanes).map(|lane| lane.count).sum();
    let stopped: usize = path
        .groups
        .iter()
        .flat_map(|group| &group.lanes)
        .filter(|lane| lane.stop.is_some())
        .map(|lane| lane.count)
        .sum();
    let stops = if stopped > 0 { format!(" The way is shut before {stopped} of them.") } else { String::new() };
    let found = if faults.is_empty() { "no fault".to_owned() } else { faults.join("; ") };
    format!("From balancers through target groups {} to {members} members. {found}.{stops}", groups.join(", "))
}

fn line(layout: &Layout, edge: Edge) -> Markup {
    let (Some(from), Some(to)) = (layout.placed.get(edge.from), layout.placed.get(edge.to)) else { return html! {} };
    let (x1, y1) = (from.x + NODE_WIDTH, from.y + NODE_HEIGHT / 2);
    let (x2, y2) = (to.x, to.y + NODE_HEIGHT / 2);
    // Curves bend in the gap before what they lead to, so that they don't run through what is between.
    let (near, far) = (x2 - (COLUMN_WIDTH - NODE_WIDTH), x2);
    let half = (near + far) / 2;
    let start = if near > x1 { format!("M{x1} {y1}H{near}") } else { format!("M{x1} {y1}") };
    let ends = [&to.node, &from.node].map(|node| node.worst().filter(|_| edge.is_broken));
    let worst = if to.node.missing { ends[0].or(ends[1]) } else { ends[1].or(ends[0]) };
    let severity = worst.map(Severity::as_str).unwrap_or_default();
    let severity = edge.stop.map_or(severity, |stop| stop.severity.as_str());
    // The gate stands before what doesn't get anything.
    let gate = far - 8;
    html! {
        path.(severity).broken[edge.is_broken].stopped[edge.stop.is_some_and(|stop| !stop.checks_only)]
            .checks[edge.stop.is_some_and(|stop| stop.checks_only)]
            d=(format!("{start}C{half} {y1} {half} {y2} {far} {y2}")) {}
        @if edge.stop.is_some() {
            path.gate.(severity) d=(format!("M{gate} {}V{}M{} {}V{}", y2 - 9, y2 + 9, gate - 4, y2 - 9, y2 + 9)) {}
        }
    }
}

fn node(placed: &Placed, anchors: &Anchors) -> Markup {
    let Placed { x, y, node, is_many, .. } = placed;
    let worst = node.worst();
    let class = worst.map(Severity::as_str).unwrap_or_default();
    html! {
        g.node.(class).missing[node.missing] transform=(format!("translate({x} {y})")) {
            title { (full(node)) }
            @if *is_many { rect.behind x="4" y="4" width=(NODE_WIDTH) height=(NODE_HEIGHT) rx="7" {} }
            rect.box width=(NODE_WIDTH) height=(NODE_HEIGHT) rx="7" {}
            text.name x="10" y=(if node.detail.is_empty() { 24 } else { 17 }) { (middle_cut(&node.name, NAME_LENGTH)) }
            text.detail x="10" y="31" { (end_cut(&node.detail, DETAIL_LENGTH)) }
            @if let Some(worst) = worst {
                g.mark transform=(format!("translate({} -7)", NODE_WIDTH - 10)) aria-hidden="true" {
                    circle cx="8" cy="8" r="10" {}
                    polygon points=(glyph_points(worst, 16.0)) {}
                }
            }
            @for (nth, fault) in (0..).zip(node.faults.iter().take(MAX_FAULTS)) {
                (label(fault, nth, node, anchors))
            }
        }
    }
}

fn label(fault: &DrawnFault, nth: i32, node: &Node, anchors: &Anchors) -> Markup {
    let y = NODE_HEIGHT + FAULT_HEIGHT * nth;
    let more = node.faults.len().saturating_sub(MAX_FAULTS);
    let text = match (fault.count, usize::try_from(nth) == Ok(MAX_FAULTS - 1) && more > 0) {
        (_, true) => format!("{} +{more}", fault.rule),
        (1, false) => fault.rule.clone(),
        (count, false) => format!("{} ×{count}", fault.rule),
    };
    let said = format!("{} {}, at {}", fault.severity, text, node.name);
    html! {
        a.(fault.severity) href=[anchors.link(fault.fingerprint)] aria-label=(said) {
            polygon points=(glyph_points(fault.severity, 9.0)) transform=(format!("translate(2 {})", y + 5)) {}
            text x="15" y=(y + 13) { (text) }
        }
    }
}

fn full(node: &Node) -> String {
    let mut text = node.name.clone();
    if !node.detail.is_empty() {
        text = format!("{text}: {}", node.detail);
    }
    for fault in &node.faults {
        text = format!("{text}\n{} {}", fault.severity, fault.rule);
    }
    text
}

/// The text, without its middle where it is too long: ids differ at their ends.
fn middle_cut(text: &str, length: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= length {
        return text.to_owned();
    }
    let tail = (length - 1) / 2;
    let head = length - 1 - tail;
    chars[..head].iter().chain(&['…']).chain(&chars[chars.len() - tail..]).collect()
}

fn end_cut(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some(_) => text.chars().take(length - 1).chain(['…']).collect(),
        None => text.to_owned(),
    }
}
