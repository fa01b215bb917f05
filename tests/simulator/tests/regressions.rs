//! Stories that once ended wrong, each by the choices of its seed. What they draw depends on the simulator: where that has
//! changed, a seed tells another story, and the tests of the crates named in docs/proof.md hold what was mended.

use std::sync::Arc;

use simulator::{Choices, Options, run};

fn holds(seed: &str) {
    let choices: Choices = seed.parse().expect("a seed");
    let outcome = run(&Arc::new(choices), Options { telling: true, ..Options::default() });
    let story = outcome.story.join("\n");
    assert!(outcome.violation.is_none(), "{story}\n{:?}", outcome.violation);
}

/// A service left the group with a deployment that never ended; every look to come at that group went to the service alone,
/// and so to the groups it names.
#[test]
fn a_target_in_a_group_that_only_an_older_revision_uses_is_looked_at_again() {
    holds(
        "1909/0.827.0.0.0.0.626.0.0.0.0.0.0.0.0.923.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.775.0.0.0.962.0.147.0.0.0.0.0.0.0.0.0.785.0.0.583/\
         994.379.362.564,211.50.0.261,0.305.700.894,0.191.17.0/529",
    );
}

/// A tool put back a group that the guard had taken off, and then took both that one and a required one off.
#[test]
fn a_service_is_given_another_group_after_the_first_was_put_back_and_taken_off_again() {
    holds(
        "1795850000411/0.320.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.393.882.0.0.0.0.581.0.0.0.0.0.0.0.0.0.0.870/\
         0.514.0.2,0.662.0.161/",
    );
}

/// The other service of a shared group was leaving it, and only its older revision told.
#[test]
fn a_group_that_an_observed_service_still_uses_by_an_older_revision_is_left_alone() {
    holds(
        "3002445/0.19.0.0.0.546.0.0.0.0.0.0.623.170.0.0.0.0.0.0.0.0.0.0.0.0.0.0.479.0.0.0.946.0.0.0.0.992/\
         361.51.0.705,0.968.619.658/76.77.87.207.209.219",
    );
}

/// A service was deleted while it rolled out what the guard had given it: the next one's turn had come.
#[test]
fn a_service_deleted_in_the_middle_of_its_update_holds_up_no_other() {
    holds(
        "20039341/0.494.0.0.0.0.406.0.0.0.0.0.0.0.0.0.0.0.779.0.191.603.0.0.0.0.419.0.0.0.0.0.0.0.0.0.503.846.0.0.0.\
         686.296.985.573.0.0.0.338.0.4.598/109.733.0.0,645.651.0.0,313.973.0.0,948.57.0.0,0.581.0.0/\
         522.526.528.530.533.542.546.550.691.694.698.707.709.710.721.730.731.771.1060",
    );
}

/// A service that the guard had updated, and that was done with it, was deployed anew by somebody: the next one's turn had come
/// long before.
#[test]
fn what_somebody_deploys_after_an_update_is_over_holds_up_no_other() {
    holds(
        "51008750/0.698.0.0.0.0.0.0.0.0.0.0.0.0.0.0.567.0.0.0.193.598.0.0.0.0.344.0.0.0.0.0.0.0.0.398.683.310.0.0.0.0.0.821.\
         415.0.0.0.0.0.188.110.378/0.352.0.446,0.19.0.200,126.745.0.0,0.800.0.0,0.81.0.0/608",
    );
}

/// A service was deployed anew; in the same pass AWS refused another interface, and the next round's plan, in which that
/// service wasn't steady any more, took the place of what had been done.
#[test]
fn a_forced_deployment_is_reported_though_a_later_round_would_force_another() {
    holds(
        "5919/0.766.0.0.0.0.0.0.0.0.0.0.0.318.0.0.0.0.0.299.447.208.0.0.326.566.0.0.0.0.0.0.0.0.0.0.475.0.874.0.0.0.0.779.902/\
         575.640.0.0,0.977.0.206,0.836.0.0/132.162.496",
    );
}

/// Two registrars removed one target at a time; the second had read the group in the very millisecond in which the first removed it,
/// and the invariant took it for gone by then.
#[test]
fn a_target_that_is_removed_in_the_moment_in_which_another_reads_it_may_be_seen() {
    holds("900289");
}
