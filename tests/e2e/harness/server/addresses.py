"""Task addresses from the task's own subnet, and a say in which one comes next.

Plain moto takes any address in 10.0.0.0/8, whatever the subnet.
"""

import ipaddress
import threading

from moto.ecs import models

from .stage import stage

#: AWS keeps the first four for itself; the tests keep a few more for interfaces of their own.
FIRST = 10

_lock = threading.Lock()
_task = threading.local()


def install():
    original = models.Task.__init__

    def init(task, *args, **kwargs):
        configuration = kwargs.get("networking_configuration") or {}
        awsvpc = configuration.get("awsvpcConfiguration") or {}
        backend = kwargs.get("backend")
        _task.subnet = (backend, awsvpc["subnets"][0]) if awsvpc else None
        original(task, *args, **kwargs)

    models.Task.__init__ = init
    models.random_private_ip = next_address


def next_address():
    """The address of the task being made by this thread."""
    backend, subnet_id = _task.subnet
    with _lock:
        chosen = stage.next_addresses[subnet_id]
        if chosen:
            return chosen.popleft()
        stage.handed_out[subnet_id] += 1
        nth = stage.handed_out[subnet_id]
    ec2 = models.ec2_backends[backend.account_id][backend.region_name]
    network = ipaddress.ip_network(ec2.get_subnet(subnet_id).cidr_block)
    return str(network[FIRST + nth - 1])
