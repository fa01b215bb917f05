//! What the rules of one side let through.

use std::collections::BTreeSet;

use ipnet::IpNet;
use model::ec2::{Peer, SecurityGroupRule};
use model::elb::IpVersion;
use model::id::{PrefixListId, SecurityGroupId};

use super::flow::Flow;
use super::range::{any_meets, cover, everywhere};

/// Everybody that one side's rules let through for one flow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Admitted {
    /// Whoever has one of these addresses.
    pub(crate) ranges: Vec<IpNet>,
    /// Whoever has one of these groups.
    pub(crate) groups: BTreeSet<SecurityGroupId>,
    /// Whoever is in one of these lists; see [`Admitted::with`].
    pub(crate) lists: BTreeSet<PrefixListId>,
    /// And somebody nobody can name.
    pub(crate) is_unclear: bool,
}

/// Where those who come to a gate come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Spread {
    /// From all of these addresses.
    Each(Vec<IpNet>),
    /// From one address in each of these ranges; nobody can say which.
    OneIn(Vec<IpNet>),
    /// From somewhere; nobody can say where.
    Unknown(IpVersion),
}

/// Does anything pass?
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Admission {
    /// Nothing.
    BlockedTasks,
    /// Nobody can say.
    Unsure,
    /// Something does for certain.
    Open,
}

impl Admission {
    /// Of ways beside each other: one that is open is enough.
    pub(crate) fn any(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts.into_iter().max().unwrap_or(Self::BlockedTasks)
    }

    /// Of gates behind each other: one that is shut is enough.
    pub(crate) fn all(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts.into_iter().min().unwrap_or(Self::Open)
    }
}

impl Admitted {
    /// What these rules, of one group or several, let through.
    pub(crate) fn of<'r>(rules: impl IntoIterator<Item = &'r SecurityGroupRule>, flow: &Flow) -> Self {
        let mut admitted = Self::default();
        for rule in rules.into_iter().filter(|rule| rule.covers(&flow.protocol, flow.port)) {
            for peer in &rule.peers {
                match peer {
                    Peer::Range(range) => admitted.ranges.push(*range),
                    // The groups behind a peering connection that is gone don't reach here any more.
                    Peer::Group(group) if group.peering_status.as_deref() == Some("deleted") => {}
                    Peer::Group(group) => drop(admitted.groups.insert(group.group.clone())),
                    Peer::PrefixList(list) => drop(admitted.lists.insert(list.clone())),
                }
            }
        }
        admitted
    }

    /// With the ranges of one of its lists; `None` if they can't be known.
    pub(crate) fn with(mut self, list: &PrefixListId, ranges: Option<&[IpNet]>) -> Self {
        self.lists.remove(list);
        match ranges {
            Some(ranges) => self.ranges.extend(ranges),
            None => self.is_unclear = true,
        }
        self
    }

    /// Does it let in anybody who comes from there? Lists that weren't filled in may let in anybody.
    pub(crate) fn admits(&self, spread: &Spread) -> Admission {
        let is_unclear = self.is_unclear || !self.lists.is_empty();
        let by_range = match spread {
            Spread::Each(from) if from.iter().any(|range| any_meets(&self.ranges, *range)) => Admission::Open,
            Spread::OneIn(ranges) if ranges.iter().any(|range| cover(&self.ranges, *range)) => Admission::Open,
            Spread::OneIn(ranges) if ranges.iter().any(|range| any_meets(&self.ranges, *range)) => Admission::Unsure,
            Spread::Unknown(version) if self.admits_all(*version) => Admission::Open,
            Spread::Unknown(version) if everywhere(*version).iter().any(|all| any_meets(&self.ranges, *all)) => {
                Admission::Unsure
            }
            _ => Admission::BlockedTasks,
        };
        if is_unclear && !spread.is_nobody() { by_range.max(Admission::Unsure) } else { by_range }
    }

    /// Does it let in everybody?
    pub(crate) fn admits_all(&self, version: IpVersion) -> bool {
        everywhere(version).iter().all(|all| cover(&self.ranges, *all))
    }

    /// Does it let in whoever has one of these groups?
    pub(crate) fn admits_any_of<'g>(&self, groups: impl IntoIterator<Item = &'g SecurityGroupId>) -> bool {
        groups.into_iter().any(|group| self.groups.contains(group))
    }
}

impl Spread {
    fn is_nobody(&self) -> bool {
        match self {
            Self::Each(ranges) | Self::OneIn(ranges) => ranges.is_empty(),
            Self::Unknown(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nets(texts: &[&str]) -> Vec<IpNet> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn admitted(ranges: &[&str]) -> Admitted {
        Admitted { ranges: nets(ranges), ..Admitted::default() }
    }

    #[test]
    fn one_of_many_who_come_is_enough() {
        let clients = Spread::Each(nets(&["0.0.0.0/0"]));
        assert_eq!(admitted(&["203.0.113.0/24"]).admits(&clients), Admission::Open);
        assert_eq!(admitted(&["::/0"]).admits(&clients), Admission::BlockedTasks);
        assert_eq!(admitted(&[]).admits(&clients), Admission::BlockedTasks);
    }

    #[test]
    fn somebody_in_a_range_may_be_let_in_or_not() {
        let node = Spread::OneIn(nets(&["10.0.1.0/24", "10.0.2.0/24"]));
        assert_eq!(admitted(&["10.0.2.0/24"]).admits(&node), Admission::Open, "wherever in it");
        assert_eq!(admitted(&["10.0.1.0/25"]).admits(&node), Admission::Unsure);
        assert_eq!(admitted(&["10.0.3.0/24"]).admits(&node), Admission::BlockedTasks);
    }

    #[test]
    fn a_list_nobody_read_may_let_in_anybody() {
        let list: PrefixListId = "pl-1".parse().unwrap();
        let admitted = Admitted { lists: [list.clone()].into(), ..Admitted::default() };
        let node = Spread::Each(nets(&["10.0.1.7/32"]));
        assert_eq!(admitted.admits(&node), Admission::Unsure);
        assert_eq!(admitted.clone().with(&list, Some(&nets(&["10.0.0.0/8"]))).admits(&node), Admission::Open);
        assert_eq!(admitted.clone().with(&list, Some(&[])).admits(&node), Admission::BlockedTasks);
        assert_eq!(admitted.with(&list, None).admits(&node), Admission::Unsure);
    }

    #[test]
    fn verdicts_beside_and_behind_each_other() {
        use Admission::{BlockedTasks, Open, Unsure};
        assert_eq!(
            (Admission::any([BlockedTasks, Open]), Admission::any([BlockedTasks, Unsure]), Admission::any([])),
            (Open, Unsure, BlockedTasks)
        );
        assert_eq!(
            (Admission::all([BlockedTasks, Open]), Admission::all([Open, Unsure]), Admission::all([])),
            (BlockedTasks, Unsure, Open)
        );
    }
}
