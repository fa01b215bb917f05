"""Interfaces and subnets as EC2 answers: filters look at every address, interfaces come in pages, and a subnet may belong to
another account.
"""

from moto.core.responses import ActionResult
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.subnets import Subnet
from moto.ec2.responses import EC2Response

from .stage import stage


def install():
    plain = NetworkInterface.get_filter_value

    def get_filter_value(self, filter_name, method_name=None):
        if filter_name == "addresses.private-ip-address":
            return [address["PrivateIpAddress"] for address in self.private_ip_addresses]
        if filter_name == "ipv6-addresses.ipv6-address":
            return list(self.ipv6_addresses)
        return plain(self, filter_name, method_name)

    plain_describe = EC2Response.describe_network_interfaces

    def describe_network_interfaces(self):
        size = int(self._get_param("MaxResults") or 0)
        if not (stage.as_aws and size):
            return plain_describe(self)
        found = self.ec2_backend.get_all_network_interfaces(
            self._get_param("NetworkInterfaceIds", []), self._filters_from_querystring())
        start = int(self._get_param("NextToken") or 0)
        answer = {"NetworkInterfaces": found[start:start + size]}
        if start + size < len(found):
            answer["NextToken"] = str(start + size)
        return ActionResult(answer)

    NetworkInterface.get_filter_value = get_filter_value
    EC2Response.describe_network_interfaces = describe_network_interfaces
    Subnet.owner_id = property(lambda self: self.__dict__.get("owner") or self.ec2_backend.account_id)
