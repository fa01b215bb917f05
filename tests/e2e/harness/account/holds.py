"""The tag by which a person says that something is not to be touched."""

HOLD = "ecs-nlb-guard:hold"


class Holdable:
    """A resource that can be held; its class says how it is tagged."""

    def hold(self, value="true"):
        self.tag(HOLD, value)


class EcsTagged(Holdable):
    """Tagged through ECS; has `account` and `arn`."""

    def tag(self, key, value):
        self.account.aws.ecs.tag_resource(resourceArn=self.arn, tags=[{"key": key, "value": value}])


class ElbTagged(Holdable):
    """Tagged through Elastic Load Balancing; has `account` and `arn`."""

    def tag(self, key, value):
        self.account.aws.elbv2.add_tags(ResourceArns=[self.arn], Tags=[{"Key": key, "Value": value}])


class Ec2Tagged(Holdable):
    """A resource of EC2, by its id."""

    def __init__(self, account, id):
        self.account, self.id = account, id

    def tag(self, key, value):
        self.account.aws.ec2.create_tags(Resources=[self.id], Tags=[{"Key": key, "Value": value}])
