//! What really was, and when: what the invariants judge by. Nothing of the product writes here, and nothing of it is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use model::elb::Target;
use model::id::{SecurityGroupId, SubnetId, TargetGroupArn, TaskArn};
use model::ledger::Limited;
use model::scope::ServiceId;

use crate::time::Moment;
use crate::world::Actor;

/// The end of something that hasn't ended.
pub(crate) const EVER: Moment = Moment::MAX;

/// From when to when; the end doesn't belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Moment,
    pub(crate) to: Moment,
}

impl Span {
    pub(crate) const fn since(from: Moment) -> Self {
        Self { from, to: EVER }
    }

    pub(crate) const fn covers(self, moment: Moment) -> bool {
        self.from <= moment && moment < self.to
    }

    pub(crate) const fn meets(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }
}

/// Who has an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Holder {
    Task(TaskArn),
    OtherInterface(String),
}

/// Who changes a target group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writer {
    Ecs,
    Person,
    Function(Actor),
}

/// Something a person can hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Holdable {
    Service(ServiceId),
    Cluster(String),
    Group(TargetGroupArn),
    Balancer(String),
    Task(TaskArn),
    /// The pause holds everything.
    Everything,
}

/// A target that was in a group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Episode {
    /// In place.
    pub(crate) in_place: Span,
    /// Draining, after that.
    pub(crate) draining: Span,
    pub(crate) by: Writer,
}

/// What a task was.
#[derive(Debug, Clone)]
pub(crate) struct TaskLife {
    pub(crate) service: Option<ServiceId>,
    /// RUNNING and meant to go on running.
    pub(crate) serving: Span,
    /// Where its own deployment or task set serves.
    pub(crate) uses: Uses,
}

/// A pass that looked at groups.
#[derive(Debug, Clone)]
pub(crate) struct PassSeen {
    pub(crate) span: Span,
    /// When it read the targets of a group, last.
    pub(crate) health: BTreeMap<TargetGroupArn, Moment>,
}

/// What a running function read, and when.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reads {
    /// When its invocation began.
    pub(crate) began: Moment,
    /// When its pass began.
    pub(crate) pass: usize,
    pub(crate) health: BTreeMap<TargetGroupArn, Moment>,
    pub(crate) interfaces: BTreeMap<SubnetId, Moment>,
    pub(crate) tasks: BTreeMap<TaskArn, Moment>,
    pub(crate) changes: Vec<Change>,
    pub(crate) group_repairs: Vec<GroupRepair>,
}

/// A change that a function made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) at: Moment,
    pub(crate) actor: Actor,
    pub(crate) group: TargetGroupArn,
    pub(crate) target: Target,
    pub(crate) removes: bool,
}

/// What a function did about security groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupRepair {
    pub(crate) at: Moment,
    pub(crate) actor: Actor,
    pub(crate) what: What,
}

/// The repair options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// A task's interface is to wear these.
    SetGroups(TaskArn, BTreeSet<SecurityGroupId>),
    /// A service that declares the first is to declare the second.
    Update(ServiceId, BTreeSet<SecurityGroupId>, BTreeSet<SecurityGroupId>),
    /// All tasks of a service are to be replaced by others that have what it declares.
    Force(ServiceId),
    /// A task is to stop.
    Stop(TaskArn),
}

/// Changes the ledger granted.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) at: Moment,
    pub(crate) actor: Actor,
    pub(crate) what: Limited,
    pub(crate) many: usize,
    /// Of removals: the most targets the group really had in place in the last minutes.
    pub(crate) targets: usize,
}

/// Groups, and the ports served through them.
pub(crate) type Uses = BTreeSet<(TargetGroupArn, u16)>;

/// Everything that really was.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) holders: BTreeMap<IpAddr, Vec<(Span, Holder)>>,
    pub(crate) episodes: BTreeMap<(TargetGroupArn, Target), Vec<Episode>>,
    pub(crate) tasks: BTreeMap<TaskArn, TaskLife>,
    /// Which ports a service used through which groups.
    pub(crate) uses: BTreeMap<ServiceId, Vec<(Span, Uses)>>,
    pub(crate) holds: Vec<(Span, Holdable)>,
    pub(crate) passes: Vec<PassSeen>,
    pub(crate) reads: BTreeMap<Actor, Reads>,
    pub(crate) changes: Vec<Change>,
    pub(crate) group_repairs: Vec<GroupRepair>,
    /// When the groups of a task's interface were changed last.
    pub(crate) regrouped: BTreeMap<TaskArn, Moment>,
    /// When a service's groups were changed last, and the number of its tasks.
    pub(crate) redeclared: BTreeMap<ServiceId, Moment>,
    pub(crate) rescaled: BTreeMap<ServiceId, Moment>,
    /// When a deployment of a service was over last.
    pub(crate) deployed: BTreeMap<ServiceId, Moment>,
    pub(crate) grants: Vec<Grant>,
    /// Groups that no listener sends to, because the other of their pair serves, since when.
    pub(crate) off: BTreeMap<TargetGroupArn, Moment>,
    /// The tasks for which the ledger ever saw a target registered.
    pub(crate) ledger_saw: BTreeMap<(TargetGroupArn, Target), BTreeSet<TaskArn>>,
}

impl Record {
    /// Somebody has the address from now on.
    pub(crate) fn takes(&mut self, now: Moment, ip: IpAddr, holder: Holder) {
        self.holders.entry(ip).or_default().push((Span::since(now), holder));
    }

    /// Nobody has it from now on.
    pub(crate) fn leaves(&mut self, now: Moment, ip: IpAddr) {
        if let Some((span, _)) = self.holders.get_mut(&ip).and_then(|all| all.last_mut()) {
            span.to = span.to.min(now);
        }
    }

    /// Who had the address then.
    pub(crate) fn holder(&self, ip: IpAddr, at: Moment) -> Option<&Holder> {
        self.holders.get(&ip)?.iter().rev().find(|(span, _)| span.covers(at)).map(|(_, holder)| holder)
    }

    /// The task that had the address then.
    pub(crate) fn task_at(&self, ip: IpAddr, at: Moment) -> Option<&TaskArn> {
        match self.holder(ip, at)? {
            Holder::Task(task) => Some(task),
            Holder::OtherInterface(_) => None,
        }
    }

    /// The ports a service used through a group at any time in the span.
    pub(crate) fn ports(&self, service: &ServiceId, group: &TargetGroupArn, span: Span) -> BTreeSet<u16> {
        let all = self.uses.get(service).into_iter().flatten().filter(|(of, _)| of.meets(span));
        all.flat_map(|(_, uses)| uses).filter(|(used, _)| used == group).map(|(_, port)| *port).collect()
    }

    /// The ports a service used through a group all through the span.
    pub(crate) fn ports_throughout(&self, service: &ServiceId, group: &TargetGroupArn, span: Span) -> BTreeSet<u16> {
        let all =
            self.uses.get(service).into_iter().flatten().filter(|(of, _)| of.from <= span.from && of.to >= span.to);
        all.flat_map(|(_, uses)| uses).filter(|(used, _)| used == group).map(|(_, port)| *port).collect()
    }

    /// Notes what a service uses from now on.
    pub(crate) fn uses(&mut self, now: Moment, service: &ServiceId, uses: Uses) {
        let all = self.uses.entry(service.clone()).or_default();
        match all.last_mut() {
            Some((_, last)) if *last == uses => return,
            Some((span, _)) => span.to = now,
            None => {}
        }
        all.push((Span::since(now), uses));
    }

    pub(crate) fn was_in_place(&self, group: &TargetGroupArn, target: Target, at: Moment) -> bool {
        let episodes = self.episodes.get(&(group.clone(), target));
        episodes.into_iter().flatten().any(|one| one.in_place.covers(at))
    }

    /// Could a read in this moment have seen it in place? What changes in the very moment of a read may come before it or after.
    pub(crate) fn could_be_seen_in_place(&self, group: &TargetGroupArn, target: Target, at: Moment) -> bool {
        self.was_in_place(group, target, at) || self.was_in_place(group, target, at - 1)
    }

    /// Must a read in this moment have seen the address draining?
    pub(crate) fn must_be_seen_draining(&self, group: &TargetGroupArn, ip: IpAddr, at: Moment) -> bool {
        self.was_draining(group, ip, at) && self.was_draining(group, ip, at - 1)
    }

    /// Was the address draining in the group then, on any port?
    fn was_draining(&self, group: &TargetGroupArn, ip: IpAddr, at: Moment) -> bool {
        let mut of_address = self.episodes.iter().filter(|((one, target), _)| one == group && target.ip == ip);
        of_address.any(|(_, episodes)| episodes.iter().any(|one| one.draining.covers(at)))
    }

    /// The most targets in place in a group at once, since then.
    pub(crate) fn most_targets(&self, group: &TargetGroupArn, since: Moment) -> usize {
        let span = Span::since(since);
        let all = self.episodes.iter().filter(|((one, _), _)| one == group);
        all.filter(|(_, episodes)| episodes.iter().any(|one| one.in_place.meets(span))).count()
    }

    /// Is it held, without a break since before `began`?
    pub(crate) fn held_since(&self, what: &Holdable, began: Moment, now: Moment) -> bool {
        self.holds.iter().any(|(span, held)| held == what && span.from < began && span.covers(now))
    }

    pub(crate) fn hold(&mut self, now: Moment, what: Holdable) {
        self.holds.push((Span::since(now), what));
    }

    pub(crate) fn release(&mut self, now: Moment, what: &Holdable) {
        for (span, held) in &mut self.holds {
            if held == what && span.to == EVER {
                span.to = now;
            }
        }
    }
}
