//! `ingress-world-open`.

use insta::assert_snapshot;

use super::reach::scene;
use crate::story::Story;

fn judged(text: &str) -> Story {
    scene(text).judged_by(&["ingress-world-open"])
}

#[test]
fn every_port_to_everybody() {
    assert_snapshot!(judged("TCP 8080; in web: tcp 0-65535 0.0.0.0/0").found(), @r#"
    medium ingress-world-open: Everybody can reach tasks of prod/web beyond what they serve: security group sg-web (web) lets in TCP port 0-65535 from 0.0.0.0/0
      about service web, sg-web; under the policy for prod/web
      rules: ["sg-web (web) TCP port 0-65535 from 0.0.0.0/0"]
    "#);
}

#[test]
fn everything_to_everybody() {
    assert_snapshot!(judged("TCP 8080; in web: -1 0.0.0.0/0 ::/0; in web: tcp 22 ::/0").found(), @r#"
    medium ingress-world-open: Everybody can reach tasks of prod/web beyond what they serve: security group sg-web (web) lets in all protocols from 0.0.0.0/0, ::/0
      about service web, sg-web; under the policy for prod/web
      rules: ["sg-web (web) all protocols from 0.0.0.0/0, ::/0","sg-web (web) TCP port 22 from ::/0"]
    "#);
}

#[test]
fn the_world_in_two_halves() {
    assert!(judged("TCP 8080; in web: tcp 9090 0.0.0.0/1 128.0.0.0/1").found().contains("0.0.0.0/1, 128.0.0.0/1"));
    assert_eq!(judged("TCP 8080; in web: tcp 9090 0.0.0.0/1 128.0.0.0/2").found(), "nothing");
}

#[test]
fn the_served_port_may_be_open() {
    assert_eq!(judged("TCP 8080; in web: tcp 8080 0.0.0.0/0 ::/0").found(), "nothing");
    assert_eq!(judged("TCP_UDP 53; in web: tcp 53 0.0.0.0/0; in web: udp 53 0.0.0.0/0").found(), "nothing");
    assert_eq!(judged("TCP 8080,8081; in web: tcp 8080-8081 0.0.0.0/0").found(), "nothing");
}

#[test]
fn but_not_over_another_protocol_nor_its_neighbours() {
    assert!(judged("TCP 8080; in web: udp 8080 0.0.0.0/0").found().contains("UDP port 8080 from 0.0.0.0/0"));
    assert!(judged("TCP 8080; in web: tcp 8080-8081 0.0.0.0/0").found().contains("TCP port 8080-8081"));
    assert!(judged("TCP 8080; in web: 50 0.0.0.0/0").found().contains("50 from 0.0.0.0/0"));
    assert!(judged("TCP 8080; in web: tcp 0.0.0.0/0").found().contains("TCP on all ports"));
}

#[test]
fn the_port_of_the_health_checks_is_not_the_worlds() {
    assert!(judged("TCP 8080; check 9090; in web: tcp 9090 0.0.0.0/0").found().contains("TCP port 9090"));
}

#[test]
fn narrower_rules_are_fine() {
    for rule in ["-1 10.0.0.0/8", "tcp 0-65535 sg-lb", "icmp 0.0.0.0/0", "tcp 9090 203.0.113.0/24"] {
        assert_eq!(judged(&format!("TCP 8080; in web: {rule}")).found(), "nothing", "{rule}");
    }
}

#[test]
fn every_group_of_every_task_counts() {
    let judged = judged("TCP 8080; has web,base; in base: tcp 9090 0.0.0.0/0; in web: tcp 22 ::/0");
    assert_snapshot!(judged.found(), @r#"
    medium ingress-world-open: Everybody can reach tasks of prod/web beyond what they serve: security group sg-web (web) lets in TCP port 22 from ::/0
      about service web, sg-base, sg-web; under the policy for prod/web
      rules: ["sg-web (web) TCP port 22 from ::/0","sg-base (base) TCP port 9090 from 0.0.0.0/0"]
    "#);
}

#[test]
fn tasks_that_serve_through_no_network_load_balancer_are_not_judged() {
    let judged = judged("TCP 8080; in web: -1 0.0.0.0/0").which(|group| group.protocol = Some("HTTP".to_owned()));
    assert_eq!(judged.found(), "nothing");
    assert_eq!(judged.whose(|service| service.load_balancers.clear()).found(), "nothing");
}

#[test]
fn the_remedy_keeps_the_served_port_and_the_health_checks_open() {
    assert_snapshot!(judged("TCP 8080; check 9090; lb none; in web: tcp 0-65535 0.0.0.0/0").remedies(), @"Add an inbound rule to sg-web (web): type Custom TCP, port range 8080, source 10.0.1.200/32 and 10.0.2.200/32 (the balancer's private addresses). Add an inbound rule to sg-web (web): type Custom TCP, port range 9090, source 10.0.1.200/32 and 10.0.2.200/32 (the balancer's private addresses). Remove the inbound rule from sg-web (web): TCP port 0-65535 from 0.0.0.0/0. What else is needed from elsewhere gets a rule of its own, with its own source.");
    assert_snapshot!(judged("TCP 8080; lb sg-lb; in web: -1 0.0.0.0/0").remedies(), @"Add an inbound rule to sg-web (web): type Custom TCP, port range 8080, source sg-lb (lb), the balancer's group. Remove the inbound rule from sg-web (web): all protocols from 0.0.0.0/0. What else is needed from elsewhere gets a rule of its own, with its own source.");
}

#[test]
fn the_commands_let_in_what_is_needed_before_they_remove_the_open_rules() {
    let commands = |text: &str| {
        let fixes = judged(text).look().judgement.findings.remove(0).fixes;
        let short = |command: &String| command.split(" --ip-permissions ").map(str::to_owned).collect::<Vec<_>>();
        let words = fixes.iter().flat_map(|fix| &fix.commands).map(short);
        words
            .map(|words| format!("{} {}", words[0], words[1].replace(" --region eu-central-1", "")))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        commands("TCP 8080; check 9090; lb sg-lb; in web: -1 0.0.0.0/0; in web: tcp 22 ::/0 sg-lb"),
        [
            "aws ec2 authorize-security-group-ingress --group-id sg-web 'IpProtocol=tcp,FromPort=8080,ToPort=8080,UserIdGroupPairs=[{GroupId=sg-lb}]'",
            "aws ec2 authorize-security-group-ingress --group-id sg-web 'IpProtocol=tcp,FromPort=9090,ToPort=9090,UserIdGroupPairs=[{GroupId=sg-lb}]'",
            "aws ec2 revoke-security-group-ingress --group-id sg-web 'IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]'",
            "aws ec2 revoke-security-group-ingress --group-id sg-web 'IpProtocol=tcp,FromPort=22,ToPort=22,Ipv6Ranges=[{CidrIpv6=::/0}]'",
        ]
    );
    assert_eq!(
        commands("TCP 8080; lb sg-lb; in web: tcp 8080 sg-lb; in web: tcp 0-65535 0.0.0.0/0"),
        [
            "aws ec2 revoke-security-group-ingress --group-id sg-web 'IpProtocol=tcp,FromPort=0,ToPort=65535,IpRanges=[{CidrIp=0.0.0.0/0}]'",
        ]
    );
}

#[test]
fn where_another_service_has_the_group_the_fix_is_said_to_be_unsafe() {
    let shared =
        judged("TCP 8080; lb sg-lb; in web: tcp 0-65535 0.0.0.0/0").service("api").declares(&["web"]).service("web");
    let fixes = shared.look().judgement.findings.remove(0).fixes;
    assert!(fixes[0].note.starts_with("Not safe"), "{fixes:?}");
}
