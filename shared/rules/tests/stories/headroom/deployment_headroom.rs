//! `deployment-headroom`.

use insta::assert_snapshot;
use model::ecs::{DeploymentController, Strategy};

use crate::configuration::sound;
use crate::story::Story;

fn judged(story: Story) -> String {
    story.judged_by(&["deployment-headroom"]).found()
}

/// Two tasks, and so many addresses free.
fn with_room_for(free: u32) -> Story {
    sound().free_addresses(free)
}

#[test]
fn a_rolling_deployment_that_may_double_the_tasks() {
    assert_snapshot!(judged(with_room_for(1)), @r"
    medium deployment-headroom: The next deployment of prod/web may stall: it starts up to 2 tasks beside those there are, and its subnets have 1 free addresses
      about service web; under the policy for prod/web
      maximum_percent: 200
      more_tasks: 2
    ");
    assert_eq!(judged(with_room_for(2)), "nothing");
}

#[test]
fn how_many_it_starts_is_the_services_own_choice() {
    let at_most = |percent| with_room_for(0).whose(|service| service.percents.maximum = percent);
    assert_eq!(judged(at_most(100)), "nothing");
    assert_eq!(judged(at_most(149)), "nothing", "not a whole task");
    assert_ne!(judged(at_most(150)), "nothing");
}

#[test]
fn the_other_strategies_start_as_many_again() {
    for strategy in [Strategy::BlueGreen, Strategy::Linear, Strategy::Canary] {
        let one = with_room_for(1).whose(|service| (service.percents.maximum, service.strategy) = (100, strategy));
        assert!(judged(one).contains("up to 2 tasks"));
    }
    let external = with_room_for(0).whose(|service| service.controller = DeploymentController::External);
    assert_eq!(judged(external), "nothing", "nobody knows how it deploys");
}

#[test]
fn one_under_way_is_not_the_next() {
    assert_eq!(judged(with_room_for(0).rolling()), "nothing");
}

#[test]
fn a_group_that_would_have_more_targets_than_it_takes() {
    let mut story = with_room_for(2000);
    for n in 0..997_u16 {
        story = story.target("web", &format!("10.0.{}.{}:80", 2 + n / 250, n % 250));
    }
    assert!(judged(story).contains("web would have 1001 targets of 1000 allowed, unless AWS raised the quota"));
}
