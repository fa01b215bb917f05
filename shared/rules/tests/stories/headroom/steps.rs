//! What stories about headroom are told with.

use model::ec2::Subnet;
use model::scaling::ScalableTarget;

use crate::names;
use crate::story::Story;

impl Story {
    /// The service is scaled by itself, within these bounds.
    pub(crate) fn scaled(self, minimum: u32, maximum: u32) -> Self {
        self.scaled_as(minimum, maximum, |_| ())
    }

    pub(crate) fn scaled_as(mut self, minimum: u32, maximum: u32, change: impl FnOnce(&mut ScalableTarget)) -> Self {
        let id = self.the_service();
        let mut target = ScalableTarget {
            cluster: id.cluster.name().to_owned(),
            service: id.name.to_string(),
            minimum,
            maximum,
            scale_out_suspended: false,
            scale_in_suspended: false,
        };
        change(&mut target);
        self.account.network.scaled.insert(id, target);
        self
    }

    /// So many addresses are free in the service's subnet.
    pub(crate) fn free_addresses(self, free: u32) -> Self {
        self.in_a_subnet(|subnet| subnet.free_addresses = free)
    }

    pub(crate) fn in_a_subnet(mut self, change: impl FnOnce(&mut Subnet)) -> Self {
        change(self.account.subnets.iter_mut().find(|one| one.id == names::subnet("a")).expect("subnet a"));
        self
    }

    /// A limit of the account.
    pub(crate) fn limit(mut self, name: &str, value: u64) -> Self {
        self.account.network.limits.0.insert(name.to_owned(), value);
        self
    }
}
