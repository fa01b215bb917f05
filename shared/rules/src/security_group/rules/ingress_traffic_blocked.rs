//! Traffic that no rule lets through.

use model::finding::Severity;

use crate::rule::Rule;
use crate::security_group::balancer::Purpose;
use crate::security_group::blocked::Words;

pub(crate) const RULE: Rule = Rule {
    slug: "ingress-traffic-blocked",
    severity: Severity::High,
    title: "Tasks get no traffic: no security group rule lets the balancer's traffic reach them",
    explanation: "A Network Load Balancer passes connections through and doesn't filter for the tasks. What arrives at a task's network \
        interface has to be let in by a rule of one of the security groups that the interface has, for the container's port and \
        protocol. If the balancer has security groups of its own, a rule may name one of them as its source, and the \
        balancer's outbound rules must let the traffic out. If it has none, the traffic comes from the balancer's private \
        addresses, or, where the target group preserves client addresses (always over UDP), from the clients themselves; what \
        comes to it through an endpoint service (AWS PrivateLink) always comes from its private addresses, and while the \
        balancer's groups don't filter PrivateLink traffic a rule that names them as its source doesn't let that in (\"Register \
        targets\" in the guide to Network Load Balancers). This \
        is reported when none of those who may send is let in, and not when even one client is, or when it can't be known. Where \
        only the balancer's nodes send, each counts: without cross-zone load balancing the one in a task's own zone, with it all \
        of them, for what comes to a node that isn't let in is lost. Where all but the clients of an endpoint service are let in \
        the finding is medium where the balancer's groups don't filter PrivateLink traffic, and low else: whether those clients use \
        this listener isn't known.",
    remedy: "A new security group rule takes effect at once; nothing has to be deployed.",
    repair: "none",
};

pub(crate) const WORDS: Words = Words {
    rule: &RULE,
    purpose: Purpose::Traffic,
    what: "traffic from",
    lost: "get no traffic",
    lost_in_part: "aren't reached by every node",
    title: RULE.title,
};

pub(crate) const OF_PRIVATE_LINK: Words = Words {
    rule: &RULE,
    purpose: Purpose::PrivateLink,
    what: "the private addresses of",
    lost: "get no traffic through PrivateLink",
    lost_in_part: "aren't reached through PrivateLink by every node",
    title: "Clients of an endpoint service don't reach the tasks: no security group rule lets PrivateLink traffic in",
};
