"""A target group, and what is registered in it."""

from .holds import ElbTagged


class TargetGroup(ElbTagged):
    """An `ip` target group."""

    def __init__(self, vpc, name, port, balancer=None, **options):
        self.account, self.vpc, self.name, self.port = vpc.account, vpc, name, port
        self._elbv2 = self.account.aws.elbv2
        options = {"Protocol": "TCP", "TargetType": "ip", "HealthCheckProtocol": "TCP", **options}
        answer = self._elbv2.create_target_group(Name=name, Port=port, VpcId=vpc.id, **options)
        self.arn = answer["TargetGroups"][0]["TargetGroupArn"]
        if balancer:
            balancer.listen(self)
        self.account.target_groups.append(self)

    def register(self, address, port):
        self._elbv2.register_targets(TargetGroupArn=self.arn, Targets=[{"Id": address, "Port": port}])

    def register_all(self, addresses, port):
        self._elbv2.register_targets(
            TargetGroupArn=self.arn, Targets=[{"Id": address, "Port": port} for address in addresses])

    def deregister(self, address, port):
        self._elbv2.deregister_targets(TargetGroupArn=self.arn, Targets=[{"Id": address, "Port": port}])

    def states(self):
        """Each target in it as `(address, port)`, with its state."""
        answer = self._elbv2.describe_target_health(TargetGroupArn=self.arn)
        return {
            (health["Target"]["Id"], health["Target"]["Port"]): health["TargetHealth"]["State"]
            for health in answer["TargetHealthDescriptions"]
        }

    def targets(self):
        """Each target in it as `(address, port)`, whatever its state."""
        return set(self.states())

    def set_state(self, address, port, state, reason=None):
        """Puts a target into a state; `None` takes it out."""
        self.account.server.stage("set_target", group=self.arn, ip=address, port=port, state=state, reason=reason)

    def becomes(self, **attributes):
        """What moto can't create: another protocol, another kind of address."""
        self.account.set("target-group", self.arn, **attributes)

    def attribute(self, key, value):
        self._elbv2.modify_target_group_attributes(
            TargetGroupArn=self.arn, Attributes=[{"Key": key, "Value": str(value)}])

    def delete(self):
        """Takes it off its listeners and deletes it, as a person who has had enough of it."""
        for balancer in self._elbv2.describe_load_balancers()["LoadBalancers"]:
            listeners = self._elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
            for listener in listeners:
                if any(action.get("TargetGroupArn") == self.arn for action in listener["DefaultActions"]):
                    self._elbv2.delete_listener(ListenerArn=listener["ListenerArn"])
        self._elbv2.delete_target_group(TargetGroupArn=self.arn)
        self.account.target_groups.remove(self)
