"""The published schemas of report and policy say what the program writes and reads."""

import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from scenes import EverythingWrong

DOCS = Path(__file__).resolve().parents[2] / "docs"


def validator(name):
    schema = json.loads((DOCS / name).read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def problems(name, document):
    return [f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(document)]


def test_report_of_a_broken_account_is_valid_and_its_groups_hold_every_finding(account, cli):
    EverythingWrong(account)
    cli = cli.where(GUARD_LEDGER_TABLE=account.ledger().name)
    report = json.loads(cli.run("audit", "--format", "json").out)
    assert problems("report.schema.json", report) == []
    assert report["findings"] and any(finding["fixes"] for finding in report["findings"])
    grouped = [one for group in report["groups"] for one in (*group["members"], *group["followers"])]
    assert sorted(grouped) == sorted(finding["fingerprint"] for finding in report["findings"])


def test_report_of_several_regions_is_valid_and_so_is_each_part(web, cli):
    assert web.tasks
    report = json.loads(cli.run("audit", "--rule", "target-*", "--region", "us-east-1,eu-west-1", "--format", "json").out)
    assert problems("report.schema.json", report) == [] and len(report["parts"]) == 2
    assert [problems("report.schema.json", part) for part in report["parts"]] == [[], []]
    report["parts"][0]["extra"] = 1
    assert any("extra" in problem for problem in problems("report.schema.json", report))


def test_report_of_a_healthy_account_is_valid(web, cli):
    assert web.tasks
    report = json.loads(cli.run("audit", "--rule", "target-*", "--format", "json").out)
    assert problems("report.schema.json", report) == [] and report["groups"] == []


@pytest.mark.parametrize(("change", "key"), [
    (lambda report: report.update(extra=1), "extra"),
    (lambda report: report["findings"][0].pop("fixes"), "fixes"),
    (lambda report: report["findings"][0].update(severity="grave"), "grave"),
])
def test_report_that_is_another_is_invalid(account, cli, change, key):
    EverythingWrong(account)
    report = json.loads(cli.run("audit", "--rule", "target-*", "--format", "json").out)
    change(report)
    assert any(key in problem for problem in problems("report.schema.json", report))


def test_policy_that_the_program_writes_is_valid_by_its_schema(cli, tmp_path):
    assert cli.run("policy", "init").status == 0
    policy = tomllib.loads((tmp_path / "policy.toml").read_text())
    assert policy and problems("policy.schema.json", policy) == []


def test_key_that_the_program_refuses_is_invalid_by_the_schema(cli, tmp_path):
    (tmp_path / "policy.json").write_text('{"registration": {"mdoe": "repair"}}')
    assert cli.run("policy", "check", str(tmp_path / "policy.json")).status == 2
    assert problems("policy.schema.json", {"registration": {"mdoe": "repair"}})
