"""`ecs-nlb-guard audit` of several Regions: one report with a part for each."""

import csv
import io
import json
import xml.etree.ElementTree as xml

import pytest
from harness.faults import denied, refused
from harness.wire import Answer

RULES = ("--rule", "target-*")
BOTH = (*RULES, "--region", "us-east-1,eu-west-1")
ACCOUNT = "111122223333"

pytestmark = pytest.mark.usefixtures("everything_wrong")


@pytest.fixture
def cli(cli, account):
    return cli.where(GUARD_LEDGER_TABLE=account.ledger().name)


def enables(proxy, *regions):
    """The account has these Regions."""
    items = "".join(f"<item><regionName>{region}</regionName><optInStatus>opt-in-not-required</optInStatus></item>"
                    for region in regions)
    body = f"<DescribeRegionsResponse><regionInfo>{items}</regionInfo></DescribeRegionsResponse>"
    proxy.answers("ec2:DescribeRegions", lambda call: Answer(200, {"Content-Type": "text/xml"}, body.encode()))


def fails_in(proxy, region, action, fault):
    """An action fails in one Region, which the signature names."""
    proxy.answers(action, lambda call: fault(call) if f"/{region}/" in call.headers["authorization"] else None)


def places(report):
    return [(part["account"], part["region"]) for part in report["parts"]]


def test_several_regions_are_a_part_each(cli, tmp_path):
    ran = cli.run("audit", *BOTH, "--fail-on", "critical")
    assert ran.status == 1 and "eu-west-1: There was nothing to judge." in ran.out, ran.err
    assert ran.out.count("Account 111122223333, us-east-1: 1 service loses traffic: prod/web") == 1
    assert ran.lines()[-1].startswith("2 parts: 1 critical, ")
    ran = cli.run("audit", *BOTH, "--out", "report-{region}.json", "--out", "report-{region}.html")
    assert ran.status == 0, ran.err
    assert {json.loads(path.read_text())["region"] for path in tmp_path.glob("report-*.json")} == {"us-east-1", "eu-west-1"}
    assert "account 111122223333, eu-west-1" in (tmp_path / "report-eu-west-1.html").read_text()
    assert "report-us-east-1.json, report-us-east-1.html: account 111122223333, us-east-1: 1 critical" in ran.err


def test_all_regions_are_those_that_are_enabled(cli, proxy):
    enables(proxy, "us-east-1", "ap-south-1", "eu-west-1")
    ran = cli.run("audit", *RULES, "--region", "all", "--format", "json")
    assert ran.status == 0, ran.err
    assert places(json.loads(ran.out)) == [(ACCOUNT, "ap-south-1"), (ACCOUNT, "eu-west-1"), (ACCOUNT, "us-east-1")]
    assert proxy.calls["ec2:DescribeRegions"] == 1 and proxy.log[1].mentions("AllRegions=false")


def test_all_regions_are_found_where_none_is_set(cli, proxy):
    enables(proxy, "us-east-1", "eu-west-1")
    ran = cli.where(AWS_REGION=None).run("audit", *RULES, "--region", "all")
    assert ran.status == 0 and "eu-west-1: There was nothing to judge." in ran.out, ran.err


def test_every_format_says_whose_each_part_is(cli, tmp_path):
    names = ("a.json", "a.sarif", "a.xml", "a.csv", "a.md", "a.txt", "a.ocsf.json")
    ran = cli.run("audit", *BOTH, *(word for name in names for word in ("--out", name)))
    assert ran.status == 0 and ran.out == "", ran.err
    assert ", ".join(names) + ": 2 parts: 1 critical, " in ran.err
    text = {name: (tmp_path / name).read_text() for name in names}
    report = json.loads(text["a.json"])
    assert places(report) == [(ACCOUNT, "us-east-1"), (ACCOUNT, "eu-west-1")]
    findings = report["parts"][0]["findings"]
    assert findings and report["parts"][1]["findings"] == []
    runs = json.loads(text["a.sarif"])["runs"]
    assert [(run["properties"]["account"], run["properties"]["region"]) for run in runs] == places(report)
    suites = {suite.get("name") for suite in xml.fromstring(text["a.xml"])}
    assert {"111122223333 us-east-1 target-stale", "111122223333 eu-west-1 target-stale"} <= suites
    rows = list(csv.DictReader(io.StringIO(text["a.csv"])))
    assert len(rows) == len(findings) and {(row["account"], row["region"]) for row in rows} == {(ACCOUNT, "us-east-1")}
    for name in ("a.md", "a.txt"):
        assert all(region in text[name] for region in ("us-east-1", "eu-west-1")) and "2 parts: " in text[name]
    events = json.loads(text["a.ocsf.json"])
    assert len(events) == len(findings) and {event["cloud"]["region"] for event in events} == {"us-east-1"}
    annotations = cli.run("audit", *BOTH, "--format", "github").lines()
    titles = [line for line in annotations if "title=111122223333 us-east-1 " in line]
    assert len(titles) == len(findings) and len(annotations) == len(findings) + 2


def test_report_of_several_regions_is_a_baseline_of_each(cli):
    assert cli.run("audit", *BOTH, "--out", "old.json").status == 0
    same = cli.run("audit", *BOTH, "--baseline", "old.json", "--fail-on", "low")
    assert same.status == 0 and "in the baseline" in same.out, same.err
    ran = cli.run("diff", "old.json", "old.json")
    assert ran.status == 0 and ran.out.count("0 new, 0 gone") == 2, ran.err
    assert cli.run("audit", *RULES, "--out", "one.json").status == 0
    ran = cli.run("audit", *BOTH, "--baseline", "one.json", "--fail-on", "low")
    assert ran.status == 0 and "Gone since" not in ran.out, ran.err
    ran = cli.run("diff", "old.json", "one.json")
    assert ran.status == 0 and ran.out.count("0 new, 0 gone") == 1, ran.err
    assert "Only in the earlier report, and not compared: account 111122223333" in ran.err, ran.err


def test_region_that_cannot_be_read_is_a_gap_in_its_part_and_hides_no_other(cli, proxy):
    fails_in(proxy, "eu-west-1", "sts:GetCallerIdentity", refused("InvalidClientTokenId", "The security token is invalid"))
    ran = cli.run("audit", *RULES, "--region", "eu-west-1,us-east-1", "--format", "json")
    assert ran.status == 3, ran.err
    report = json.loads(ran.out)
    assert places(report) == [(ACCOUNT, "us-east-1"), (ACCOUNT, "eu-west-1")]
    (gap,) = report["parts"][1]["coverage"]["unread"]
    assert gap["operation"] == "sts:GetCallerIdentity" and "InvalidClientTokenId" in gap["error"]
    assert report["parts"][0]["findings"] and report["parts"][0]["coverage"]["unread"] == []
    assert ran.err.count("the Region isn't enabled for the account") == 1
    ran = cli.run("audit", *RULES, "--region", "eu-west-1,us-east-1", "--fail-on", "critical")
    assert ran.status == 1 and "us-east-1: 1 service loses traffic" in ran.out and "1 look-up failed" in ran.lines()[-1]


def test_denied_region_is_a_gap_and_the_statement_is_said_once(cli, proxy):
    enables(proxy, "us-east-1", "eu-west-1", "eu-west-2")
    for region in ("eu-west-1", "eu-west-2"):
        fails_in(proxy, region, "ecs:ListClusters", denied)
    ran = cli.run("audit", *RULES, "--region", "all")
    assert ran.status == 3 and "us-east-1: 1 service loses traffic" in ran.out, ran.err
    assert ran.out.count("ecs:ListClusters on ") == 2 and ran.err.count('"ecs:ListClusters"') == 1, ran.err


def test_regions_that_cannot_be_listed_are_a_gap_with_the_permission_to_add(cli, proxy):
    proxy.fails("ec2:DescribeRegions", denied)
    ran = cli.run("audit", "--region", "all")
    assert ran.status == 3 and '"ec2:DescribeRegions"' in ran.err, ran.err
    assert "Account 111122223333, us-east-1: Nothing found in what could be read; 1 look-up failed." in ran.out


def test_no_such_region_does_not_stop_the_others(cli):
    ran = cli.run("audit", *RULES, "--region", "Frankfurt,us-east-1")
    assert ran.status == 2 and 'Frankfurt: "Frankfurt" is not a Region' in ran.err
    assert "us-east-1: 1 service loses traffic: prod/web" in ran.out


def test_without_credentials_it_is_said_once(nobody, proxy):
    ran = nobody.where(AWS_ENDPOINT_URL=proxy.url).run("audit", "--region", "us-east-1,eu-west-1")
    assert ran.status == 3 and ran.out == "" and ran.err.count("there are no credentials") == 1, ran.err


def test_name_needs_to_be_in_one_region_only(cli):
    ran = cli.run("audit", *BOTH, "--service", "prod/web")
    assert ran.status == 0 and "us-east-1: 1 service loses traffic" in ran.out, ran.err
    assert ran.err == "Nothing has these names in eu-west-1.\n"
    ran = cli.run("audit", *BOTH, "--service", "prdo/web")
    assert ran.status == 2 and ran.out == "" and "us-east-1" in ran.err and "eu-west-1" in ran.err, ran.err


@pytest.mark.parametrize("words, says", [
    (("--region", "all,us-east-1"), "leave the others out"),
    (("--region", "us-east-1,,eu-west-1"), "a Region is missing"),
    (("--region", "us-east-1,eu-west-1", "--format", "html"), "into a file: --out report.html"),
    (("--region", "all", "--format", "html"), "into a file: --out report.html"),
    (("--region", "us-east-1,eu-west-1", "--out", "a.html", "--out", "a-us-east-1.html"), "may have the second one's name"),
    (("--region", "us-east-1,eu-west-1", "--format", "html", "--out", "/dev/stdout"), "need a file beside which theirs can be"),
])
def test_what_cannot_be_is_refused_before_anything_is_read(cli, proxy, words, says):
    proxy.forget()
    ran = cli.run("audit", *words)
    assert ran.status == 2 and says in ran.err and ran.out == "", ran.err
    assert not proxy.calls


def test_progress_has_a_line_for_each_region(cli):
    out = cli.where(GUARD_QUOTA_SHARE="0.05").run_at_terminal("audit", *BOTH).out
    assert "us-east-1: " in out and "eu-west-1: " in out and "waiting for AWS's request quota" in out


def test_all_regions_is_of_the_audit_alone(cli):
    ran = cli.run("plan", "--region", "all")
    assert ran.status == 2 and "--region all: only `audit` takes several Regions" in ran.err
