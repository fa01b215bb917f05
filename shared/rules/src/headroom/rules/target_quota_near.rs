//! More targets to come than Elastic Load Balancing allows.
//!
//! Quotas count registered targets: of a group, and of all groups of a balancer, in each zone and altogether (a target in two
//! groups counts twice). What is registered now is what there will be, plus the tasks that services may still start.

use std::collections::{BTreeMap, BTreeSet};

use model::ec2::Subnet;
use model::elb::{AccountLimits, TargetGroup};
use model::finding::Severity;
use model::id::{LoadBalancerArn, SubnetId, TargetGroupArn};
use model::observation::{Gap, Lookup};
use model::scope::Unit;

use crate::finding::start;
use crate::fix::{AwsCommand, fix};
use crate::headroom::growth::Growing;
use crate::judgement::Judgement;
use crate::rule::Rule;

/// "Quotas for your Network Load Balancers" in their guide: targets per target group. DescribeAccountLimits doesn't tell it.
pub(crate) const PER_GROUP: u64 = 1000;

/// What AWS gives where DescribeAccountLimits doesn't tell.
const PER_BALANCER: u64 = 3000;

/// The same.
const PER_ZONE: u64 = 500;

pub(crate) const RULE: Rule = Rule {
    slug: "target-quota-near",
    severity: Severity::Medium,
    title: "Scaling out will leave tasks without traffic: it exceeds a quota on targets",
    explanation: "A target group takes 1,000 targets, and a Network Load Balancer takes 500 in each Availability Zone (500 \
        altogether where cross-zone load balancing is on) and 3,000 in all, unless AWS raised the account's quotas; a target in \
        several groups counts in each. If the services here grew to the most tasks they may have (the maximum capacity that \
        Application Auto Scaling was given), more targets would be registered than that. ECS can't register tasks beyond a \
        quota: they run, cost money, and get no traffic. A service's tasks are counted in the zones of its own subnets, over which \
        ECS spreads them. Where only what AWS gives to every account is known, the finding is low and says so.",
    remedy: "Have the quota raised (Service Quotas, Elastic Load Balancing), spread the services over more balancers or target \
        groups, or lower the maximum capacity.",
    repair: "none",
};

/// What a group has and may still get.
struct Forecast<'g, 'a> {
    group: &'a TargetGroup,
    registered: u64,
    to_come: u64,
    users: Vec<&'g Growing<'a>>,
}

/// A quota that would be passed.
struct PassedQuota {
    what: String,
    forecast: u64,
    quota: u64,
    /// Is it what holds in this account, or only what AWS gives to every account?
    is_applied: bool,
}

pub(crate) fn judge<'a>(lookup: &Lookup<'a>, growing: &[Growing<'a>], judgement: &mut Judgement) {
    let mut users: BTreeMap<&TargetGroupArn, (&'a TargetGroup, Vec<&Growing<'a>>)> = BTreeMap::new();
    for one in growing {
        for group in one.groups() {
            users.entry(&group.arn).or_insert_with(|| (group, Vec::new())).1.push(one);
        }
    }
    let mut balancers: BTreeMap<&LoadBalancerArn, Vec<Forecast<'_, 'a>>> = BTreeMap::new();
    for (arn, (group, users)) in users {
        let forecast = judgement.keep(|| Unit::TargetGroup(arn.clone()), Forecast::of(lookup, group, users));
        let Some(forecast) = forecast else { continue };
        if forecast.to_come > 0 && forecast.total() > PER_GROUP {
            let what = format!("target group {}", arn.name());
            forecast.report(
                PassedQuota { what, forecast: forecast.total(), quota: PER_GROUP, is_applied: false },
                judgement,
            );
        } else if let Some(balancer) = group.load_balancers.first() {
            // A group hangs on one Network Load Balancer at most.
            balancers.entry(balancer).or_default().push(forecast);
        }
    }
    for (arn, forecasts) in balancers {
        // The group that grows most stands for the balancer.
        let Some(most) = forecasts.iter().max_by_key(|one| one.to_come).filter(|one| one.to_come > 0) else { continue };
        let passed = balancer(lookup, arn, &forecasts);
        let passed = judgement.keep(|| Unit::TargetGroup(most.group.arn.clone()), passed);
        if let Some(passed) = passed.flatten() {
            most.report(passed, judgement);
        }
    }
}

impl<'g, 'a> Forecast<'g, 'a> {
    fn of(lookup: &Lookup<'a>, group: &'a TargetGroup, users: Vec<&'g Growing<'a>>) -> Result<Self, Gap<'a>> {
        let registered = registered(lookup, &group.arn)?;
        let to_come = users.iter().map(|user| u64::from(user.more_tasks())).sum();
        Ok(Self { group, registered, to_come, users })
    }

    const fn total(&self) -> u64 {
        self.registered + self.to_come
    }

    fn report(&self, passed: PassedQuota, judgement: &mut Judgement) {
        let PassedQuota { what, forecast, quota, is_applied } = passed;
        let Some(user) = self.users.iter().max_by_key(|user| user.more_tasks()) else { return };
        let unless = if is_applied { "" } else { ", unless AWS raised the quota" };
        let summary = format!(
            "Scaling out will leave tasks without traffic: {}, and {what} would have {forecast} targets of {quota} allowed{unless}",
            user.to_words()
        );
        let severity = if is_applied { RULE.severity } else { Severity::Low };
        let draft = start(&RULE, summary).severity(severity).service(&user.subject.id, user.subject.service);
        let seeing = fix(
            "See the quotas on targets that hold in this account, and have the one in question raised",
            "It only reads: safe at any time. AWS answers a request for more within days, so ask before the load comes.",
        );
        let command = AwsCommand::new(self.group.arn.region(), "service-quotas", "list-service-quotas")
            .arg("service-code", "elasticloadbalancing")
            .arg("query", "Quotas[?contains(QuotaName, 'Network Load Balancer')].[QuotaCode,QuotaName,Value]");
        let draft = draft.fixes(vec![seeing.command(command.arg("output", "table")).done()]);
        let draft = draft.target_group(&self.group.arn).users(self.users.iter().map(|user| &user.subject.id));
        let draft = draft.evidence("registered", Some(self.registered)).evidence("to_come", Some(self.to_come));
        judgement.findings.push(draft.evidence("forecast", Some(forecast)).evidence("quota", Some(quota)).done());
    }
}

/// The quota of a balancer that its groups would pass, those that nobody here uses among them.
fn balancer<'a>(
    lookup: &Lookup<'a>,
    arn: &LoadBalancerArn,
    forecasts: &[Forecast<'_, 'a>],
) -> Result<Option<PassedQuota>, Gap<'a>> {
    let (limits, others) = (lookup.account_limits(), others_behind(lookup, arn, forecasts));
    let others = others?;
    let of_others: Vec<_> = others.iter().map(|group| registered(lookup, &group.arn)).collect();
    let of_others = of_others.into_iter().sum::<Result<u64, _>>()?;
    let total = forecasts.iter().map(Forecast::total).sum::<u64>() + of_others;
    let limits = limits?;
    let limit = |name, default| limits.and_then(|limits: &AccountLimits| limits.get(name)).unwrap_or(default);
    let (name, in_all) = (arn.name(), limit("targets-per-network-load-balancer", PER_BALANCER));
    if total > in_all {
        return Ok(Some(PassedQuota {
            what: format!("load balancer {name}"),
            forecast: total,
            quota: in_all,
            is_applied: true,
        }));
    }
    let in_zone = limit("targets-per-availability-zone-per-network-load-balancer", PER_ZONE);
    if total <= in_zone {
        return Ok(None);
    }
    let crosses = lookup.load_balancer_attributes(arn)?.is_some_and(|attributes| attributes.cross_zone == Some(true));
    if crosses {
        let what = format!("load balancer {name}, whose zones all count as one,");
        return Ok(Some(PassedQuota { what, forecast: total, quota: in_zone, is_applied: true }));
    }
    let Some(zones) = by_zone(lookup, forecasts, &others)? else { return Ok(None) };
    let fullest = zones.into_iter().max_by_key(|(_, targets)| *targets).filter(|(_, targets)| *targets > in_zone);
    Ok(fullest.map(|(zone, forecast)| PassedQuota {
        what: format!("load balancer {name} in {zone}"),
        forecast,
        quota: in_zone,
        is_applied: true,
    }))
}

/// How many targets each zone may have. ECS spreads a service's tasks evenly over the zones of its subnets, whatever zones the
/// balancer serves besides ("Task placement" in the Amazon ECS guide). `None` if the zones of a service's subnets aren't known.
fn by_zone<'a>(
    lookup: &Lookup<'a>,
    forecasts: &[Forecast<'_, 'a>],
    others: &[&'a TargetGroup],
) -> Result<Option<BTreeMap<&'a str, u64>>, Gap<'a>> {
    let mut zones = BTreeMap::new();
    for forecast in forecasts {
        let Some(used) = zones_of(lookup, forecast)? else { return Ok(None) };
        let share = forecast.total().div_ceil(u64::try_from(used.len()).unwrap_or(1).max(1));
        used.into_iter().for_each(|zone| *zones.entry(zone).or_default() += share);
    }
    for group in others {
        let Some(vpc) = &group.vpc else { continue };
        let (subnets, health) = (lookup.subnets(vpc)?, lookup.target_health(&group.arn)?.unwrap_or_default());
        for one in health.iter().filter(|one| one.is_in_place()) {
            let zone = subnets.iter().find(|subnet| subnet.contains(one.target.ip));
            zone.and_then(|subnet| subnet.zone.as_deref())
                .into_iter()
                .for_each(|zone| *zones.entry(zone).or_default() += 1);
        }
    }
    Ok(Some(zones))
}

/// The zones in which tasks may be placed that serve through the group.
fn zones_of<'a>(lookup: &Lookup<'a>, forecast: &Forecast<'_, 'a>) -> Result<Option<BTreeSet<&'a str>>, Gap<'a>> {
    let Some(vpc) = &forecast.group.vpc else { return Ok(None) };
    let sources = forecast.users.iter().flat_map(|user| &user.subject.sources);
    let used: BTreeSet<&SubnetId> =
        sources.filter_map(|source| source.network).flat_map(|network| &network.subnets).collect();
    let zone = |used: &SubnetId, subnets: &'a [Subnet]| subnets.iter().find(|one| one.id == *used)?.zone.as_deref();
    let subnets = lookup.subnets(vpc)?;
    let zones: Option<BTreeSet<&str>> = used.into_iter().map(|used| zone(used, subnets)).collect();
    Ok(zones.filter(|zones| !zones.is_empty()))
}

/// Groups on the balancer beside those forecast.
fn others_behind<'a>(
    lookup: &Lookup<'a>,
    arn: &LoadBalancerArn,
    forecasts: &[Forecast<'_, 'a>],
) -> Result<Vec<&'a TargetGroup>, Gap<'a>> {
    let known: BTreeSet<&TargetGroupArn> = forecasts.iter().map(|forecast| &forecast.group.arn).collect();
    let answers: Vec<_> = lookup.target_groups()?.iter().map(|group| lookup.target_group(group)).collect();
    let groups = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
    let behind = |group: &&TargetGroup| group.load_balancers.contains(arn) && !known.contains(&group.arn);
    Ok(groups.into_iter().flatten().filter(behind).collect())
}

/// Targets in place in a group.
pub(crate) fn registered<'a>(lookup: &Lookup<'a>, group: &TargetGroupArn) -> Result<u64, Gap<'a>> {
    let health = lookup.target_health(group)?.unwrap_or_default();
    Ok(u64::try_from(health.iter().filter(|target| target.is_in_place()).count()).unwrap_or(u64::MAX))
}
