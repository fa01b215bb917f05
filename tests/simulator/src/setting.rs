//! What the owner of the account allows, and how bad the world is: both drawn once.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use model::policy::Policy;
use model::scope::ServiceId;

use crate::names;
use crate::time::{MINUTE, Moment, SECOND};

/// The terms of a simulation. The policy is the product's, parsed from text; the rest says the same once more, for the
/// invariants.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) policy: Policy,
    pub(crate) policy_text: String,
    pub(crate) grace: Moment,
    pub(crate) confirm_after: Moment,
    pub(crate) confirm_within: Moment,
    pub(crate) exclusive: bool,
    pub(crate) limit: Limit,
    pub(crate) window: Moment,
    pub(crate) excluded: Option<IpNet>,
    /// Services for which nothing may be changed.
    pub(crate) observed: BTreeSet<ServiceId>,
    /// Calls that fail, in a thousand.
    pub(crate) failing: u32,
    /// How long every call takes besides: with some seconds, the deadline cuts a repair of several groups.
    pub(crate) slow: Moment,
    /// Functions that die at a call, in a thousand calls.
    pub(crate) dying: u32,
    /// Events that are lost, repeated or late, in a thousand each.
    pub(crate) unreliable: u32,
    /// ECS forgets to register or deregister, in a thousand times.
    pub(crate) forgetful: u32,
    /// Interfaces that outlive their tasks, in a thousand.
    pub(crate) lingering: u32,
    /// Functions that run at once, of each kind.
    pub(crate) functions: usize,
    pub(crate) guard: Guard,
}

/// What the guard may do.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    pub(crate) repairs: bool,
    /// The repair options it may use, from the least disruptive.
    pub(crate) options: usize,
    pub(crate) max_interface_changes: usize,
    pub(crate) max_updates: usize,
    pub(crate) max_stops: usize,
    pub(crate) window: Moment,
    /// AWS lets interfaces be changed.
    pub(crate) modifiable: bool,
}

impl Guard {
    fn draw(draw: &mut impl FnMut(usize) -> usize) -> Self {
        Self {
            repairs: draw(4) != 0,
            options: [1, 2, 3, 3, 3][draw(5)],
            max_interface_changes: [50, 1, 3][draw(3)],
            max_updates: 1 + draw(2),
            max_stops: 1 + draw(2),
            window: [10 * MINUTE, MINUTE, 60 * MINUTE][draw(3)],
            modifiable: draw(3) == 0,
        }
    }

    fn write(&self) -> String {
        let options = ["modify-network-interface", "update-service", "stop-task"];
        let options: Vec<String> = options[..self.options].iter().map(|option| format!("\"{option}\"")).collect();
        format!(
            "[security_groups]\nmode = \"{}\"\nrequired = [\"{}\"]\nforbidden = [\"{}\"]\nrepair_with = [{}]\n\
             max_interface_changes = {}\nmax_updates = {}\nmax_stops = {}\nwindow = \"{}s\"\n",
            if self.repairs { "repair" } else { "observe" },
            names::REQUIRED,
            names::FORBIDDEN,
            options.join(", "),
            self.max_interface_changes,
            self.max_updates,
            self.max_stops,
            self.window / SECOND,
        )
    }
}

/// How many removals a window allows.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limit {
    Count(usize),
    Percent(usize),
}

impl Limit {
    /// Of a group of so many targets.
    pub(crate) fn of(self, targets: usize) -> usize {
        match self {
            Self::Count(count) => count,
            Self::Percent(percent) => (targets * percent / 100).max(1),
        }
    }
}

impl Setting {
    /// What `draw`, which gives a number below its argument, comes to.
    pub(crate) fn draw(draw: &mut impl FnMut(usize) -> usize, services: &[ServiceId]) -> Self {
        let grace = [0, 2 * MINUTE, 30 * SECOND][draw(3)];
        let confirm_after = [30 * SECOND, 30 * SECOND, 5 * SECOND, 2 * MINUTE][draw(4)];
        let confirm_within = [15 * MINUTE, 15 * MINUTE, 5 * MINUTE, 60 * MINUTE][draw(4)];
        let exclusive = draw(4) == 3;
        let limit = [Limit::Percent(20), Limit::Count(1), Limit::Percent(50), Limit::Count(3)][draw(4)];
        let window = [10 * MINUTE, MINUTE, 60 * MINUTE][draw(3)];
        let excluded = ["", "", "", "10.0.1.4/31", "10.0.0.6/31"][draw(5)].parse().ok();
        let observed: BTreeSet<ServiceId> = services.iter().filter(|_| draw(8) == 7).cloned().collect();
        let mut setting = Self {
            policy: Policy::default(),
            policy_text: String::new(),
            grace,
            confirm_after,
            confirm_within,
            exclusive,
            limit,
            window,
            excluded,
            observed,
            failing: [0, 0, 20, 100][draw(4)],
            slow: 0,
            dying: [0, 0, 0, 15][draw(4)],
            unreliable: [0, 0, 50, 200][draw(4)],
            forgetful: [0, 200, 500][draw(3)],
            lingering: [0, 200, 500][draw(3)],
            functions: 1 + draw(3),
            guard: Guard::draw(draw),
        };
        setting.policy_text = setting.write();
        setting.policy = Policy::parse(&setting.policy_text, &[]).unwrap_or_else(|error| unreachable!("{error}"));
        setting
    }

    pub(crate) fn excludes(&self, ip: IpAddr) -> bool {
        self.excluded.is_some_and(|range| range.contains(&ip))
    }

    fn write(&self) -> String {
        let seconds = |moment: Moment| format!("\"{}s\"", moment / SECOND);
        let limit = match self.limit {
            Limit::Count(count) => count.to_string(),
            Limit::Percent(percent) => format!("\"{percent}%\""),
        };
        let excluded = self.excluded.map(|range| format!("\"{range}\"")).unwrap_or_default();
        let mut text = format!(
            "[registration]\nmode = \"repair\"\ngrace = {}\nconfirm_after = {}\nconfirm_within = {}\nmanaged = \"{}\"\n\
             max_removals = {limit}\nwindow = {}\nexclude_targets = [{excluded}]\n",
            seconds(self.grace),
            seconds(self.confirm_after),
            seconds(self.confirm_within),
            if self.exclusive { "exclusive" } else { "shared" },
            seconds(self.window),
        );
        text += &self.guard.write();
        for service in &self.observed {
            text += &format!(
                "[[override]]\ncluster = \"{}\"\nservice = \"{}\"\nregistration.mode = \"observe\"\n\
                 security_groups.mode = \"observe\"\n",
                service.cluster.name(),
                service.name
            );
        }
        text
    }
}
