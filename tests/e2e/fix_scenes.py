"""Scenes of the tests of fixes: an account that breaks one rule, and ECS's part once the fix is made."""

from datetime import datetime, timedelta, timezone

from guard_scenes import guarding
from harness.account.deployments import new_deployment_id, use_native_strategy
from harness.account.service import load_balancers
from harness.account.task_definition import register_task_definition
from scenes import PORT, Web

LONG_AGO = "2026-01-01T00:00:00+00:00"
WORLD = [{"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


class Shop(Web):
    """The healthy service `web`, by every rule there is, and what a fix may need besides."""

    def __init__(self, account):
        super().__init__(account)
        self.vpc.lets_in(PORT)
        self.vpc.balancer.crosses_zones()
        self.vpc.balancer.has_nodes()
        self.ec2, self.elbv2 = account.aws.ec2, account.aws.elbv2
        #: The policy and the ledger that the audit is given.
        self.policy, self.ledger = None, None
        #: What ECS does once the fix is made.
        self.ecs = None

    def starts(self, **options):
        """One more task of the service."""
        self.tasks.append(self.service.start_task(**options))
        return self.tasks[-1]

    def has(self, task, *groups):
        """Somebody changed the security groups of the task's interface by hand."""
        self.ec2.modify_network_interface_attribute(NetworkInterfaceId=task.interface, Groups=list(groups))

    def declares(self, *groups):
        """The service declares these security groups, and so does the deployment that started its tasks."""
        network = self.service.network_configuration(self.service.subnets)
        network["awsvpcConfiguration"]["securityGroups"] = list(groups)
        self._deployed(network_configuration=network)
        for task in self.tasks:
            self.has(task, *groups)

    def lets_nothing_in(self):
        """The tasks' security group has no inbound rule."""
        permissions = self.ec2.describe_security_groups(GroupIds=[self.vpc.task_security_group])
        self.ec2.revoke_security_group_ingress(
            GroupId=self.vpc.task_security_group, IpPermissions=permissions["SecurityGroups"][0]["IpPermissions"])

    def is_behind(self, balancer):
        """Its target group is made anew behind this load balancer."""
        self.group.delete()
        self.group = self.vpc.target_group("web", balancer=balancer)
        self.service.set(load_balancers=load_balancers({self.group: PORT}))
        self.service.groups = {self.group: PORT}
        for task in self.tasks:
            task.groups = {self.group: PORT}
            task.register()

    def listener(self):
        """The listener that forwards to its target group."""
        return self.elbv2.describe_listeners(LoadBalancerArn=self.vpc.balancer.arn)["Listeners"][0]["ListenerArn"]

    def replaces_the_tasks(self):
        """ECS rolls the service out as it is now: new tasks take the place of the old ones, each of which it deregisters."""
        described = self.service.describe()
        assert self._has_something_to_roll_out(described), "no deployment was started"
        self._deployed(id=new_deployment_id(), networkConfiguration=described["networkConfiguration"],
                       taskDefinition=described["taskDefinition"])
        self.service.deployment = self.service.describe()["deployments"][0]["id"]
        (entry,) = described["loadBalancers"]
        self.service.groups = {self.group: entry["containerPort"]}
        old, self.tasks = self.tasks, self.service.start_tasks(len(self.tasks))
        for task in self.tasks:
            self.has(task, *described["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"])
        for task in old:
            task.stop()

    def _has_something_to_roll_out(self, described):
        """Does UpdateService start a deployment of this?"""
        (deployment,) = described["deployments"]
        return (deployment["id"] != self.service.deployment
                or deployment["networkConfiguration"] != described["networkConfiguration"]
                or load_balancers(self.service.groups) != described["loadBalancers"])

    def _deployed(self, network_configuration=None, **changes):
        """The service's one deployment is this one, since long ago."""
        if network_configuration:
            self.service.set(network_configuration=network_configuration)
            changes["networkConfiguration"] = network_configuration
        (primary,) = self.service.describe()["deployments"]
        self.service.set(deployments=[{**primary, **changes, "createdAt": LONG_AGO, "updatedAt": LONG_AGO}])


def target_missing(shop):
    shop.starts(registered=False)


def target_missing_and_replaced(shop):
    target_missing(shop)
    shop.ecs = shop.replaces_the_tasks


def target_stale(shop):
    shop.dead_task()


def target_hijacked(shop):
    shop.hijacked_task()
    shop.ledger = shop.account.ledger()


def target_wrong_port(shop):
    task = shop.starts()
    shop.group.register(task.address, PORT + 1)


def target_on_the_wrong_port_only(shop):
    task = shop.starts(registered=False)
    shop.group.register(task.address, PORT + 1)


def target_foreign(shop):
    box = shop.subnet.interface(shop.subnet.address(99))
    shop.group.register(box.address, PORT)


def target_wrong_group(shop):
    green = shop.vpc.target_group("green")
    use_native_strategy(shop.service, shop.group, green)
    green.register(*shop.tasks[0].target())


def target_stuck_initial(shop):
    task = shop.starts()
    shop.group.set_state(*task.target(), "initial")
    shop.account.ledgers_saw(shop.group, task.target(), task, shop.service)
    shop.ledger = shop.account.ledger()
    shop.ledger.targets_seen(minutes_ago=60)


def targets_are(state, reason, all_of_them=False):
    def story(shop):
        for task in shop.tasks if all_of_them else shop.tasks[:1]:
            shop.group.set_state(*task.target(), state, reason)

    return story


def security_group_required(shop):
    shop.vpc.security_group("base")
    shop.policy = guarding(required=["name:base"])
    shop.ecs = shop.replaces_the_tasks


def security_group_required_of_one_task(shop):
    base = shop.vpc.security_group("base")
    shop.declares(shop.vpc.task_security_group, base)
    shop.has(shop.tasks[0], shop.vpc.task_security_group)
    shop.policy = guarding(required=["name:base"])
    shop.ecs = shop.replaces_the_tasks


def security_group_forbidden(shop):
    shop.declares(shop.vpc.task_security_group, shop.vpc.security_group("open"))
    shop.policy = guarding(forbidden=["name:open"])
    shop.ecs = shop.replaces_the_tasks


def security_group_forbidden_on_one_task(shop):
    security_group_drift(shop)
    shop.policy = guarding(forbidden=["name:open"])


def security_group_drift(shop):
    shop.has(shop.tasks[0], shop.vpc.task_security_group, shop.vpc.security_group("open"))
    shop.ecs = shop.replaces_the_tasks


def default_group_by_hand(shop):
    groups = shop.ec2.describe_security_groups(Filters=[
        {"Name": "vpc-id", "Values": [shop.vpc.id]}, {"Name": "group-name", "Values": ["default"]}])
    shop.has(shop.tasks[0], shop.vpc.task_security_group, groups["SecurityGroups"][0]["GroupId"])
    shop.ecs = shop.replaces_the_tasks


def on_the_interface_alone(story):
    """The same, and ECS does nothing about it."""

    def alone(shop):
        story(shop)
        shop.ecs = None

    return alone


def security_group_unresolved(shop):
    shop.policy = guarding(required=["name:nobody"])


def traffic_blocked(shop):
    shop.lets_nothing_in()


def traffic_blocked_behind_a_balancer_with_groups(shop):
    shop.lets_nothing_in()
    shop.is_behind(balancer_with_groups(shop))


def balancer_with_groups(shop, lets_in=True):
    """A load balancer with a security group that lets clients in, or nobody."""
    shop.doors = shop.vpc.security_group("doors")
    if lets_in:
        shop.ec2.authorize_security_group_ingress(GroupId=shop.doors, IpPermissions=WORLD)
    balancer = shop.vpc.load_balancer("closed", security_groups=[shop.doors])
    balancer.crosses_zones()
    balancer.has_nodes(host=201)
    return balancer


def private_link_blocked(shop):
    """Its group is let in, which what comes through an endpoint service isn't let in by once its groups don't filter that."""
    balancer = balancer_with_groups(shop)
    shop.is_behind(balancer)
    shop.lets_nothing_in()
    group = [{"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "UserIdGroupPairs": [{"GroupId": shop.doors}]}]
    shop.ec2.authorize_security_group_ingress(GroupId=shop.vpc.task_security_group, IpPermissions=group)
    shop.elbv2.set_security_groups(
        LoadBalancerArn=balancer.arn, SecurityGroups=[shop.doors],
        EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic="off")
    shop.ec2.create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[balancer.arn])


def health_checks_blocked(shop):
    shop.elbv2.modify_target_group(TargetGroupArn=shop.group.arn, HealthCheckPort="9090")


def world_open_besides(shop):
    shop.ec2.authorize_security_group_ingress(GroupId=shop.vpc.task_security_group, IpPermissions=WORLD)


def world_open_and_nothing_else(shop):
    shop.lets_nothing_in()
    world_open_besides(shop)


def world_open_in_two_rules(shop):
    world_open_and_nothing_else(shop)
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    shop.ec2.authorize_security_group_ingress(GroupId=shop.vpc.task_security_group, IpPermissions=everything)


def balancer_without_a_listener(shop):
    shop.elbv2.delete_listener(ListenerArn=shop.listener())


def balancer_lets_nobody_in(shop):
    shop.is_behind(balancer_with_groups(shop, lets_in=False))


def balancer_of_an_endpoint_service_lets_nobody_in(shop):
    balancer = balancer_with_groups(shop, lets_in=False)
    shop.is_behind(balancer)
    shop.ec2.create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[balancer.arn])


def listener_forwards_nothing(shop):
    groups = [{"TargetGroupArn": shop.group.arn, "Weight": 0}]
    shop.elbv2.modify_listener(ListenerArn=shop.listener(), DefaultActions=[
        {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}])


def zone_without_targets(shop):
    attributes = [{"Key": "load_balancing.cross_zone.enabled", "Value": "false"}]
    shop.elbv2.modify_load_balancer_attributes(LoadBalancerArn=shop.vpc.balancer.arn, Attributes=attributes)


def zone_not_enabled(shop):
    zone_without_targets(shop)
    subnet = shop.vpc.subnet("10.0.3.0/24", zone="c")
    # It faces the internet, and the new zone's subnet is as public as its own.
    gateway = shop.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    shop.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=shop.vpc.id)
    table = shop.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [shop.vpc.id]}])["RouteTables"][0]
    shop.ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    shop.cluster.service("far", {shop.vpc.target_group("far"): PORT}, desired=0, subnets=[subnet])


def zone_to_leave(shop):
    zone_without_targets(shop)
    subnets = [*shop.service.subnets, shop.vpc.subnet("10.0.3.0/24", zone="c")]
    shop.cluster.service("far", {shop.vpc.target_group("far"): PORT}, desired=0, subnets=subnets)


def in_another_vpc(shop):
    other = shop.account.vpc("10.1.0.0/16", ("10.1.1.0/24", "10.1.2.0/24"))
    other.lets_in(PORT)
    group = shop.vpc.target_group("far")
    shop.cluster.service("far", {group: PORT}, desired=1, subnets=other.subnets).start_task()


def no_time_to_start(shop):
    message = f"(service web) (port 8080) is unhealthy in (target-group {shop.group.arn}) due to (reason Health checks failed)."
    now = datetime.now(timezone.utc).isoformat()
    shop.service.set(events=[{"id": id, "createdAt": now, "message": message} for id in ("1", "2")])


def client_of_itself(shop):
    dns = shop.elbv2.describe_load_balancers(LoadBalancerArns=[shop.vpc.balancer.arn])["LoadBalancers"][0]["DNSName"]
    shop.service.runs(register_task_definition(
        shop.account, "web", [PORT], environment=[{"name": "UPSTREAM", "value": f"http://{dns}:8000"}]))
    shop.group.attribute("preserve_client_ip.enabled", "true")


def drains_for_five_seconds(shop):
    shop.group.attribute("deregistration_delay.timeout_seconds", 5)


def maps_another_port(shop):
    shop.vpc.lets_in(PORT + 1)
    shop.service.runs(shop.service.new_task_definition(PORT + 1))
    targets_are("unhealthy", "Target.FailedHealthChecks", all_of_them=True)(shop)
    shop.ecs = shop.replaces_the_tasks


def is_registered_by_hand(shop):
    stray = shop.neighbour("stray", desired=2)
    stray.set(load_balancers=[])
    for task in (stray.start_task(registered=False), stray.start_task(registered=False)):
        shop.group.register(task.address, PORT)


def is_behind_instances(shop):
    group = shop.vpc.target_group("boxes", TargetType="instance")
    shop.cluster.service("boxes", {group: PORT}, desired=0)


def its_group_was_made_anew(shop):
    idle = shop.neighbour("idle", desired=0)
    next(iter(idle.groups)).delete()
    shop.vpc.target_group("idle")


def may_be_scaled_to_nothing(shop):
    shop.service.scaled(0, 3)


def may_grow_in_a_small_subnet(shop):
    subnet = shop.vpc.subnet("10.0.9.0/28", zone="a")
    tight = shop.cluster.service("tight", {shop.vpc.target_group("tight"): PORT}, desired=1, subnets=[subnet])
    tight.start_task()
    tight.scaled(1, 13)


def checks_a_port_that_no_container_maps(shop):
    shop.vpc.lets_in(9090)
    shop.elbv2.modify_target_group(TargetGroupArn=shop.group.arn, HealthCheckPort="9090")


def serves_udp_and_answers_checks_beside(shop):
    shop.vpc.lets_in(9090)
    group = shop.vpc.target_group("dns", Protocol="UDP")
    shop.cluster.service("dns", {group: 53}, desired=0).runs(register_task_definition(
        shop.account, "dns", {53: "udp", 9090: "tcp"}))


def no_task_stays(shop):
    """Its tasks stop again and again, for a quarter of an hour already."""
    ends = {"stopCode": "TaskFailedToStart", "stoppedReason": "CannotPullContainerError: pull image manifest has been retried"}
    for task, minutes in zip(shop.tasks, (25, 15, 5), strict=True):
        task.stop()
        then = datetime.now(timezone.utc) - timedelta(minutes=minutes)
        shop.account.set("task", task.arn, stoppedAt=then.isoformat(), **ends)
    now = datetime.now(timezone.utc).isoformat()
    message = "(service web) is unable to consistently start tasks successfully."
    shop.service.set(events=[{"id": "1", "createdAt": now, "message": message}])
