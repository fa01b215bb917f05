//! How far a service may grow.

use std::collections::BTreeSet;

use model::ec2::Subnet;
use model::elb::TargetGroup;
use model::id::{SubnetId, VpcId};
use model::observation::{Gap, Lookup};
use model::scaling::ScalableTarget;

use crate::configuration::Subject;

/// A service behind a Network Load Balancer, and how far it may be scaled.
pub(crate) struct Growing<'a> {
    /// The service with the groups it names.
    pub(crate) subject: Subject<'a>,
    /// The bounds it is scaled within; `None` if it isn't scaled by itself.
    pub(crate) bounds: Option<&'a ScalableTarget>,
}

impl<'a> Growing<'a> {
    /// The service with its bounds.
    pub(crate) fn of(lookup: &Lookup<'a>, subject: Subject<'a>) -> Result<Self, Gap<'a>> {
        let bounds = lookup.scalable_target(&subject.id)?;
        Ok(Self { subject, bounds })
    }

    /// As many tasks it may come to want. A person may raise the count over its bounds, and scaling out may be suspended:
    /// then it stays as it is.
    pub(crate) fn most_tasks(&self) -> u32 {
        let wanted = self.subject.service.desired_count;
        self.bounds.filter(|bounds| !bounds.scale_out_suspended).map_or(wanted, |bounds| bounds.maximum.max(wanted))
    }

    /// Tasks it has yet to start to get there.
    pub(crate) fn more_tasks(&self) -> u32 {
        self.most_tasks().saturating_sub(self.tasks())
    }

    /// Tasks there are, and on their way.
    pub(crate) const fn tasks(&self) -> u32 {
        self.subject.service.running_count.saturating_add(self.subject.service.pending_count)
    }

    /// The subnets its tasks are started in, if the free addresses of all of them are known: those in a subnet of another VPC
    /// aren't, and EC2 doesn't count IPv6 ones.
    pub(crate) fn subnets(&self, lookup: &Lookup<'a>) -> Result<Option<Vec<&'a Subnet>>, Gap<'a>> {
        let used = self.subject.sources.iter().filter_map(|source| source.network).flat_map(|network| &network.subnets);
        let used: BTreeSet<&SubnetId> = used.collect();
        let vpcs: BTreeSet<&VpcId> = self.groups().filter_map(|group| group.vpc.as_ref()).collect();
        let answers: Vec<_> = vpcs.into_iter().map(|vpc| lookup.subnets(vpc)).collect();
        let answers = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
        let subnets: Vec<_> = answers.into_iter().flatten().filter(|subnet| used.contains(&subnet.id)).collect();
        let counted = subnets.iter().all(|subnet| subnet.ranges.iter().any(|range| range.addr().is_ipv4()));
        Ok((!used.is_empty() && subnets.len() == used.len() && counted).then_some(subnets))
    }

    /// Addresses free in all of them together.
    pub(crate) fn free_addresses(&self, lookup: &Lookup<'a>) -> Result<Option<u32>, Gap<'a>> {
        let subnets = self.subnets(lookup)?;
        Ok(subnets.map(|all| all.iter().map(|one| one.free_addresses).fold(0, u32::saturating_add)))
    }

    /// In words, with what bounds it.
    pub(crate) fn to_words(&self) -> String {
        let (id, most) = (&self.subject.id, self.most_tasks());
        match self.bounds {
            Some(_) => format!("{id} may be scaled to {most} tasks"),
            None => format!("{id} wants {most} tasks"),
        }
    }

    /// The groups its tasks serve through: the main ones of its entries. An alternate takes the tasks only while the other
    /// gives them up.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &'a TargetGroup> {
        let main = self.subject.network_groups().filter(|(named, _)| {
            named.entries.iter().any(|entry| entry.entry.target_group.as_ref() == Some(named.arn))
        });
        main.map(|(_, group)| group)
    }
}
