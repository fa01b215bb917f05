//! A target as requests name it: always by address and port. Without the port a deregistration can succeed and do
//! nothing.

use aws_sdk_elasticloadbalancingv2::types::TargetDescription;
use model::elb::Target;

use crate::api::Zone;

pub(super) fn descriptions(targets: &[Target], zone: Zone) -> Vec<TargetDescription> {
    let zone = match zone {
        Zone::Own => None,
        Zone::All => Some("all".to_owned()),
    };
    let description = |target: &Target| {
        let named = TargetDescription::builder().id(target.ip.to_string()).port(i32::from(target.port));
        named.set_availability_zone(zone.clone()).build()
    };
    targets.iter().map(description).collect()
}
