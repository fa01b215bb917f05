"""With permissions missing the audit finishes with what it may read, names each missing action, and abstains."""

import json
import urllib.request

import pytest
from harness.lambda_runtime import Function, settings_of
from scenes import PORT, EverythingWrong

READS = [
    "application-autoscaling:DescribeScalableTargets",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroupVpcAssociations",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpointServiceConfigurations",
    "ecs:DescribeClusters",
    "ecs:DescribeServiceRevisions",
    "ecs:DescribeServices",
    "ecs:DescribeTaskDefinition",
    "ecs:DescribeTasks",
    "ecs:ListClusters",
    "ecs:ListServices",
    "ecs:ListTasks",
    "elasticloadbalancing:DescribeAccountLimits",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTags",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
]


@pytest.fixture
def audit_that_may(account, audit_binary, server):
    """Audits the account with these permissions only, and returns the report."""
    iam = account.aws.iam

    def checks(first):
        """IAM's checks begin after so many calls."""
        request = urllib.request.Request(f"{server.url}/moto-api/reset-auth", data=first.encode(), method="POST",
                                         headers={"Content-Type": "text/plain"})
        urllib.request.urlopen(request).read()

    def audit(actions):
        iam.create_user(UserName="audit")
        iam.put_user_policy(UserName="audit", PolicyName="reads", PolicyDocument=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": sorted(actions), "Resource": "*"}]}))
        key = iam.create_access_key(UserName="audit")["AccessKey"]
        settings = {**settings_of(server.url), "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
                    "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        checks("0")
        try:
            with Function(audit_binary, settings) as function:
                return function.invoke({}).report
        finally:
            checks("inf")

    return audit


@pytest.fixture
def wrong(account):
    """Something wrong of many kinds, also in what a service is made from."""
    wrong = EverythingWrong(account)
    wrong.vpc.lets_in(PORT)
    wrong.service.scaled(0, 10)
    odd = wrong.neighbour("odd", desired=0)
    odd.runs(odd.new_task_definition(PORT + 1))
    far = wrong.vpc.subnet("10.0.3.0/24", zone="c")
    wrong.cluster.service("far", {wrong.vpc.target_group("far"): PORT}, desired=0, subnets=[far])
    idle = wrong.neighbour("idle", desired=0)
    next(iter(idle.groups)).delete()
    return wrong


def rules(report):
    return {finding["rule"] for finding in report["findings"]}


def missing(report):
    return {unread["operation"] for unread in report["coverage"]["unread"]}


#: What must not be told without each of these, of what is wrong with the account.
RESTS_ON = {
    "application-autoscaling:DescribeScalableTargets": {"scaling-floor-zero"},
    "ecs:DescribeTaskDefinition": {"port-mismatch"},
    "elasticloadbalancing:DescribeTargetGroupAttributes": {"zone-not-enabled"},
    "elasticloadbalancing:DescribeTargetHealth": {"target-missing", "target-stale", "target-foreign"},
    "ecs:DescribeTasks": {"target-missing", "target-stale", "target-foreign"},
    "ecs:ListTasks": {"target-missing", "target-stale", "target-foreign"},
    "ec2:DescribeNetworkInterfaces": {"target-stale", "target-foreign"},
    "ec2:DescribeSubnets": {"target-stale", "target-foreign", "zone-not-enabled"},
    "ecs:ListServices": {"target-missing", "target-stale", "scaling-floor-zero", "target-group-not-found"},
    "ecs:DescribeServices": {"target-missing", "target-stale", "scaling-floor-zero", "target-group-not-found"},
}


@pytest.mark.usefixtures("wrong")
def test_with_every_permission_everything_is_read(audit_that_may):
    report = audit_that_may(READS)
    assert missing(report) == set()
    assert rules(report) >= set().union(*RESTS_ON.values())


@pytest.mark.usefixtures("wrong")
@pytest.mark.parametrize("action", RESTS_ON)
def test_missing_permission_is_named_and_what_rests_on_it_is_not_told(audit_that_may, action):
    report = audit_that_may(set(READS) - {action})
    assert missing(report) == {action}
    assert not rules(report) & RESTS_ON[action]
    told = {rule for other, those in RESTS_ON.items() if not those & RESTS_ON[action] for rule in those}
    assert rules(report) >= told - RESTS_ON[action] - {"target-foreign"} or action.startswith("ecs:")


@pytest.mark.usefixtures("wrong")
def test_several_missing_permissions_are_all_named(audit_that_may):
    gone = {"application-autoscaling:DescribeScalableTargets", "elasticloadbalancing:DescribeTargetHealth",
            "ecs:DescribeTaskDefinition"}
    report = audit_that_may(set(READS) - gone)
    assert missing(report) == gone
    assert "target-group-not-found" in rules(report)


@pytest.mark.usefixtures("wrong")
def test_without_any_permission_the_audit_still_ends(audit_that_may):
    report = audit_that_may({"sts:GetCallerIdentity"})
    assert report["findings"] == []
    assert missing(report) >= {"ecs:ListClusters", "elasticloadbalancing:DescribeTargetGroups"}
