//! Who sends to the targets of a group: a Network Load Balancer, and the clients whose addresses it keeps.
//!
//! | | traffic comes from | and may be let in by |
//! |---|---|---|
//! | balancer with groups | its private addresses, or the clients if their address is preserved | its groups, its addresses, the clients' |
//! | without, address not preserved | its private addresses | its addresses |
//! | without, address preserved | the clients; those of the other IP version, and those that come through an endpoint service, come with its addresses | the clients' addresses, its addresses |
//! | health checks | always its private addresses | its groups, its addresses |
//! | through an endpoint service | always its private addresses | its addresses; its groups while they filter PrivateLink traffic |
//!
//! See "Security groups" and "Client IP preservation" in the guide to Network Load Balancers: "For traffic that comes from AWS
//! PrivateLink, the source IP addresses are the private IP addresses of the load balancer". Rules that refer to the
//! clients' own groups don't work through a balancer.

use std::net::IpAddr;

use ipnet::IpNet;
use model::ec2::SecurityGroup;
use model::elb::{BalancerZone, IpVersion, Listener, LoadBalancer, Scheme, TargetGroup};
use model::finding::Severity;
use model::id::{SecurityGroupId, VpcId};
use model::observation::{Gap, Lookup};

use super::reach::flow::transports;
use super::reach::range::{both, everywhere, internet, without};
use super::reach::{Admitted, Flow, Spread};

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// What clients sent to a listener.
    Traffic,
    /// Health checks.
    Health,
    /// What clients of an endpoint service sent through PrivateLink.
    PrivateLink,
}

/// A balancer, as one of its target groups sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sender<'a> {
    /// The balancer.
    pub(crate) balancer: &'a LoadBalancer,
    /// The target group.
    pub(crate) group: &'a TargetGroup,
}

impl<'a> Sender<'a> {
    /// Do the targets see the clients' addresses? Always over UDP; over TCP if the group says so, and it doesn't unless it is
    /// told to.
    pub(crate) fn preserves(&self, lookup: &Lookup<'a>) -> Result<bool, Gap<'a>> {
        match self.group.protocol.as_deref() {
            Some("TCP" | "TLS") => {
                let attributes = lookup.target_group_attributes(&self.group.arn)?;
                Ok(attributes.and_then(|attributes| attributes.preserve_client_ip).unwrap_or(false))
            }
            _ => Ok(true),
        }
    }

    /// Does traffic come from its private addresses whether or not the clients' addresses are preserved?
    pub(crate) fn always_sends_itself(&self, purpose: Purpose) -> bool {
        purpose != Purpose::Traffic || !self.balancer.groups().is_empty() || self.balancer.is_dualstack()
    }

    /// Where a flow comes from. `exactly`, its own addresses are told by its interfaces, or else by its subnets; whether clients
    /// come through an endpoint service, and whether a listener sends to the group by a rule, is asked only then.
    pub(crate) fn spreads(
        &self,
        lookup: &Lookup<'a>,
        flow: &Flow,
        purpose: Purpose,
        exactly: bool,
    ) -> Result<Vec<Spread>, Gap<'a>> {
        let preserves = purpose == Purpose::Traffic && self.preserves(lookup)?;
        let own = || self.own_addresses(lookup, exactly);
        let own = if !preserves || self.always_sends_itself(purpose) {
            own()
        } else if !exactly {
            Ok(vec![Spread::Unknown(self.group.ip_version()?)])
        } else if has_endpoint_service(lookup, self.balancer)? {
            own()
        } else {
            Ok(Vec::new())
        };
        let clients = if preserves { self.clients(lookup, flow, exactly) } else { Ok(Vec::new()) };
        let (mut spreads, clients) = (own?, clients?);
        spreads.extend(clients);
        Ok(spreads)
    }

    /// Is there nobody but its nodes that sends? Clients whose address is preserved send traffic, but no health checks.
    pub(crate) fn sends_alone(&self, lookup: &Lookup<'a>, purpose: Purpose) -> Result<bool, Gap<'a>> {
        Ok(purpose != Purpose::Traffic || !self.preserves(lookup)?)
    }

    /// Does a rule that names one of its groups let the flow in? Not what comes through PrivateLink past its groups: for that
    /// "add a rule that accepts traffic from the load balancer private IP addresses" ("Target security groups" in "Register
    /// targets", the guide to Network Load Balancers).
    pub(crate) fn is_let_in_by_its_groups(&self, purpose: Purpose) -> bool {
        purpose != Purpose::PrivateLink || self.balancer.filters_private_link != Some(false)
    }

    /// Are there clients of an endpoint service that rules let in apart from the others? If so, how grave it is that they aren't let
    /// in: who has it not filter PrivateLink traffic means to have such clients, while else they may use another listener. Only TCP
    /// and TLS are judged: over which IP versions PrivateLink carries UDP, and whether QUIC, isn't cited here.
    pub(crate) fn has_clients_apart(&self, lookup: &Lookup<'a>) -> Result<Option<Severity>, Gap<'a>> {
        if !matches!(self.group.protocol.as_deref(), Some("TCP" | "TLS")) {
            return Ok(None);
        }
        let is_past_groups = !self.balancer.groups().is_empty() && !self.is_let_in_by_its_groups(Purpose::PrivateLink);
        let severity = if is_past_groups { Severity::Medium } else { Severity::Low };
        let is_apart = is_past_groups || self.preserves(lookup)?;
        Ok((is_apart && has_endpoint_service(lookup, self.balancer)?).then_some(severity))
    }

    /// Its private addresses, zone by zone.
    pub(crate) fn own_addresses(&self, lookup: &Lookup<'a>, exactly: bool) -> Result<Vec<Spread>, Gap<'a>> {
        let zones: Vec<_> = self.balancer.zones.iter().map(|zone| self.in_zone(lookup, zone, exactly)).collect();
        zones.into_iter().collect()
    }

    fn in_zone(&self, lookup: &Lookup<'a>, zone: &BalancerZone, exactly: bool) -> Result<Spread, Gap<'a>> {
        let version = self.group.ip_version()?;
        let fixed = addresses(&zone.addresses, version);
        if !fixed.is_empty() {
            return Ok(Spread::Each(fixed));
        }
        let (Some(vpc), Some(subnet)) = (&self.balancer.vpc, &zone.subnet) else { return Ok(Spread::Unknown(version)) };
        let subnets = lookup.subnets(vpc);
        if exactly {
            let all = lookup.interfaces(subnet)?.iter().filter(|one| one.is_of_balancer(&self.balancer.arn));
            let seen: Vec<IpNet> = all.flat_map(|one| addresses(&one.addresses, version)).collect();
            if !seen.is_empty() {
                return Ok(Spread::Each(seen));
            }
        }
        let Some(subnet) = subnets?.iter().find(|one| one.id == *subnet) else { return Ok(Spread::Unknown(version)) };
        let ranges: Vec<IpNet> =
            subnet.ranges.iter().filter(|range| IpVersion::of(range.addr()) == version).copied().collect();
        // It has some address all the same.
        Ok(if ranges.is_empty() { Spread::Unknown(version) } else { Spread::OneIn(ranges) })
    }

    /// Its elastic IP addresses. Nobody is a client from there.
    fn public_addresses(&self) -> Vec<IpNet> {
        let all = self.balancer.zones.iter().flat_map(|zone| &zone.public_addresses);
        all.map(|address| IpNet::from(*address)).collect()
    }

    /// The clients that may come to a listener which sends to the group, and whose address is kept: those of its IP version.
    fn clients(&self, lookup: &Lookup<'a>, flow: &Flow, exactly: bool) -> Result<Vec<Spread>, Gap<'a>> {
        let version = self.group.ip_version()?;
        let anybody = match self.balancer.scheme {
            Scheme::InternetFacing => without(internet(version), &self.public_addresses()),
            _ => everywhere(version),
        };
        if self.balancer.groups().is_empty() {
            return Ok(vec![Spread::Each(anybody)]);
        }
        let (listeners, groups) = (lookup.listeners(&self.balancer.arn), self.balancer_groups(lookup));
        let (listeners, groups) = (listeners?.unwrap_or_default(), groups?);
        let mut spreads = Vec::new();
        let of_protocol = listeners.iter().filter(|one| transports(one.protocol.as_deref()).contains(&flow.protocol));
        for listener in of_protocol {
            let Some(port) = listener.port else { continue };
            // Its default action sends elsewhere, and a rule of its may send here: by the clients' IP version, say ("Listener
            // rules" in the guide to Network Load Balancers). Which clients those are isn't known.
            if !listener.names(&self.group.arn) {
                if !exactly || self.is_sent_to_by_a_rule(lookup, listener)? {
                    spreads.push(Spread::Unknown(version));
                }
                continue;
            }
            let entered = Flow { protocol: flow.protocol.clone(), port };
            let admitted = Admitted::of(groups.known.iter().flat_map(|group| &group.ingress), &entered);
            let admitted = fill(lookup, admitted)?;
            // Clients let in by a group they have may come from anywhere.
            if admitted.is_unclear || groups.is_incomplete || !admitted.groups.is_empty() {
                spreads.push(Spread::Unknown(version));
            }
            spreads.push(Spread::Each(both(&admitted.ranges, &anybody)));
        }
        Ok(spreads)
    }

    /// Does a rule of the listener send to the group? A listener that is gone sends nothing.
    fn is_sent_to_by_a_rule(&self, lookup: &Lookup<'a>, listener: &Listener) -> Result<bool, Gap<'a>> {
        let rules = lookup.listener_rules(&listener.arn)?.unwrap_or_default();
        let mut forwards = rules.iter().flat_map(|rule| &rule.forwards);
        Ok(forwards.any(|forward| forward.target_group == self.group.arn && forward.weight != Some(0)))
    }

    /// Its groups.
    pub(crate) fn balancer_groups(&self, lookup: &Lookup<'a>) -> Result<Groups<'a>, Gap<'a>> {
        groups(lookup, self.balancer.groups(), self.balancer.vpc.as_ref())
    }
}

/// Is it the balancer of an endpoint service, whose clients come through PrivateLink?
pub(crate) fn has_endpoint_service<'a>(lookup: &Lookup<'a>, balancer: &LoadBalancer) -> Result<bool, Gap<'a>> {
    // One that is being deleted, or failed, has no clients to come.
    let mut services = lookup.endpoint_services()?.iter().filter(|service| service.state == "Available");
    Ok(services.any(|service| service.network_load_balancers.contains(&balancer.arn)))
}

/// Some security groups with their rules.
#[derive(Debug, Clone, Default)]
pub(crate) struct Groups<'a> {
    /// Those that there are.
    pub(crate) known: Vec<&'a SecurityGroup>,
    /// One of them can't be seen: it was deleted meanwhile, or is another account's.
    pub(crate) is_incomplete: bool,
}

/// The groups of these ids; all groups of their VPC come in one call.
pub(crate) fn groups<'a>(
    lookup: &Lookup<'a>,
    ids: &[SecurityGroupId],
    vpc: Option<&VpcId>,
) -> Result<Groups<'a>, Gap<'a>> {
    if let Some(vpc) = vpc.filter(|_| !ids.is_empty()) {
        lookup.security_groups(vpc)?;
    }
    let answers: Vec<_> = ids.iter().map(|id| lookup.security_group(id)).collect();
    let answers = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
    let known: Vec<_> = answers.iter().copied().flatten().collect();
    Ok(Groups { is_incomplete: known.len() < ids.len(), known })
}

/// A gate with all its lists filled in.
pub(crate) fn fill<'a>(lookup: &Lookup<'a>, admitted: Admitted) -> Result<Admitted, Gap<'a>> {
    let lists: Vec<_> = admitted.lists.iter().map(|list| (list.clone(), lookup.prefix_list(list))).collect();
    lists.into_iter().try_fold(admitted, |admitted, (list, ranges)| Ok(admitted.with(&list, ranges?)))
}

fn addresses(all: &[IpAddr], version: IpVersion) -> Vec<IpNet> {
    all.iter().filter(|address| IpVersion::of(**address) == version).map(|address| IpNet::from(*address)).collect()
}
