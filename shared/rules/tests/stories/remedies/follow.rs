//! A person who does what a remedy says, sentence by sentence, and nothing else.

use model::ec2::{Peer, SecurityGroup, SecurityGroupRule};
use model::id::SecurityGroupId;

use crate::names;
use crate::network::a_security_group;
use crate::security_group::rule;
use crate::story::Story;

/// The group that is made where a remedy says so.
const NEW: &str = "new";

/// The account in which all findings of `slug` were followed. What a sentence that begins with an order means must be known.
pub(super) fn follow(story: &Story, slug: &str) -> Story {
    let findings = story.look().judgement.findings.into_iter().filter(|finding| finding.rule == slug);
    let orders: Vec<String> = findings.flat_map(|finding| sentences(&finding.remedy)).collect();
    assert!(!orders.is_empty(), "{slug} finds nothing");
    orders.iter().fold(story.clone(), |story, sentence| obey(story, sentence))
}

fn sentences(remedy: &str) -> Vec<String> {
    remedy.split(". ").map(|sentence| sentence.trim_end_matches('.').to_owned()).collect()
}

fn obey(mut story: Story, sentence: &str) -> Story {
    if let Some(rest) = sentence.strip_prefix("Add an inbound rule to ") {
        let (group, rest) = rest.split_once(": ").expect("a rule");
        let (flow, from) = rest.split_once(", source ").expect("a source");
        let added = a_rule(flow, from);
        let group = the_group(&mut story, group);
        assert!(!group.ingress.contains(&added), "AWS refuses a rule that is there already: {sentence}");
        group.ingress.push(added);
    } else if let Some(rest) = sentence.strip_prefix("Add an outbound rule to ") {
        let (group, rest) = rest.split_once(": ").expect("a rule");
        let (flow, to) = rest.split_once(", destination ").expect("a destination");
        let added = a_rule(flow, &to.replace("a new security group", &format!("sg-{NEW}")));
        the_group(&mut story, group).egress.push(added);
    } else if let Some(rest) = sentence.strip_prefix("Remove the inbound rule from ") {
        let (group, line) = rest.split_once(": ").expect("a rule");
        let group = the_group(&mut story, group);
        let before = group.ingress.len();
        group.ingress.retain(|rule| self::line(rule) != line);
        assert!(group.ingress.len() < before, "there is no such rule: {sentence}");
    } else if let Some(rest) = sentence.strip_prefix("Remove sg-").and_then(|rest| rest.split_once(" from the network"))
    {
        let id = names::security_group(rest.0.split(' ').next().expect("an id"));
        story = declaring(story, |declared| declared.retain(|one| *one != id));
    } else if let Some(place) = sentence.strip_prefix("Make that group and name it in the network configuration of ") {
        story = declaring(story, |declared| {
            if let Some((_, of)) = place.split_once("in the place of sg-") {
                let id = names::security_group(of.split([' ', ';']).next().expect("an id"));
                declared.retain(|one| *one != id);
            } else if place.contains("in the place of one of its") {
                declared.pop();
            }
            declared.push(names::security_group(NEW));
        });
    } else {
        let is_an_order = ["Add ", "Make ", "Take ", "Remove ", "Put ", "Give ", "Name ", "Open "];
        assert!(!is_an_order.iter().any(|verb| sentence.starts_with(verb)), "nobody knows how to: {sentence}");
    }
    story
}

/// The service is deployed with other groups: all of its tasks have them.
fn declaring(mut story: Story, change: impl FnOnce(&mut Vec<SecurityGroupId>)) -> Story {
    let mut declared = Vec::new();
    story = story.whose(|service| {
        let network = service.network.as_mut().expect("a network configuration");
        change(&mut network.security_groups);
        declared.clone_from(&network.security_groups);
    });
    assert!(declared.len() <= 5, "AWS takes no more than five groups: {declared:?}");
    story.account.network.actual.clear();
    story
}

/// `sg-web (web)`, or the one that is yet to be made.
fn the_group<'s>(story: &'s mut Story, text: &str) -> &'s mut SecurityGroup {
    let name = match text.strip_prefix("sg-") {
        Some(rest) => rest.split(' ').next().expect("an id"),
        None => NEW,
    };
    let id = names::security_group(name);
    let made = || SecurityGroup { ingress: vec![], ..a_security_group(name, &names::vpc("main")) };
    assert!(name == NEW || story.account.network.groups.contains_key(&id), "there is no group {text}");
    story.account.network.groups.entry(id).or_insert_with(made)
}

/// `type Custom TCP, port range 8080`, from or to groups or ranges, with words between.
fn a_rule(flow: &str, peers: &str) -> SecurityGroupRule {
    let (protocol, port) =
        flow.strip_prefix("type Custom ").and_then(|flow| flow.split_once(", port range ")).expect("a flow");
    let port: u16 = port.parse().expect("a port");
    let words = peers.split([' ', ',', '(', ')']).filter(|word| !word.is_empty());
    let is_peer = |word: &&str| word.starts_with("sg-") || word.parse::<ipnet::IpNet>().is_ok();
    let peers: Vec<&str> = words.filter(is_peer).collect();
    assert!(!peers.is_empty(), "nobody knows who that is: {peers:?} in {flow}");
    rule(&protocol.to_lowercase(), Some((port, port)), &peers)
}

/// A rule as the findings write it.
fn line(rule: &SecurityGroupRule) -> String {
    let ranges: Vec<String> = rule
        .peers
        .iter()
        .filter_map(|peer| match peer {
            Peer::Range(range) => Some(range.to_string()),
            _ => None,
        })
        .collect();
    let protocol = match rule.protocol.as_str() {
        "-1" => "all protocols".to_owned(),
        protocol => protocol.to_uppercase(),
    };
    let ports = match rule.ports {
        Some(ports) if rule.protocol.has_ports() => format!(" port {ports}"),
        _ if rule.protocol.has_ports() => " on all ports".to_owned(),
        _ => String::new(),
    };
    format!("{protocol}{ports} from {}", ranges.join(", "))
}
