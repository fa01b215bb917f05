//! ModifyNetworkInterfaceAttribute.

use std::collections::BTreeSet;

use model::call::CallError;
use model::id::{NetworkInterfaceId, SecurityGroupId};

use crate::sdk::Clients;

const OPERATION: &str = "ec2:ModifyNetworkInterfaceAttribute";

pub(in crate::sdk) async fn modify_network_interface_groups(
    clients: &Clients,
    interface: &NetworkInterfaceId,
    groups: &BTreeSet<SecurityGroupId>,
) -> Result<(), CallError> {
    let groups = groups.iter().map(ToString::to_string).collect();
    let request = clients.ec2().modify_network_interface_attribute().network_interface_id(interface.as_str());
    clients.send(OPERATION, interface.as_str(), request.set_groups(Some(groups)).send()).await.map(drop)
}
