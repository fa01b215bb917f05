use super::*;
use crate::id::Region;

#[test]
fn old_and_new_task_arns_parse() {
    let new: TaskArn = "arn:aws:ecs:eu-central-1:111122223333:task/prod/0a1b".parse().unwrap();
    assert_eq!((new.cluster_name(), new.id(), new.account()), (Some("prod"), "0a1b", "111122223333"));
    let old: TaskArn = "arn:aws-cn:ecs:cn-north-1:111122223333:task/0a1b".parse().unwrap();
    assert_eq!((old.cluster_name(), old.id(), old.region()), (None, "0a1b", "cn-north-1"));
}

#[test]
fn what_is_wrong_is_said() {
    let error = |text: &str| text.parse::<TargetGroupArn>().unwrap_err().why;
    assert_eq!(error("web"), "it has fewer than six parts");
    assert_eq!(error("arn:aws:ecs:eu-central-1:111122223333:cluster/a"), "it belongs to another AWS service");
    assert_eq!(
        error("arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/web/1"),
        "its account id is missing or malformed"
    );
    assert_eq!(
        error("arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup//1"),
        "its resource part has another form"
    );
}

#[test]
fn a_balancers_arn_tells_its_kind_and_name() {
    let arn: LoadBalancerArn =
        "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/edge/50dc".parse().unwrap();
    assert_eq!((arn.kind(), arn.name()), (LoadBalancerKind::Network, "edge"));
}

#[test]
fn regression_a_classic_balancer_named_net_is_no_network_load_balancer() {
    let arn: LoadBalancerArn =
        "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net".parse().unwrap();
    assert_eq!((arn.kind(), arn.name()), (LoadBalancerKind::Other, "net"));
}

#[test]
fn regression_whatever_names_a_cluster_is_in_one() {
    let longest_task = |prefix: &str| {
        (1..2048).rev().find_map(|n| format!("{prefix}:task/{}/0", "c".repeat(n)).parse::<TaskArn>().ok()).unwrap()
    };
    let longest_region = (1..2048).rev().find_map(|n| format!("a-{}", "a".repeat(n)).parse::<Region>().ok()).unwrap();
    for region in ["eu-central-1", longest_region.as_str()] {
        let task = longest_task(&format!("arn:aws:ecs:{region}:111122223333"));
        assert_eq!(task.cluster().as_ref().map(ClusterArn::name), task.cluster_name());
    }
}

#[test]
fn a_task_definition_knows_its_predecessor() {
    let arn: TaskDefinitionArn = "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:7".parse().unwrap();
    assert_eq!(arn.previous().unwrap().family_and_revision(), ("web", 6));
    let first: TaskDefinitionArn = "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:1".parse().unwrap();
    assert_eq!(first.previous(), None);
}
