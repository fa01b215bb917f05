//! Repair options in an account that lives: ECS replaces tasks and rolls deployments, people change interfaces by hand, a tool puts old
//! groups back, passes run side by side. Whatever happens, what the guard promises of the options that replace tasks holds.
//! `PROPTEST_CASES` asks for more stories than the few that run each time.

mod account;
mod ecs;
mod promises;
mod slow;
mod world;

use proptest::prelude::*;

use world::{Happening, World};

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => Just(Happening::Sweep),
        3 => Just(Happening::TwoSweeps),
        4 => (10..700_i64).prop_map(Happening::TimePasses),
        6 => Just(Happening::EcsWorks),
        1 => (0..2_usize).prop_map(Happening::ToolPutsBack),
        2 => (0..2_usize, 0..5_usize).prop_map(|(service, task)| Happening::InterfaceChanged(service, task)),
        1 => (0..2_usize, 0..5_usize).prop_map(|(service, task)| Happening::TaskProtected(service, task)),
    ]
}

/// A story takes a tenth of a second.
fn few() -> ProptestConfig {
    let asked = ProptestConfig::default();
    let cases = if asked.cases == ProptestConfig::with_cases(256).cases { 64 } else { asked.cases };
    ProptestConfig { cases, failure_persistence: None, ..asked }
}

proptest! {
    #![proptest_config(few())]

    /// Never above `max_stops` or `max_updates`, never under the minimum healthy percent, never a protected task, never a stop
    /// that would come back with the same fault, never a second update while one is rolling, never an update of a service whose
    /// groups something put back.
    #[test]
    fn no_story_breaks_a_promise(
        happenings in prop::collection::vec(happening(), 1..60),
        (max_stops, max_updates, minutes) in (1..4_u32, 1..4_u32, 1..30_u32),
        percent in prop::sample::select(vec![0_u32, 30, 50, 75, 100]),
        interfaces_refused in prop::bool::weighted(0.8),
        declared in prop::bool::ANY,
    ) {
        let world = World::new(max_stops, max_updates, minutes, percent, interfaces_refused, declared);
        for (at, happening) in happenings.iter().enumerate() {
            if let Err(broken) = world.happens(*happening) {
                prop_assert!(false, "{broken}, at {at} of {:?}", happenings);
            }
        }
    }

    /// Left alone with ECS, the guard comes to rest, and then every task that could be mended is.
    #[test]
    fn left_alone_it_comes_to_rest(
        happenings in prop::collection::vec(happening(), 0..25),
        percent in prop::sample::select(vec![0_u32, 50]),
    ) {
        let world = World::new(3, 3, 5, percent, true, true);
        for happening in &happenings {
            world.happens(*happening).map_err(TestCaseError::fail)?;
        }
        world.nobody_is_protected();
        let put_back = happenings.iter().any(|one| matches!(one, Happening::ToolPutsBack(_)));
        for _ in 0..40 {
            for next in [Happening::TimePasses(150), Happening::EcsWorks, Happening::Sweep] {
                world.happens(next).map_err(TestCaseError::fail)?;
            }
        }
        let before = world.changes();
        for next in [Happening::TimePasses(150), Happening::EcsWorks, Happening::Sweep, Happening::Sweep] {
            world.happens(next).map_err(TestCaseError::fail)?;
        }
        prop_assert_eq!(world.changes(), before, "still at work after {:?}", happenings);
        if !put_back {
            prop_assert_eq!(world.wrong(), 0, "not mended after {:?}", happenings);
        }
    }
}

#[test]
fn a_straggler_is_replaced_and_the_rest_left_alone() {
    let world = World::new(1, 1, 10, 50, true, true);
    world.happens(Happening::InterfaceChanged(0, 1)).unwrap();
    for next in
        [Happening::Sweep, Happening::TimePasses(60), Happening::Sweep, Happening::EcsWorks, Happening::EcsWorks]
    {
        world.happens(next).unwrap();
    }
    assert_eq!((world.stops(), world.updates(), world.wrong()), (1, 0, 0));
}

#[test]
fn a_straggler_that_serves_is_not_stopped_but_its_service_deployed_anew_once() {
    let world = World::new(1, 3, 1, 50, true, true);
    world.serve(0);
    for _ in 0..2 {
        world.happens(Happening::InterfaceChanged(0, 1)).unwrap();
        for _ in 0..20 {
            for next in [Happening::Sweep, Happening::TimePasses(200), Happening::EcsWorks] {
                world.happens(next).unwrap();
            }
            world.serve(0);
        }
    }
    assert_eq!((world.stops(), world.updates_of(0)), (0, 1), "the second time something changes its interfaces");
}

#[test]
fn a_forced_deployment_is_reported_though_a_later_round_plans_another() {
    let world = World::new(1, 3, 1, 50, true, true);
    world.serve(0);
    // AWS refuses the first interface while its task is protected; the second one in the pass that deploys the first anew.
    for next in [Happening::InterfaceChanged(0, 1), Happening::TaskProtected(0, 1)] {
        world.happens(next).unwrap();
    }
    let passes = [Happening::Sweep, Happening::TimePasses(60), Happening::Sweep];
    passes.into_iter().for_each(|next| world.happens(next).unwrap());
    assert_eq!(world.updates(), 0);
    world.nobody_is_protected();
    world.happens(Happening::InterfaceChanged(1, 1)).unwrap();
    passes.into_iter().for_each(|next| world.happens(next).unwrap());
    assert_eq!(world.updates_of(0), 1);
}

#[test]
fn a_tool_that_puts_the_old_groups_back_wins() {
    let world = World::new(1, 3, 1, 50, true, false);
    for _ in 0..20 {
        for next in [Happening::Sweep, Happening::TimePasses(200), Happening::EcsWorks, Happening::ToolPutsBack(0)] {
            world.happens(next).unwrap();
        }
    }
    assert_eq!(world.updates_of(0), 1);
}

#[test]
fn no_change_is_begun_that_there_is_no_time_for() {
    for (seconds, stops) in [(2, 0), (20, 1)] {
        let world = World::new(1, 1, 10, 50, true, true).with_time(jiff::SignedDuration::from_secs(seconds));
        world.happens(Happening::InterfaceChanged(0, 1)).unwrap();
        for next in [Happening::Sweep, Happening::TimePasses(60), Happening::Sweep] {
            world.happens(next).unwrap();
        }
        assert_eq!(world.stops(), stops, "{seconds} seconds");
    }
}
