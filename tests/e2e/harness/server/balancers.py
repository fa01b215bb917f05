"""A network load balancer's ARN says `loadbalancer/net/…`. Plain moto calls every balancer `app`."""

import threading

from moto.elbv2 import models

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

    models.ELBv2Backend.create_load_balancer = create_load_balancer
    models.make_arn_for_load_balancer = make_arn
