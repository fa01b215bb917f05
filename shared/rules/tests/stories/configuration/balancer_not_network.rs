//! `balancer-not-network`.

use insta::assert_snapshot;

use super::sound;
use crate::names;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["balancer-not-network"]).found()
}

fn of_http() -> Story {
    sound().of_protocol("HTTP").which(|group| group.load_balancers = vec![names::balancer("app")])
}

#[test]
fn a_group_of_an_application_load_balancer() {
    assert_snapshot!(judged(of_http()), @r#"
    low balancer-not-network: Targets of prod/web aren't watched: the service is behind Application Load Balancer edge, by target group web
      about ; under the policy for prod/web
      services: ["prod/web: Application Load Balancer edge, by target group web"]
    "#);
}

#[test]
fn an_account_with_many_such_services_has_one_finding() {
    let mut story = of_http();
    for name in ["api", "blog", "shop"] {
        story = story.service(name).declares(&["web"]).on("web", 8080);
    }
    assert_snapshot!(judged(story), @r#"
    low balancer-not-network: Targets of prod/api aren't watched: the service is behind Application Load Balancer edge, by target group web; targets of other services aren't watched either
      about ; under the policy for prod/api, prod/blog, prod/shop, prod/web
      services: ["prod/api: Application Load Balancer edge, by target group web","prod/blog: Application Load Balancer edge, by target group web","prod/shop: Application Load Balancer edge, by target group web","prod/web: Application Load Balancer edge, by target group web"]
    "#);
}

#[test]
fn where_the_policy_lists_the_kind_it_is_as_it_should_be() {
    assert_eq!(judged(of_http().policy("registration.balancers = [\"network\", \"application\"]")), "nothing");
    let only_there = "[[override]]\ntarget_group = \"web\"\nregistration.balancers = [\"application\"]";
    assert_eq!(judged(of_http().policy(only_there)), "nothing");
    let elsewhere = "[[override]]\ntarget_group = \"api\"\nregistration.balancers = [\"application\"]";
    assert_ne!(judged(of_http().policy(elsewhere)), "nothing");
}

#[test]
fn the_protocol_tells_the_kind_where_the_arn_misleads() {
    assert_eq!(judged(sound().which(|group| group.load_balancers = vec![names::balancer("app")])), "nothing");
}

#[test]
fn a_group_that_hangs_on_nothing_hangs_on_no_other_kind() {
    assert_eq!(judged(of_http().which(|group| group.load_balancers.clear())), "nothing");
}

#[test]
fn a_gateway_load_balancer() {
    let story = sound().of_protocol("GENEVE").which(|group| group.load_balancers = vec![names::balancer("gwy")]);
    assert!(judged(story).contains("the service is behind balancer edge, by target group web"));
}

#[test]
fn a_classic_load_balancer() {
    let story = sound().whose(|service| service.load_balancers[0].target_group = None);
    assert_snapshot!(judged(story), @r#"
    low balancer-not-network: Targets of prod/web aren't watched: the service is behind a Classic Load Balancer
      about ; under the policy for prod/web
      services: ["prod/web: a Classic Load Balancer"]
    "#);
}
