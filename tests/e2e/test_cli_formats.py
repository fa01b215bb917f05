"""`ecs-nlb-guard audit --format` and `--out`: each format is read by a program that isn't ours."""

import csv
import io
import json
import os
import re
from pathlib import Path

import pytest

RULES = ("--rule", "target-*")
#: The published JSON schema of SARIF 2.1.0, as `make setup` takes it from a package.
SARIF_SCHEMA = Path(os.environ.get("SARIF_SCHEMA", Path(__file__).resolve().parents[2] / ".venv/sarif-2.1.0.json"))

pytestmark = pytest.mark.usefixtures("everything_wrong")


@pytest.fixture
def cli(cli, account):
    return cli.where(GUARD_LEDGER_TABLE=account.ledger().name)


@pytest.fixture
def report(cli):
    return json.loads(cli.run("audit", *RULES, "--format", "json").out)


def test_sarif_is_valid_by_its_schema_and_has_every_finding(cli, report):
    from jsonschema.validators import validator_for

    log = json.loads(cli.run("audit", *RULES, "--format", "sarif").out)
    schema = json.loads(SARIF_SCHEMA.read_text())
    validator_for(schema)(schema).validate(log)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    told = {(result["ruleId"], result["partialFingerprints"]["ecsNlbGuard/v1"]) for result in run["results"]}
    assert told == {(finding["rule"], finding["fingerprint"]) for finding in report["findings"]}
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    assert run["invocations"][0]["executionSuccessful"] is True


def test_ocsf_is_a_detection_finding_to_a_model_of_its_schema(cli, report):
    from py_ocsf_models.events.findings.detection_finding import DetectionFinding

    events = json.loads(cli.run("audit", *RULES, "--format", "ocsf").out)
    findings = [DetectionFinding.model_validate(event) for event in events]
    assert [finding.finding_info.uid for finding in findings] == [each["fingerprint"] for each in report["findings"]]
    assert {finding.severity for finding in findings} >= {"Critical", "High"}
    assert all(finding.cloud.account.uid == report["account"] and finding.resources for finding in findings)


def test_junit_has_a_failure_for_each_finding_and_a_pass_for_each_rule_without(cli, report, tmp_path):
    from junitparser import Failure, JUnitXml

    assert cli.run("audit", *RULES, "--out", "report.xml").status == 0
    suites = JUnitXml.fromfile(tmp_path / "report.xml")
    failed = [case.classname for suite in suites for case in suite if any(isinstance(r, Failure) for r in case.result)]
    assert sorted(failed) == sorted(finding["rule"] for finding in report["findings"])
    passed = [case.classname for suite in suites for case in suite if case.is_passed]
    assert "target-unused" in passed and not set(passed) & set(failed)
    assert suites.failures == 0 or suites.failures == len(failed)


def test_csv_is_a_line_for_each_finding(cli, report):
    rows = list(csv.DictReader(io.StringIO(cli.run("audit", *RULES, "--format", "csv").out)))
    assert [row["fingerprint"] for row in rows] == [finding["fingerprint"] for finding in report["findings"]]
    assert all(row["account"] == report["account"] and row["summary"] for row in rows)


def test_markdown_is_rendered_as_a_table_with_every_finding(cli, report):
    from markdown_it import MarkdownIt

    page = MarkdownIt("commonmark").enable("table").render(cli.run("audit", *RULES, "--format", "markdown").out)
    assert page.count("<tr>") == len(report["findings"]) + page.count("<thead>")
    assert all(f"<code>{finding['rule']}</code>" in page for finding in report["findings"])


def test_github_annotations_follow_the_grammar_of_workflow_commands(cli, report):
    lines = cli.run("audit", *RULES, "--format", "github").lines()
    command = re.compile(r"::(error|warning|notice) title=((?:[^:,%\r\n]|%[0-9A-F]{2})*)::((?:[^%\r\n]|%[0-9A-F]{2})+)")
    parsed = [command.fullmatch(line) for line in lines]
    assert all(parsed), lines
    levels = {"critical": "error", "high": "error", "medium": "warning", "low": "notice"}
    assert [match[1] for match in parsed[:-1]] == [levels[finding["severity"]] for finding in report["findings"]]
    assert parsed[-1][2] == "ecs-nlb-guard" and report["account"] in parsed[-1][3]


def test_several_files_are_written_in_one_run_each_in_the_format_of_its_name(cli, tmp_path, proxy):
    names = ("a.html", "a.json", "a.sarif", "a.xml", "a.csv", "a.md", "a.txt", "a.ocsf.json")
    ran = cli.run("audit", *RULES, *(word for name in names for word in ("--out", name)))
    assert ran.status == 0 and ran.out == "", ran.err
    begins = {name: (tmp_path / name).read_text()[:24] for name in names}
    assert begins["a.html"].startswith("<!DOCTYPE html>") and begins["a.json"].startswith('{"schema":1')
    assert begins["a.sarif"].startswith('{"$schema"') and begins["a.xml"].startswith("<?xml")
    assert begins["a.csv"].startswith("severity,") and begins["a.md"].startswith("## ecs-nlb-guard")
    assert begins["a.txt"].startswith("Account ") and begins["a.ocsf.json"].startswith("[{")
    assert proxy.calls["sts:GetCallerIdentity"] == 1


def test_out_dash_is_standard_output_beside_files(cli, tmp_path):
    ran = cli.run("audit", *RULES, "--out", "-", "--out", "report.html", "--format", "json")
    assert json.loads(ran.out)["schema"] == 1
    assert (tmp_path / "report.html").read_text().startswith("<!DOCTYPE html>")
    assert cli.run("audit", *RULES, "--out", "-").out.startswith("Account ")


def test_a_name_whose_format_is_unknown_is_refused_before_anything_is_read(cli, proxy, tmp_path):
    for words, says in ((("--out", "report.pdf"), 'report.pdf: the extension "pdf" stands for no format'),
                        (("--out", "report"), "report: it has no extension"),
                        (("--out", "a.html", "--out", "b.json", "--format", "csv"), "--format"),
                        (("--out", "-", "--out", "-"), "more than once"),
                        (("--out", "a.csv", "--out", "a.csv"), "more than once"),
                        (("--format", "pdf"), "invalid value 'pdf'")):
        ran = cli.run("audit", *words)
        assert ran.status == 2 and says in ran.err, ran.err
    assert not proxy.calls and list(tmp_path.iterdir()) == []


def test_format_decides_where_the_name_does_not(cli, tmp_path):
    assert cli.run("audit", *RULES, "--out", "report", "--format", "csv").status == 0
    assert (tmp_path / "report").read_text().startswith("severity,")
