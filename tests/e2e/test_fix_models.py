"""The commands of every rule's fixes, as the rules' own snapshot has them, against AWS's models: an operation that there is, with
parameters that it takes."""

import re
import shlex
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.session import Session

SNAPSHOT = Path(__file__).resolve().parents[2] / "shared/rules/tests/stories/snapshots/stories__prose__every_rule.snap"


def commands_by_rule():
    """The commands of each rule that has any."""
    commands, rule = {}, None
    for line in SNAPSHOT.read_text().splitlines():
        if line.startswith("## "):
            rule = re.search(r"\(([\w-]+), \w+\)$", line)[1]
        elif line.strip().startswith("aws "):
            commands.setdefault(rule, []).append(line.strip())
    return commands


COMMANDS_BY_RULE = commands_by_rule()
COMMANDS = sorted({command for commands in COMMANDS_BY_RULE.values() for command in commands})
#: Options of the AWS CLI itself.
GLOBAL = {"region", "query", "output"}
#: What the AWS CLI calls the opposite of a parameter that is true or false.
OPPOSITES = {"ingress": "egress"}
SESSION = Session()


def names_in(shape, seen=()):
    """The names of all members of a shape, however deep."""
    if shape.name in seen:
        return set()
    seen = (*seen, shape.name)
    if shape.type_name == "structure":
        return set(shape.members).union(*(names_in(member, seen) for member in shape.members.values()))
    return names_in(shape.member, seen) if shape.type_name == "list" else set()


def operation_of(service, words):
    """The operation that a command calls, and what is left of its words."""
    model = SESSION.get_service_model(service)
    if words[0] == "wait":
        waiters = SESSION.get_waiter_model(service)
        name = next(name for name in waiters.waiter_names if xform_name(name, "-") == words[1])
        return model.operation_model(waiters.get_waiter(name).operation), words[2:]
    name = next(name for name in model.operation_names if xform_name(name, "-") == words[0])
    return model.operation_model(name), words[1:]


def test_every_rule_that_a_command_can_mend_has_one():
    assert len(COMMANDS) > 15


@pytest.mark.parametrize("command", COMMANDS)
def test_command_calls_an_operation_with_parameters_that_it_takes(command):
    program, service, *words = shlex.split(command)
    assert program == "aws" and "--region" in words
    operation, words = operation_of(service, words)
    members = {xform_name(name, "-"): shape for name, shape in operation.input_shape.members.items()}
    given, option = {}, None
    for word in words:
        if word.startswith("--"):
            option = OPPOSITES.get(word[2:], word[2:])
            assert option in GLOBAL | set(members), option
            given[option] = []
        else:
            given[option].append(word)
    required = {xform_name(name, "-") for name in operation.input_shape.required_members}
    assert required <= set(given), required - set(given)
    for option, values in given.items():
        if option in GLOBAL:
            continue
        shape = members[option]
        assert values or shape.type_name == "boolean", option
        if shape.type_name in {"structure", "list"}:
            keys = {key for value in values for key in re.findall(r"(?:^|[,{\[])([A-Za-z]\w*)=", value)}
            assert keys <= names_in(shape), keys - names_in(shape)
