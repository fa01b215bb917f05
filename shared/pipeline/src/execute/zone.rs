//! How Elastic Load Balancing wants to be told where a target is.

use std::collections::BTreeMap;

use aws::Zone;
use model::elb::Target;
use model::id::TargetGroupArn;
use model::observation::{Lookup, Observation};

/// `AvailabilityZone` of `TargetDescription` in the Elastic Load Balancing API reference: optional for an address in a subnet
/// of the target group's VPC, required for one outside it. Every subnet counts, in whichever of the VPC's ranges it is. The
/// rule that proposed the change has asked for them; where they are unread, Elastic Load Balancing refuses what doesn't fit.
pub(super) fn zones(known: &Observation, group: &TargetGroupArn, targets: &[Target]) -> BTreeMap<Zone, Vec<Target>> {
    let lookup = Lookup::for_few(known);
    let vpc = lookup.target_group(group).ok().flatten().and_then(|group| group.vpc.as_ref());
    let subnets = vpc.and_then(|vpc| lookup.subnets(vpc).ok());
    let is_outside = |target: &Target| subnets.is_some_and(|all| !all.iter().any(|subnet| subnet.contains(target.ip)));
    let mut zones: BTreeMap<Zone, Vec<Target>> = BTreeMap::new();
    for target in targets {
        zones.entry(if is_outside(target) { Zone::All } else { Zone::Own }).or_default().push(*target);
    }
    zones
}

#[cfg(test)]
mod tests {
    use model::ec2::Subnet;
    use model::elb::TargetGroup;
    use model::observation::Answer;

    use super::*;

    #[test]
    fn an_address_in_any_subnet_of_the_groups_vpc_is_inside_and_every_other_has_to_be_told() {
        let arn: TargetGroupArn =
            "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/0a1b".parse().unwrap();
        let vpc: model::id::VpcId = "vpc-1".parse().unwrap();
        let group = TargetGroup { vpc: Some(vpc.clone()), ..fixtures::target_group(&arn) };
        let subnet = |id: &str, range: &str| Subnet {
            id: id.parse().unwrap(),
            vpc: vpc.clone(),
            owner: "111122223333".parse().ok(),
            ranges: vec![range.parse().unwrap()],
            free_addresses: 11,
            zone: None,
        };
        let region = "eu-central-1".parse().unwrap();
        let mut seen = Observation::new(model::Timestamp::UNIX_EPOCH, "111122223333".parse().unwrap(), region);
        let zone = |seen: &Observation, ip: [u8; 4]| {
            let targets = [Target { ip: ip.into(), port: 80 }];
            zones(seen, &arn, &targets).into_keys().collect::<Vec<_>>()
        };
        assert_eq!(zone(&seen, [10, 8, 0, 5]), [Zone::Own], "nothing is known");
        seen.aws.target_group.insert(arn.clone(), Answer::Known(group));
        let subnets = vec![subnet("subnet-1", "10.0.1.0/24"), subnet("subnet-2", "100.64.1.0/24")];
        seen.aws.subnets.insert(vpc, Answer::Known(subnets));
        assert_eq!(zone(&seen, [10, 0, 1, 7]), [Zone::Own]);
        assert_eq!(zone(&seen, [100, 64, 1, 7]), [Zone::Own], "in a secondary range");
        assert_eq!(zone(&seen, [10, 8, 0, 5]), [Zone::All], "in a peered VPC");
    }
}
