//! How far a service may grow.

use model::elb::TargetGroup;
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
        let service = self.subject.service;
        self.most_tasks().saturating_sub(service.running_count.saturating_add(service.pending_count))
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
