//! A route table.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::id::{NetworkInterfaceId, PrefixListId, SubnetId, VpcId};

/// A route table, as DescribeRouteTables tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteTable {
    /// Its id, `rtb-…`.
    pub id: String,
    /// Its VPC.
    pub vpc: VpcId,
    /// Does it hold for every subnet of the VPC that no table is associated with?
    pub is_main: bool,
    /// The subnets it is associated with.
    pub subnets: Vec<SubnetId>,
    /// Its routes. The one to the VPC's own ranges is among them.
    pub routes: Vec<Route>,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Where packets go that take it.
    pub destination: RouteDestination,
    /// What they are handed to.
    pub target: RouteTarget,
    /// `blackhole`: the target is gone, and packets are dropped.
    pub is_blackhole: bool,
}

/// Which packets take a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteDestination {
    /// Those to these addresses.
    Range(IpNet),
    /// Those to addresses in this list.
    PrefixList(PrefixListId),
}

/// What packets are handed to, by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteTarget {
    /// The VPC itself.
    Local,
    /// The internet, both ways.
    InternetGateway(String),
    /// The internet over IPv6, from inside only.
    EgressOnlyInternetGateway(String),
    /// The internet or other networks, from inside only.
    NatGateway(String),
    /// Another VPC.
    VpcPeeringConnection(String),
    /// VPCs and other networks that are attached to it.
    TransitGateway(String),
    /// A VPN, or Direct Connect.
    VirtualPrivateGateway(String),
    /// A gateway endpoint, or a Gateway Load Balancer's.
    VpcEndpoint(String),
    /// Whatever has this interface: an appliance, as a rule.
    NetworkInterface(NetworkInterfaceId),
    /// Something else: a local, carrier or core network gateway …
    Other(String),
}

impl RouteTable {
    /// The table that holds for a subnet, among those of its VPC: the one it is associated with, or else the main one.
    #[must_use]
    pub fn of_subnet<'t>(tables: &'t [Self], subnet: &SubnetId) -> Option<&'t Self> {
        let own = tables.iter().find(|table| table.subnets.contains(subnet));
        own.or_else(|| tables.iter().find(|table| table.is_main))
    }

    /// The route that packets to this address take: the most specific, see "Route priority" in the Amazon VPC guide. Routes to
    /// prefix lists aren't looked at; [`RouteTable::prefix_lists`] tells which there are.
    #[must_use]
    pub fn route_to(&self, address: IpAddr) -> Option<&Route> {
        let ranges = self.routes.iter().filter_map(|route| match &route.destination {
            RouteDestination::Range(range) if range.contains(&address) => Some((range.prefix_len(), route)),
            _ => None,
        });
        ranges.max_by_key(|(length, _)| *length).map(|(_, route)| route)
    }

    /// Is a subnet that it holds for public: is there a route to an internet gateway? "Subnet types" in the Amazon VPC guide.
    #[must_use]
    pub fn leads_to_the_internet(&self) -> bool {
        let leads = |route: &Route| matches!(route.target, RouteTarget::InternetGateway(_)) && !route.is_blackhole;
        self.routes.iter().any(leads)
    }

    /// The prefix lists that it has routes to.
    pub fn prefix_lists(&self) -> impl Iterator<Item = &PrefixListId> {
        self.routes.iter().filter_map(|route| match &route.destination {
            RouteDestination::PrefixList(list) => Some(list),
            RouteDestination::Range(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(id: &str, is_main: bool, subnets: &[&str], ranges: &[&str]) -> RouteTable {
        let route = |range: &&str| Route {
            destination: RouteDestination::Range(range.parse().unwrap()),
            target: RouteTarget::Local,
            is_blackhole: false,
        };
        RouteTable {
            id: id.to_owned(),
            vpc: "vpc-1".parse().unwrap(),
            is_main,
            subnets: subnets.iter().map(|id| id.parse().unwrap()).collect(),
            routes: ranges.iter().map(route).collect(),
        }
    }

    #[test]
    fn a_subnet_without_a_table_of_its_own_has_the_main_one() {
        let tables = [table("rtb-main", true, &[], &[]), table("rtb-a", false, &["subnet-a"], &[])];
        let of = |subnet: &str| RouteTable::of_subnet(&tables, &subnet.parse().unwrap()).map(|table| &*table.id);
        assert_eq!((of("subnet-a"), of("subnet-b")), (Some("rtb-a"), Some("rtb-main")));
        assert_eq!(RouteTable::of_subnet(&tables[1..], &"subnet-b".parse().unwrap()), None);
    }

    #[test]
    fn the_most_specific_route_is_taken() {
        let table = table("rtb-1", true, &[], &["0.0.0.0/0", "10.0.0.0/16", "10.0.1.0/24", "2001:db8::/32"]);
        let to = |address: &str| table.route_to(address.parse().unwrap()).map(|route| route.destination.clone());
        let range = |range: &str| Some(RouteDestination::Range(range.parse().unwrap()));
        assert_eq!(to("10.0.1.7"), range("10.0.1.0/24"));
        assert_eq!(to("10.0.2.7"), range("10.0.0.0/16"));
        assert_eq!(to("203.0.113.7"), range("0.0.0.0/0"));
        assert_eq!(to("2001:db9::7"), None);
    }
}
