//! `ingress-traffic-blocked` and `ingress-health-check-blocked`: how they say it, and what keeps them from saying it.

use insta::assert_snapshot;
use model::ec2::{GroupReference, Peer};
use model::ecs::{DeploymentController, ServiceStatus, TaskSetStatus};
use model::elb::{Forward, ListenerRule};
use model::id::PrefixListId;
use model::observation::Question;

use super::reach::scene;
use crate::names;
use crate::story::Story;

pub(super) const BOTH: &[&str] = &["ingress-traffic-blocked", "ingress-health-check-blocked"];

pub(super) fn judged(text: &str) -> Story {
    scene(text).judged_by(BOTH)
}

/// The remedies, which say which rule to add.
fn remedies(judged: &Story) -> String {
    judged.look().judgement.findings.iter().map(|finding| format!("{}\n", finding.remedy)).collect()
}

#[test]
fn a_balancer_with_groups_is_let_in_by_its_group() {
    let judged = judged("TCP 8080; lb sg-lb");
    assert_snapshot!(judged.found(), @r#"
    high ingress-traffic-blocked: Tasks of prod/web get no traffic: no security group rule lets in traffic from Network Load Balancer edge (TCP port 8080)
      about service web, group web, sg-web; under the policy for prod/web
      balancer: arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/edge/0f
      balancer_security_groups: ["sg-lb"]
      rules_to_add: ["Add an inbound rule to sg-web (web): type Custom TCP, port range 8080, source sg-lb (lb), the balancer's group."]
      shut_out: ["TCP port 8080"]
      task: t1
      tasks: 1 of 1
    "#);
    assert_snapshot!(remedies(&judged), @"Add an inbound rule to sg-web (web): type Custom TCP, port range 8080, source sg-lb (lb), the balancer's group. A new security group rule takes effect at once; nothing has to be deployed.");
}

#[test]
fn one_without_groups_is_let_in_by_its_addresses() {
    assert_snapshot!(remedies(&judged("TCP 8080; lb none; in web: tcp 8080 203.0.113.0/24")), @"Add an inbound rule to sg-web (web): type Custom TCP, port range 8080, source 10.0.1.200/32 and 10.0.2.200/32 (the balancer's private addresses). A new security group rule takes effect at once; nothing has to be deployed.");
}

#[test]
fn a_group_that_others_have_is_left_alone_and_a_new_one_is_made() {
    let shared = judged("TCP 8080; lb sg-lb").service("api").declares(&["web"]).service("web");
    assert_snapshot!(remedies(&shared), @"Add an inbound rule to a new security group of prod/web: type Custom TCP, port range 8080, source sg-lb (lb), the balancer's group. Make that group and name it in the network configuration of prod/web (securityGroups of awsvpcConfiguration) beside those it declares; that starts a deployment.");
    let default = judged("TCP 8080; lb sg-lb; has default");
    assert_snapshot!(remedies(&default), @"Add an inbound rule to a new security group of prod/web: type Custom TCP, port range 8080, source sg-lb (lb), the balancer's group. Make that group and name it in the network configuration of prod/web (securityGroups of awsvpcConfiguration) in the place of sg-default (default); that starts a deployment.");
}

#[test]
fn a_balancer_that_has_the_default_group_or_is_in_another_vpc_is_let_in_by_its_addresses() {
    assert!(remedies(&judged("TCP 8080; lb sg-default")).contains("source 10.0.1.200/32 and 10.0.2.200/32"));
    let mut peered = judged("TCP 8080; lb sg-lb");
    let balancer = peered.account.network.balancers.values_mut().next().expect("a balancer");
    balancer.vpc = Some(names::vpc("peered"));
    assert!(!remedies(&peered).contains("source sg-lb"), "{}", remedies(&peered));
}

#[test]
fn or_by_its_subnets_where_its_interfaces_can_not_be_seen() {
    assert_snapshot!(remedies(&judged("TCP 8080; lb none; hidden")), @"Add an inbound rule to sg-web (web): type Custom TCP, port range 8080, source 10.0.1.0/24 and 10.0.2.0/24 (the balancer's subnets). A new security group rule takes effect at once; nothing has to be deployed.");
}

#[test]
fn clients_whose_address_is_preserved_are_let_in_themselves() {
    assert_snapshot!(judged("UDP 53; lb none; in web: tcp 53 10.0.0.0/16").found(), @r#"
    high ingress-traffic-blocked: Tasks of prod/web get no traffic: no security group rule lets in traffic from Network Load Balancer edge (UDP port 53)
      about service web, group web, sg-web; under the policy for prod/web
      balancer: arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/edge/0f
      balancer_security_groups: []
      rules_to_add: ["Add an inbound rule to sg-web (web): type Custom UDP, port range 53, source 0.0.0.0/0 (the clients, whose addresses the targets see; this lets in everybody who has a route to the tasks, past the balancer too)."]
      shut_out: ["UDP port 53"]
      task: t1
      tasks: 1 of 1
    "#);
    assert_snapshot!(remedies(&judged("UDP 53; lb none; in web: tcp 53 10.0.0.0/16")), @"Add an inbound rule to sg-web (web): type Custom UDP, port range 53, source 0.0.0.0/0 (the clients, whose addresses the targets see; this lets in everybody who has a route to the tasks, past the balancer too). A new security group rule takes effect at once; nothing has to be deployed.");
    assert_snapshot!(remedies(&judged("UDP 53; lb none; internal; in web: tcp 53 10.0.0.0/16")), @"Add an inbound rule to sg-web (web): type Custom UDP, port range 53, source the ranges that the clients come from, whose addresses the targets see, such as 10.0.1.0/24, 10.0.2.0/24 and 10.0.9.0/24 for those in vpc-main. A new security group rule takes effect at once; nothing has to be deployed.");
    assert_snapshot!(remedies(&judged("UDP 53; lb none; ipv6; in web: tcp 53 2001:db8::/32")), @"Add an inbound rule to sg-web (web): type Custom UDP, port range 53, source ::/0 (the clients, whose addresses the targets see; this lets in everybody who has a route to the tasks, past the balancer too). A new security group rule takes effect at once; nothing has to be deployed.");
}

#[test]
fn health_checks_on_another_port_are_said_by_themselves() {
    let judged = judged("TCP 8080; check 9090; lb sg-lb; in web: tcp 8080 sg-lb");
    assert_snapshot!(judged.found(), @r#"
    high ingress-health-check-blocked: Tasks of prod/web stay unhealthy: no security group rule lets in health checks from Network Load Balancer edge (TCP port 9090)
      about service web, group web, sg-web; under the policy for prod/web
      balancer: arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/edge/0f
      balancer_security_groups: ["sg-lb"]
      rules_to_add: ["Add an inbound rule to sg-web (web): type Custom TCP, port range 9090, source sg-lb (lb), the balancer's group."]
      shut_out: ["TCP port 9090"]
      task: t1
      tasks: 1 of 1
    "#);
    assert_snapshot!(remedies(&judged), @"Add an inbound rule to sg-web (web): type Custom TCP, port range 9090, source sg-lb (lb), the balancer's group. A new security group rule takes effect at once; nothing has to be deployed.");
}

#[test]
fn health_checks_that_the_same_rule_lets_in_are_not_said_again() {
    let judged = judged("TCP 8080; lb sg-lb");
    assert_eq!(judged.look().judgement.findings.len(), 1);
    let checks_only = judged.judged_by(&["ingress-health-check-blocked"]);
    assert!(checks_only.found().contains("ingress-health-check-blocked"));
    let disabled = judged_with_policy("TCP 8080; lb sg-lb", "rules.disable = [\"ingress-traffic-blocked\"]");
    assert!(disabled.found().contains("ingress-health-check-blocked"), "nobody says it otherwise");
}

fn judged_with_policy(text: &str, policy: &str) -> Story {
    judged(text).policy(policy)
}

#[test]
fn outbound_rules_of_the_balancer() {
    let judged = judged("TCP 8080; lb sg-lb; out lb: tcp 80 0.0.0.0/0; in web: tcp 8080 sg-lb");
    assert_snapshot!(judged.found(), @r#"
    high ingress-traffic-blocked: Tasks of prod/web get no traffic: no security group rule lets out traffic from Network Load Balancer edge (TCP port 8080)
      about service web, group web, sg-web; under the policy for prod/web
      balancer: arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/edge/0f
      balancer_security_groups: ["sg-lb"]
      rules_to_add: ["Add an outbound rule to sg-lb (lb): type Custom TCP, port range 8080, destination sg-web (web)."]
      shut_out: ["TCP port 8080"]
      task: t1
      tasks: 1 of 1
    "#);
    assert_snapshot!(remedies(&judged), @"Add an outbound rule to sg-lb (lb): type Custom TCP, port range 8080, destination sg-web (web). A new security group rule takes effect at once; nothing has to be deployed.");
}

#[test]
fn both_sides() {
    assert_snapshot!(remedies(&judged("TCP 8080; lb sg-lb; out lb:")), @"Add an outbound rule to sg-lb (lb): type Custom TCP, port range 8080, destination sg-web (web). Add an inbound rule to sg-web (web): type Custom TCP, port range 8080, source sg-lb (lb), the balancer's group. A new security group rule takes effect at once; nothing has to be deployed.");
}

#[test]
fn two_ports_and_two_protocols_are_one_finding() {
    assert_snapshot!(judged("TCP_UDP 53,8053; lb sg-lb; in web: tcp 53 sg-lb").found(), @r#"
    high ingress-traffic-blocked: Tasks of prod/web get no traffic: no security group rule lets in traffic from Network Load Balancer edge (TCP port 8053, UDP port 53 and UDP port 8053)
      about service web, group web, sg-web; under the policy for prod/web
      balancer: arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/edge/0f
      balancer_security_groups: ["sg-lb"]
      rules_to_add: ["Add an inbound rule to sg-web (web): type Custom TCP, port range 8053, source sg-lb (lb), the balancer's group.","Add an inbound rule to sg-web (web): type Custom UDP, port range 53, source sg-lb (lb), the balancer's group.","Add an inbound rule to sg-web (web): type Custom UDP, port range 8053, source sg-lb (lb), the balancer's group."]
      shut_out: ["TCP port 8053","UDP port 53","UDP port 8053"]
      task: t1
      tasks: 1 of 1
    "#);
}

#[test]
fn only_the_tasks_that_lack_the_group() {
    let judged = judged("TCP 8080; lb sg-lb; in web: tcp 8080 sg-lb").security_group("base");
    let judged = judged.task(2).task(3).having(&["base"]);
    assert_snapshot!(judged.found(), @r#"
    high ingress-traffic-blocked: 1 of 3 tasks of prod/web get no traffic: no security group rule lets in traffic from Network Load Balancer edge (TCP port 8080)
      about service web, group web, sg-base; under the policy for prod/web
      balancer: arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/edge/0f
      balancer_security_groups: ["sg-lb"]
      rules_to_add: ["Add an inbound rule to sg-base (base): type Custom TCP, port range 8080, source sg-lb (lb), the balancer's group."]
      shut_out: ["TCP port 8080"]
      task: t3
      tasks: 1 of 3
    "#);
    assert_snapshot!(remedies(&judged), @"Add an inbound rule to sg-base (base): type Custom TCP, port range 8080, source sg-lb (lb), the balancer's group. The service's other tasks are reached: look first at why these have other security groups, or addresses that the balancer may not send to. A new security group rule takes effect at once; nothing has to be deployed.");
}

#[test]
fn only_the_tasks_where_the_balancer_may_not_send() {
    let judged = judged("TCP 8080; lb sg-lb; out lb: tcp 8080 10.0.1.0/30; in web: tcp 8080 sg-lb").task(9);
    assert!(
        judged.found().contains("1 of 2 tasks of prod/web get no traffic: no security group rule lets out traffic")
    );
}

#[test]
fn a_task_that_serves_through_nothing_is_not_judged() {
    let mut bare = judged("TCP 8080; lb sg-lb").whose(|service| service.load_balancers.clear());
    assert_eq!(bare.found(), "nothing");
    bare = judged("TCP 8080; lb sg-lb").whose(|service| service.status = ServiceStatus::Draining);
    assert_eq!(bare.found(), "nothing");
    let alone = judged("TCP 8080; lb sg-lb; in web: tcp 8080 sg-lb").standalone(9).having(&["web"]);
    assert_eq!(alone.found(), "nothing");
}

#[test]
fn without_a_balancer_nothing_is_sent() {
    let unattached = judged("TCP 8080; lb sg-lb").which(|group| group.load_balancers.clear());
    assert_eq!(unattached.found(), "nothing");
    let application = judged("TCP 8080; lb sg-lb").which(|group| group.load_balancers = vec![names::balancer("app")]);
    assert_eq!(application.found(), "nothing");
    let mut gone = judged("TCP 8080; lb sg-lb");
    gone.account.network.balancers.clear();
    assert_eq!(gone.found(), "nothing");
    let instances = judged("TCP 8080; lb sg-lb").which(|group| group.target_type = "instance".into());
    assert_eq!(instances.found(), "nothing");
}

#[test]
fn a_service_without_tasks_is_not_judged() {
    let mut judged = judged("TCP 8080; lb sg-lb");
    judged.account.tasks.clear();
    assert_eq!(judged.found(), "nothing");
}

#[test]
fn an_older_deployments_tasks_may_have_served_elsewhere() {
    let judged = judged("TCP 8080; lb sg-lb").rolling().started_by("ecs-svc/web-old");
    assert_eq!(judged.found(), "nothing");
    assert!(judged.task(2).found().contains("ingress-traffic-blocked"), "the primary's tasks serve here");
}

#[test]
fn a_task_sets_tasks_serve_through_its_own_groups() {
    let sets = |judged: Story| {
        let judged = judged.group("green").deployed_by(DeploymentController::CodeDeploy);
        let judged = judged.task_set("ecs-svc/blue", TaskSetStatus::Primary, &[("web", 8080)]);
        judged.task_set("ecs-svc/green", TaskSetStatus::Active, &[("green", 8080)])
    };
    let judged = sets(judged("TCP 8080; lb sg-lb")).started_by("ecs-svc/green");
    assert!(judged.found().contains("group green"), "{}", judged.found());
    assert!(!judged.found().contains("group web"), "{}", judged.found());
}

#[test]
fn one_event_of_a_task_does_not_work_it_out_anew() {
    let mut judged = judged("TCP 8080; lb sg-lb").event();
    judged.scope.services.clear();
    assert_eq!(judged.found(), "nothing");
    assert!(judged.look().asked().iter().all(|question| !matches!(question, Question::LoadBalancer(_))));
}

#[test]
fn a_rule_for_a_peered_vpcs_group_is_not_the_balancers() {
    let peered = |status: &str, group: &str| {
        let reference = GroupReference {
            group: names::security_group(group),
            owner: Some(names::another_account()),
            vpc: Some(names::vpc("peered")),
            peering_status: Some(status.to_owned()),
        };
        judged("TCP 8080; lb sg-lb; in web: tcp 8080 sg-x").security_group_that("web", |web| {
            web.ingress[0].peers = vec![Peer::Group(reference)];
        })
    };
    assert!(peered("active", "theirs").found().contains("ingress-traffic-blocked"));
    assert_eq!(peered("active", "lb").found(), "nothing");
    assert!(peered("deleted", "lb").found().contains("ingress-traffic-blocked"));
}

#[test]
fn a_group_that_was_deleted_meanwhile_may_have_let_it_in() {
    let mut judged = judged("TCP 8080; lb sg-lb; has web,base; in web: tcp 9090 sg-lb");
    judged.account.network.groups.remove(&names::security_group("base"));
    assert_snapshot!(judged.found(), @"can't judge group web: arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/0f whether TCP port 8080 reaches the tasks can't be resolved: a security group of theirs can't be seen");
    let mut theirs = self::judged("TCP 8080; lb sg-lb; out lb:; in web: tcp 8080 sg-lb");
    theirs.account.network.groups.remove(&names::security_group("lb"));
    assert_snapshot!(theirs.found(), @"can't judge group web: arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/0f whether TCP port 8080 reaches the tasks can't be resolved: a security group of the balancer's, or a prefix list in a rule of one, can't be seen");
}

#[test]
fn clients_that_come_by_a_peered_vpcs_group_may_come_from_anywhere() {
    let judged =
        judged("UDP 53; internal; lb sg-lb; in lb: udp 80 sg-x; in web: udp 53 10.1.0.0/16; in web: tcp 53 sg-lb");
    assert_snapshot!(judged.found(), @"can't judge group web: arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/0f whether UDP port 53 reaches the tasks can't be resolved: the balancer lets in clients by groups they have, perhaps in a peered VPC, or a listener sends to the group by a rule");
}

#[test]
fn a_rule_for_a_part_of_a_subnet_may_be_for_the_balancer_or_not() {
    let judged = judged("TCP 8080; lb none; hidden; in web: tcp 8080 10.0.1.0/25");
    assert_snapshot!(judged.found(), @"can't judge group web: arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/0f whether TCP port 8080 reaches the tasks can't be resolved: the balancer's addresses can't be seen, and a rule of theirs lets in only a part of its subnets");
}

#[test]
fn a_prefix_list_that_can_not_be_read_is_abstained_from() {
    let list: PrefixListId = "pl-1".parse().expect("a prefix list");
    let judged = judged("TCP 8080; lb none; list pl-1 10.9.0.0/16; in web: tcp 8080 pl-1");
    assert!(judged.found().contains("ingress-traffic-blocked"));
    assert_snapshot!(judged.unread(Question::PrefixList(list)).found(), @"can't judge group web: prefix list: pl-1 timed out");
}

#[test]
fn no_more_is_asked_than_it_takes() {
    let asked = |judged: Story| -> String {
        let labels = judged.look().asked().iter().map(crate::render::label).collect::<Vec<_>>();
        labels.join("\n")
    };
    assert_snapshot!(asked(judged("TCP 8080; lb sg-lb; in web: tcp 8080 sg-lb")), @r"
    service: prod/web
    list of: RUNNING tasks of prod/web
    task: prod/t1
    target group: web
    balancer: edge
    interface: eni-t1
    security groups of: vpc-main
    ");
    assert_snapshot!(asked(judged("TCP 8080; lb none; in web: tcp 8080 0.0.0.0/0")), @r"
    service: prod/web
    list of: RUNNING tasks of prod/web
    task: prod/t1
    target group: web
    balancer: edge
    interface: eni-t1
    security groups of: vpc-main
    ");
    assert_snapshot!(asked(judged("TCP 8080; lb none; in web: tcp 8080 10.0.1.128/25")), @r"
    service: prod/web
    list of: RUNNING tasks of prod/web
    task: prod/t1
    target group: web
    targets of: web
    attributes of: web
    balancer: edge
    balancer attributes of: edge
    subnets of: vpc-main
    interfaces in: subnet-a
    interfaces in: subnet-b
    interface: eni-t1
    security groups of: vpc-main
    ");
    assert_snapshot!(asked(judged("TCP 8080; preserve on; lb sg-lb; in web: tcp 8080 203.0.113.0/24")), @r"
    clusters: all
    services of: prod
    service: prod/web
    list of: RUNNING tasks of prod/web
    task: prod/t1
    target group: web
    attributes of: web
    balancer: edge
    listeners of: edge
    subnets of: vpc-main
    interface: eni-t1
    security groups of: vpc-main
    endpoint services: all
    ");
}

/// A dual-stack listener sends IPv6 clients elsewhere by default, and IPv4 clients here by a rule.
#[test]
fn a_group_that_a_listeners_rule_sends_to_is_not_taken_for_unattached() {
    let text = "TCP 8080; preserve on; lb sg-lb; in lb: tcp 80 203.0.113.0/24; in web: tcp 8080 203.0.113.0/25";
    let by_rules = |text: &str, weights: &[Option<u32>]| {
        let mut story = judged(text);
        let network = &mut story.account.network;
        for listener in network.listeners.values_mut().flatten() {
            listener.forwards = vec![Forward::to(names::group("six"))];
            let forward = |weight: &Option<u32>| Forward { target_group: names::group("web"), weight: *weight };
            let forwards = weights.iter().map(forward).collect();
            let rule = ListenerRule { arn: "rule/1".to_owned(), is_default: false, forwards };
            network.rules.insert(listener.arn.clone(), vec![rule]);
        }
        story
    };
    let by_rule = |text: &str| by_rules(text, &[None]);
    assert_eq!(judged(text).judged_by(&["ingress-traffic-blocked"]).found(), "nothing");
    assert!(!by_rule(text).found().contains("ingress-traffic-blocked: "), "its clients aren't known");
    for elsewhere in [&[][..], &[Some(0)]] {
        let found = by_rules(text, elsewhere).found();
        assert!(found.contains("ingress-traffic-blocked: "), "the near miss: no rule sends anything there: {found}");
    }
    let shut = "TCP 8080; preserve on; lb sg-lb; in lb: tcp 80 203.0.113.0/24";
    assert!(by_rule(shut).found().contains("ingress-traffic-blocked"), "the near miss: nobody at all is let in");
}
