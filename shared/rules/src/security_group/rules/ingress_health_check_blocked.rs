//! Health checks that no rule lets through.

use model::finding::Severity;

use crate::rule::Rule;
use crate::security_group::balancer::Purpose;
use crate::security_group::blocked::Words;

pub(crate) const RULE: Rule = Rule {
    slug: "ingress-health-check-blocked",
    severity: Severity::High,
    title: "Tasks stay unhealthy: no security group rule lets the balancer's health checks reach them",
    explanation: "A Network Load Balancer checks every target from its own private addresses, whether or not it preserves the \
        clients' addresses for traffic, and over TCP even if it serves UDP. The target group says on which port: the one each \
        target is registered on, or one for all. If no rule of the tasks' security groups lets that in, by the balancer's \
        security group or by its addresses, or if the balancer's outbound rules don't let it out, every target stays \
        unhealthy. ECS then replaces the tasks again and again, although they work. The balancer's inbound rules don't matter \
        to health checks. Where one of several nodes isn't let in, the tasks it \
        sends to are reported (without cross-zone load balancing those of its own zone) unless AWS calls their targets \
        healthy: which nodes check a target isn't documented.",
    remedy: "A new security group rule takes effect at once; nothing has to be deployed.",
    repair: "none",
};

pub(crate) const WORDS: Words = Words {
    rule: &RULE,
    purpose: Purpose::Health,
    what: "health checks from",
    lost: "stay unhealthy",
    lost_in_part: "aren't reached by every node",
    title: RULE.title,
};
