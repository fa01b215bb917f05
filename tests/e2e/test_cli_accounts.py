"""`ecs-nlb-guard audit --role-arn`: several accounts, one report with a part for each account and Region."""

import csv
import io
import json
import re
import xml.etree.ElementTree as xml
from datetime import UTC, datetime, timedelta

import pytest
from harness.faults import denied
from harness.place import ACCOUNT, OTHER_ACCOUNT
from harness.wire import Answer

RULES = ("--rule", "target-*")
ROLES = f"arn:aws:iam::{ACCOUNT}:role/audit,arn:aws:iam::{OTHER_ACCOUNT}:role/audit"
PATTERN = ("--role-arn", "arn:aws:iam::{account}:role/audit", "--accounts", f"{ACCOUNT},{OTHER_ACCOUNT}")

pytestmark = pytest.mark.usefixtures("everything_wrong")


@pytest.fixture
def cli(cli, account):
    return cli.where(GUARD_LEDGER_TABLE=account.ledger().name)


def parts(report):
    return [(part["account"], part["region"]) for part in report["parts"]]


def assumed(proxy):
    return [call for call in proxy.log if call.action == "sts:AssumeRole"]


def test_each_account_is_a_part_with_the_credentials_of_its_role(cli, proxy):
    ran = cli.run("audit", *RULES, "--role-arn", ROLES, "--format", "json")
    assert ran.status == 0, ran.err
    report = json.loads(ran.out)
    assert parts(report) == [(ACCOUNT, "us-east-1"), (OTHER_ACCOUNT, "us-east-1")]
    assert report["parts"][0]["findings"] and report["parts"][1]["coverage"]["services"] == 0
    assert len(assumed(proxy)) == 2 and all(call.mentions("RoleSessionName=ecs-nlb-guard") for call in assumed(proxy))
    # Nothing else is asked with the caller's own credentials.
    own = {call.action for call in proxy.log if "Credential=testing/" in call.headers["authorization"]}
    assert own == {"sts:AssumeRole"}


def test_pattern_with_accounts_is_a_role_in_each(cli, proxy):
    ran = cli.run("audit", *RULES, *PATTERN, "--region", "us-east-1,eu-west-1", "--format", "json")
    assert ran.status == 0, ran.err
    assert parts(json.loads(ran.out)) == [(account, region) for account in (ACCOUNT, OTHER_ACCOUNT)
                                          for region in ("us-east-1", "eu-west-1")]
    assert len(assumed(proxy)) == 2, "once for each account, whatever the Regions"


def test_external_id_is_given_with_every_role(cli, proxy):
    ran = cli.run("audit", *RULES, *PATTERN, "--external-id", "7f3c9a:prod")
    assert ran.status == 0 and len(assumed(proxy)) == 2, ran.err
    assert all(call.mentions("ExternalId=7f3c9a:prod") for call in assumed(proxy))


def test_role_without_an_external_id_is_given_none(cli, proxy):
    assert cli.run("audit", *RULES, *PATTERN).status == 0
    assert not any(call.mentions("ExternalId") for call in assumed(proxy))


def test_page_of_several_parts_leads_to_the_page_of_each(cli, tmp_path):
    ran = cli.run("audit", *RULES, *PATTERN, "--region", "us-east-1,eu-west-1", "--out", "report.html")
    assert ran.status == 0, ran.err
    index = (tmp_path / "report.html").read_text()
    links = re.findall(r'<a href="([^"]+)">([^<]+)</a>', index)
    assert sorted(link for link, _ in links) == sorted(
        f"report-{account}-{region}.html" for account in (ACCOUNT, OTHER_ACCOUNT) for region in ("us-east-1", "eu-west-1"))
    assert links[0][0] == f"report-{ACCOUNT}-us-east-1.html", "the worst comes first"
    for link, says in links:
        assert f"<title>{says}" in (tmp_path / link).read_text(), "the page that it leads to is of that part"
    assert "4 parts: " in index and "<script" not in index


def test_page_with_a_part_of_each_name_is_one_for_each_account(cli, tmp_path):
    ran = cli.run("audit", *RULES, *PATTERN, "--region", "us-east-1,eu-west-1", "--out", "a-{account}.html")
    assert ran.status == 0, ran.err
    index = (tmp_path / f"a-{ACCOUNT}.html").read_text()
    assert re.findall(r'<a href="([^"]+)">', index) == [f"a-{ACCOUNT}-us-east-1.html", f"a-{ACCOUNT}-eu-west-1.html"]
    assert OTHER_ACCOUNT not in index


def test_one_role_is_one_part_like_the_report_without_a_role(cli):
    ran = cli.run("audit", *RULES, "--role-arn", f"arn:aws:iam::{ACCOUNT}:role/audit", "--format", "json")
    assert ran.status == 0 and json.loads(ran.out)["account"] == ACCOUNT, ran.err


def test_all_regions_are_those_of_each_account(cli, proxy):
    def regions(_):
        body = "<DescribeRegionsResponse><regionInfo><item><regionName>us-east-1</regionName></item></regionInfo></DescribeRegionsResponse>"
        return Answer(200, {"Content-Type": "text/xml"}, body.encode())

    proxy.answers("ec2:DescribeRegions", regions)
    ran = cli.run("audit", *RULES, *PATTERN, "--region", "all", "--format", "json")
    assert ran.status == 0 and parts(json.loads(ran.out)) == [(ACCOUNT, "us-east-1"), (OTHER_ACCOUNT, "us-east-1")], ran.err
    assert proxy.calls["ec2:DescribeRegions"] == 2


def test_every_format_says_whose_each_part_is(cli, tmp_path):
    names = ("a.sarif", "a.xml", "a.csv", "a.md", "a.txt", "a.ocsf.json", "a-{account}.html", "a-{account}-{region}.json")
    ran = cli.run("audit", *RULES, *PATTERN, *(word for name in names for word in ("--out", name)))
    assert ran.status == 0 and ran.out == "", ran.err
    both = {ACCOUNT, OTHER_ACCOUNT}
    assert {run["properties"]["account"] for run in json.loads((tmp_path / "a.sarif").read_text())["runs"]} == both
    suites = {suite.get("name").split()[0] for suite in xml.fromstring((tmp_path / "a.xml").read_text())}
    assert suites == both
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text())))
    assert rows and {row["account"] for row in rows} == {ACCOUNT}
    for name in ("a.md", "a.txt"):
        assert all(account in (tmp_path / name).read_text() for account in both)
    assert {event["cloud"]["account"]["uid"] for event in json.loads((tmp_path / "a.ocsf.json").read_text())} == {ACCOUNT}
    for account in both:
        assert f"account {account}, us-east-1" in (tmp_path / f"a-{account}.html").read_text()
        assert json.loads((tmp_path / f"a-{account}-us-east-1.json").read_text())["account"] == account


def test_role_that_cannot_be_assumed_is_a_gap_and_hides_no_other_account(cli, proxy):
    proxy.fails("sts:AssumeRole", denied, mentioning=OTHER_ACCOUNT)
    ran = cli.run("audit", *RULES, *PATTERN, "--format", "json")
    assert ran.status == 3, ran.err
    report = json.loads(ran.out)
    assert parts(report) == [(ACCOUNT, "us-east-1"), (OTHER_ACCOUNT, "us-east-1")] and report["parts"][0]["findings"]
    (gap,) = report["parts"][1]["coverage"]["unread"]
    assert gap["operation"] == "sts:AssumeRole" and gap["resource"] == f"arn:aws:iam::{OTHER_ACCOUNT}:role/audit"
    assert "AccessDenied" in gap["error"]
    assert "the role's trust policy must name the caller" in ran.err and "permission is missing" not in ran.err
    ran = cli.run("audit", *RULES, *PATTERN, "--region", "all", "--fail-on", "critical")
    assert ran.status == 1 and f"Account {OTHER_ACCOUNT}, us-east-1: Nothing found in what could be read" in ran.out, ran.err


def test_only_role_that_cannot_be_assumed_says_what_to_do(cli, proxy):
    proxy.fails("sts:AssumeRole", denied)
    ran = cli.run("audit", "--role-arn", f"arn:aws:iam::{OTHER_ACCOUNT}:role/audit")
    assert ran.status == 3 and "the caller's policy must allow sts:AssumeRole on it" in ran.err, ran.err


def test_credentials_of_a_role_are_renewed_when_they_expire(cli, proxy):
    def short(call, answer):
        soon = (datetime.now(UTC) + timedelta(seconds=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
        answer.body = re.sub(rb"<Expiration>[^<]*<", f"<Expiration>{soon}<".encode(), answer.body)
        return answer

    proxy.rewrites("sts:AssumeRole", short)
    ran = cli.run("audit", *RULES, "--role-arn", f"arn:aws:iam::{ACCOUNT}:role/audit")
    assert ran.status == 0 and "prod/web" in ran.out, ran.err
    assert len(assumed(proxy)) > 3


@pytest.mark.parametrize("words, says", [
    (("--role-arn", "audit"), '"audit" is not the ARN of an IAM role, such as arn:aws:iam::111122223333:role/audit'),
    (("--role-arn", "arn:aws:iam::{account}:role/audit"), "name the accounts: --accounts"),
    (("--role-arn", "arn:aws:iam::{account}:role/audit", "--accounts", "1234"), '"1234" is not an account id of twelve digits'),
    (("--accounts", ACCOUNT), "--accounts needs a role that it can be put into"),
    (("--role-arn", f"arn:aws:iam::{ACCOUNT}:role/a,arn:aws:iam::{ACCOUNT}:role/b"), "are of one account"),
    (("--role-arn", f"arn:aws:iam::{ACCOUNT}:role/a,arn:aws-cn:iam::{OTHER_ACCOUNT}:role/a"), "are of different partitions"),
    ((*PATTERN, "--format", "html"), "write one with links to all of them into a file: --out report.html"),
    ((*PATTERN, "--external-id", "what is this"), "an external ID has 2 to 1,224 letters"),
    ((*PATTERN, "--external-id", "7"), "an external ID has 2 to 1,224 letters"),
    (("--external-id", "7f3c9a"), "--external-id is for the roles of --role-arn, and there is none"),
])
def test_what_cannot_be_is_refused_before_anything_is_read(cli, proxy, words, says):
    proxy.forget()
    ran = cli.run("audit", *words)
    assert ran.status == 2 and says in ran.err and ran.out == "", ran.err
    assert not proxy.calls
