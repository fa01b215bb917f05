"""The role that deploys: the template is valid, its actions exist, and none of them is on the services that are watched."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from reference import action
from stack import ROOT

TEMPLATE = ROOT / "infra/accounts/deployer.yaml"


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as what they are about."""


def short_form(loader, suffix, node):
    return loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else node.value


Loader.add_multi_constructor("!", short_form)


@pytest.fixture(scope="module")
def statements():
    """By name; those that only a parameter brings are among them."""
    role = yaml.load(TEMPLATE.read_text(), Loader)["Resources"]["Deployer"]["Properties"]
    every = role["Policies"][0]["PolicyDocument"]["Statement"]
    every = [one if isinstance(one, dict) else one[1] for one in every]
    return {one["Sid"]: {**one, "Action": [one["Action"]] if isinstance(one["Action"], str) else one["Action"]} for one in every}


@pytest.fixture(scope="module")
def allowed(statements):
    return {name for one in statements.values() for name in one["Action"]}


def test_template_is_valid():
    subprocess.run([Path(sys.executable).with_name("cfn-lint"), TEMPLATE], check=True)


def test_every_action_exists(allowed):
    assert [name for name in sorted(allowed) if not name.endswith("*") and not action(name)] == []


def test_nothing_is_allowed_on_the_services_that_are_watched_but_to_see_a_vpc(allowed):
    watched = {name for name in allowed if name.split(":")[0] in {"ecs", "ec2", "elasticloadbalancing", "application-autoscaling"}}
    assert watched == {"ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"}


def test_no_role_but_the_functions_own_can_be_changed(statements):
    for name in ("Roles", "WhatRolesMayDo", "HandRolesToLambda"):
        roles = [arn.partition(":role/")[2] for arn in statements[name]["Resource"]]
        ours = {f"{path}${{Name}}-{function}-*" for function in ("registrar", "guard", "audit") for path in ("", "*/")}
        assert set(roles) == ours, name
    assert not [name for name in statements["Roles"]["Action"] if name in {"iam:CreateRole", "iam:PutRolePolicy"}]


@pytest.mark.parametrize("name, kind", [
    ("lambda:TagResource", "event-source-mapping"), ("lambda:TagResource", "function"),
    ("lambda:UntagResource", "event-source-mapping"), ("s3:GetObject", "s3:::${CodeBuckets}/"),
])
def test_what_a_deploy_calls_is_allowed_on_what_it_calls_it_on(statements, name, kind):
    def arns(one):
        return [one["Resource"]] if isinstance(one["Resource"], str) else one["Resource"]

    assert any(kind in arn for one in statements.values() if name in one["Action"] for arn in arns(one))
