//! The addresses of the account's subnets: few, and those given back last are given out first.

use std::net::IpAddr;

use crate::names;

/// A place in a subnet, with an IPv4 and an IPv6 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) subnet: u8,
    pub(crate) number: u8,
}

impl Place {
    pub(crate) fn v4(self) -> IpAddr {
        names::v4(self.subnet, self.number)
    }

    pub(crate) fn v6(self) -> IpAddr {
        names::v6(self.subnet, self.number)
    }
}

/// Free places, the one given back last at the end.
#[derive(Debug, Default)]
pub(crate) struct Pool(Vec<Place>);

impl Pool {
    /// So many places in each of two subnets.
    pub(crate) fn new(places: u8) -> Self {
        Self((0..places).rev().flat_map(|number| [1, 0].map(|subnet| Place { subnet, number })).collect())
    }

    /// The place given back `back` before the last.
    pub(crate) fn take(&mut self, back: usize) -> Option<Place> {
        let last = self.0.len().checked_sub(1)?;
        Some(self.0.remove(last - back.min(last)))
    }

    pub(crate) fn give_back(&mut self, place: Place) {
        self.0.push(place);
    }
}
