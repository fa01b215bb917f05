"""Security groups' associations with other VPCs, which moto doesn't know: there are none."""

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response


def install():
    def describe_security_group_vpc_associations(self):
        return ActionResult({"SecurityGroupVpcAssociations": []})

    EC2Response.describe_security_group_vpc_associations = describe_security_group_vpc_associations
