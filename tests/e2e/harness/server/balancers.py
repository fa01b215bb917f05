"""A network load balancer's ARN says `loadbalancer/net/…`. Plain moto calls every balancer `app`.

SetSecurityGroups also says whether inbound rules hold for what comes through PrivateLink. Plain moto drops that.
"""

import threading

from moto.elbv2 import models
from moto.elbv2.responses import ELBV2Response

from .stage import stage

_created = threading.local()
_KINDS = {"network": "net", "gateway": "gwy"}


def install():
    plain_create, plain_arn = models.ELBv2Backend.create_load_balancer, models.make_arn_for_load_balancer

    def create_load_balancer(self, *args, **kwargs):
        _created.kind = kwargs.get("loadbalancer_type")
        return plain_create(self, *args, **kwargs)

    def make_arn(**parts):
        arn = plain_arn(**parts)
        kind = _KINDS.get(_created.kind, "app") if stage.as_aws else "app"
        return arn.replace(":loadbalancer/app/", f":loadbalancer/{kind}/")

    plain_set = ELBV2Response.set_security_groups

    def set_security_groups(self):
        answer = plain_set(self)
        enforcing = self._get_param("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic")
        if enforcing:
            balancer = self.elbv2_backend.load_balancers[self._get_param("LoadBalancerArn")]
            balancer.enforce_security_group_inbound_rules_on_private_link_traffic = enforcing
        return answer

    ELBV2Response.set_security_groups = set_security_groups
    models.ELBv2Backend.create_load_balancer = create_load_balancer
    models.make_arn_for_load_balancer = make_arn
