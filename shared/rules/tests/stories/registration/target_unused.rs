//! `target-unused`.

use insta::assert_snapshot;

use super::removals::healthy;
use crate::story::story;

#[test]
fn a_group_that_hangs_on_no_balancer() {
    let judged = story().group("web").service("web").on("web", 8080);
    let judged = judged.task(1).registered().state("unused", Some("Target.NotInUse"));
    let judged = judged.task(2).registered().state("unused", Some("Target.NotInUse"));
    assert_snapshot!(judged.which(|group| group.load_balancers.clear()).found(), @r#"
    high target-unused: registered targets of web are not served (2): it hangs on no balancer
      about service web, group web; under the policy for prod/web
      reason: Target.NotInUse
      targets: ["10.0.1.1:8080","10.0.1.2:8080"]
    "#);
}

#[test]
fn a_zone_that_is_not_enabled() {
    assert_snapshot!(healthy().task(3).registered().state("unused", Some("Target.NotInUse")).found(), @r#"
    high target-unused: registered targets of web are not served (1): their zone may not be enabled
      about service web, group web; under the policy for prod/web
      reason: Target.NotInUse
      targets: ["10.0.1.3:8080"]
    "#);
}

#[test]
fn not_registered_is_absence() {
    let judged = healthy().task(3).registered().state("unused", Some("Target.NotRegistered"));
    assert!(!judged.found().contains("target-unused"));
}

#[test]
fn a_group_without_a_balancer_is_judged_by_its_protocol() {
    let judged = healthy().task(3).registered().state("unused", None);
    let judged = judged.which(|group| group.load_balancers.clear());
    assert_eq!(judged.clone().of_http().found(), "nothing");
    assert!(judged.of_http().policy("registration.balancers = [\"application\"]").found().contains("target-unused"));
}

impl crate::story::Story {
    fn of_http(self) -> Self {
        self.of_protocol("HTTP")
    }
}
