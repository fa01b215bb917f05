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


Loader.add_multi_constructor("!", lambda loader, suffix, node: getattr(node, "value", None))


@pytest.fixture(scope="module")
def allowed():
    role = yaml.load(TEMPLATE.read_text(), Loader)["Resources"]["Deployer"]["Properties"]
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    return {name for one in statements for name in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])}


def test_template_is_valid():
    subprocess.run([Path(sys.executable).with_name("cfn-lint"), TEMPLATE], check=True)


def test_every_action_exists(allowed):
    assert [name for name in sorted(allowed) if not name.endswith("*") and not action(name)] == []


def test_nothing_is_allowed_on_the_services_that_are_watched(allowed):
    assert {name.split(":")[0] for name in allowed}.isdisjoint({"ecs", "ec2", "elasticloadbalancing", "application-autoscaling"})
