"""Interfaces and subnets as EC2 answers: filters look at every address, and a subnet may belong to another account."""

from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.subnets import Subnet


def install():
    plain = NetworkInterface.get_filter_value

    def get_filter_value(self, filter_name, method_name=None):
        if filter_name == "addresses.private-ip-address":
            return [address["PrivateIpAddress"] for address in self.private_ip_addresses]
        if filter_name == "ipv6-addresses.ipv6-address":
            return list(self.ipv6_addresses)
        return plain(self, filter_name, method_name)

    NetworkInterface.get_filter_value = get_filter_value
    Subnet.owner_id = property(lambda self: self.__dict__.get("owner") or self.ec2_backend.account_id)
