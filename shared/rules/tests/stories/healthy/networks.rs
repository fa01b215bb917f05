//! Subnets and addresses.

use model::ec2::Subnet;

use super::{HealthyAccount, empty_web, web};
use crate::story::Story;
use crate::{entities, names};

pub(super) const ACCOUNTS: &[HealthyAccount] = &[
    ("dual stack", "AmazonECS/latest/developerguide/task-networking-awsvpc.html", dual_stack),
    ("IPv6 only", "AmazonECS/latest/developerguide/fargate-task-networking.html", ipv6_only),
    ("a secondary range for tasks", "vpc/latest/userguide/vpc-cidr-blocks.html", secondary_range),
    ("prefix delegation on the instances", "AWSEC2/latest/UserGuide/ec2-prefix-eni.html", prefix_delegation),
    ("tasks in a peered VPC", "elasticloadbalancing/latest/network/load-balancer-target-groups.html", peered),
    ("subnets shared by another account", "vpc/latest/userguide/vpc-sharing.html", shared_subnets),
    (
        "targets on premises in a group of their own",
        "elasticloadbalancing/latest/network/target-group-register-targets.html",
        on_premises,
    ),
];

fn subnet(mut judged: Story, name: &str, ranges: &[&str], change: impl FnOnce(&mut Subnet)) -> Story {
    let mut subnet = entities::a_subnet(name, ranges);
    change(&mut subnet);
    judged.account.subnets.push(subnet);
    judged.whose(|service| service.network.as_mut().expect("a network").subnets = vec![names::subnet(name)])
}

/// The group is of IPv4; the tasks have both.
fn dual_stack() -> Story {
    empty_web().task(1).and_at("2001:db8:1::1").registered().task(2).and_at("2001:db8:1::2").registered()
}

fn ipv6_only() -> Story {
    let judged = subnet(empty_web(), "six", &["2001:db8:6::/64"], |_| ()).for_ipv6();
    let judged = judged.task(1).at("2001:db8:6::1").in_subnet("six").registered();
    judged.task(2).at("2001:db8:6::2").in_subnet("six").registered()
}

fn secondary_range() -> Story {
    let judged = subnet(empty_web(), "pods", &["100.64.0.0/20"], |_| ());
    judged.task(1).at("100.64.3.1").in_subnet("pods").registered()
}

/// An instance holds a prefix of the subnet that the tasks' addresses are from.
fn prefix_delegation() -> Story {
    web().other_interface("interface", "10.0.1.60").with_prefix("10.0.1.64/28")
}

/// The balancer and its group are in one VPC, the tasks in another that is peered with it.
fn peered() -> Story {
    let judged = subnet(empty_web(), "peer", &["10.9.1.0/24"], |subnet| subnet.vpc = names::vpc("peer"));
    judged.task(1).at("10.9.1.1").in_subnet("peer").registered()
}

fn shared_subnets() -> Story {
    let judged = empty_web().whose(|service| {
        service.network.as_mut().expect("a network").subnets = vec![names::subnet("shared")];
    });
    judged.task(1).at("10.0.9.1").in_subnet("shared").registered()
}

/// No service uses the group; machines in a data centre are its targets.
fn on_premises() -> Story {
    web().group("legacy").target("legacy", "192.168.7.1:443").target("legacy", "192.168.7.2:443")
}
