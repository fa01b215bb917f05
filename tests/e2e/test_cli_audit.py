"""`ecs-nlb-guard audit`: formats, exit statuses, pipes and terminals."""

import json
import re
import subprocess

import pytest
from harness.faults import denied
from scenes import EverythingWrong

ESCAPE = "\x1b"


@pytest.fixture
def broken(account):
    """One task that its target group doesn't have."""
    scene = EverythingWrong(account)
    return scene


@pytest.fixture
def cli(cli, account, request):
    """Who asks about a broken account asks with the ledger: it alone proves that a target with a live owner was somebody else's."""
    if "broken" not in request.fixturenames:
        return cli
    request.getfixturevalue("broken")
    return cli.where(GUARD_LEDGER_TABLE=account.ledger().name)


def slugs(report):
    return {finding["rule"] for finding in report["findings"]}


@pytest.mark.usefixtures("web")
def test_audit_of_a_healthy_account_is_one_screen_without_a_registration_fault(cli):
    ran = cli.run("audit", "--rule", "target-*")
    assert (ran.status, ran.err) == (0, "")
    assert re.search(r"Nothing found by the \d+ rules asked for\.", ran.out) and len(ran.lines()) < 12


@pytest.mark.usefixtures("broken")
def test_audit_tells_the_same_in_every_format(cli, account):
    audit = ("audit", "--rule", "target-*", "--ledger-table", account.ledger().name)
    text = cli.run(*audit)
    told = json.loads(cli.run(*audit, "--format", "json").out)
    page = cli.run(*audit, "--format", "html").out
    assert slugs(told) == {"target-missing", "target-stale", "target-hijacked", "target-wrong-port", "target-foreign"}
    assert told["account"] == "111122223333" and told["schema"] == 1
    for finding in told["findings"]:
        target = finding["resources"]["target"]
        assert f"{target['ip']}:{target['port']}" in text.out and finding["rule"] in text.out
        assert finding["fingerprint"] in page
    assert ESCAPE not in text.out
    assert page.startswith("<!DOCTYPE html>") and "prod/web" in page


@pytest.mark.usefixtures("broken")
def test_audit_changes_nothing_in_the_account(cli, account, proxy):
    before = account.targets()
    cli.run("audit")
    assert account.targets() == before and proxy.changes() == []


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("severity, status", [("critical", 1), ("high", 1), ("low", 1)])
def test_fail_on_exits_with_1_where_something_is_as_bad(cli, severity, status):
    assert cli.run("audit", "--fail-on", severity).status == status


@pytest.mark.usefixtures("broken")
def test_without_fail_on_findings_are_no_failure(cli):
    assert cli.run("audit", "--rule", "target-*").status == 0


@pytest.mark.usefixtures("web")
def test_fail_on_exits_with_0_where_nothing_is_as_bad(cli):
    assert cli.run("audit", "--rule", "target-*", "--fail-on", "low").status == 0


@pytest.mark.usefixtures("broken")
def test_only_what_was_asked_for_is_looked_at(cli):
    ran = cli.run("audit", "--service", "prod/api", "--rule", "target-*", "--format", "json")
    assert {finding["resources"]["service"].rpartition("/")[2] for finding in json.loads(ran.out)["findings"]} <= {"api"}
    ran = cli.run("audit", "--rule", "target-stale", "--format", "json")
    assert slugs(json.loads(ran.out)) == {"target-stale"}


@pytest.mark.usefixtures("broken")
def test_out_writes_the_file_whole_in_the_format_of_its_name(cli, tmp_path):
    for name, begins in (("report.html", "<!DOCTYPE html>"), ("report.json", '{"schema":1'), ("report.txt", "Account ")):
        ran = cli.run("audit", "--rule", "target-*", "--out", name)
        assert ran.status == 0 and ran.out == ""
        assert (tmp_path / name).read_text().startswith(begins)
        assert name in ran.err and "critical" in ran.err
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["report.html", "report.json", "report.txt"]


@pytest.mark.usefixtures("web")
def test_out_that_cannot_be_written_is_said_and_leaves_nothing(cli, tmp_path):
    ran = cli.run("audit", "--out", "nowhere/report.html")
    assert ran.status == 2 and "nowhere/report.html can't be written" in ran.err
    assert list(tmp_path.glob("*.part")) == []


@pytest.mark.usefixtures("broken")
def test_colours_are_for_terminals_that_want_them(cli):
    at_terminal = cli.run_at_terminal("audit", "--rule", "target-*")
    assert ESCAPE + "[" in at_terminal.out
    plain = cli.where(NO_COLOR="1").run_at_terminal("audit", "--rule", "target-*")
    assert "\x1b[31m" not in plain.out and "\x1b[1m" not in plain.out
    assert ESCAPE not in cli.run("audit", "--rule", "target-*").out
    assert ESCAPE not in cli.where(CLICOLOR="1").run("audit", "--rule", "target-*").out
    assert ESCAPE in cli.where(CLICOLOR_FORCE="1").run("audit", "--rule", "target-*").out
    assert ESCAPE in cli.run("--color", "always", "audit", "--rule", "target-*").out


@pytest.mark.usefixtures("broken")
def test_lines_are_as_wide_as_the_terminal_and_whole_in_a_pipe(cli):
    narrow = cli.where(NO_COLOR="1").run_at_terminal("audit", "--rule", "target-*", columns=70)
    report = narrow.out[narrow.out.index("Account "):]
    long = [line for line in report.splitlines() if len(line) > 70]
    # What is to be pasted isn't broken.
    assert all(" " not in line.strip() or line.strip().startswith("$ ") for line in long), long
    assert max(map(len, cli.run("audit", "--rule", "target-*").lines())) > 100


@pytest.mark.usefixtures("web")
def test_progress_is_shown_at_a_terminal_and_never_in_a_pipe(cli):
    shown = cli.where(GUARD_QUOTA_SHARE="0.05").run_at_terminal("audit").out
    assert "waiting for AWS's request quota" in shown and "about " in shown
    assert "reading" not in cli.run("audit", "--rule", "target-*").err


@pytest.mark.usefixtures("broken")
def test_whoever_stops_reading_has_read_enough(cli):
    process = cli.start("audit", "--format", "html")
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=60), err) == (0, "")


@pytest.mark.usefixtures("web")
def test_page_is_not_thrown_at_a_terminal(cli):
    ran = cli.run_at_terminal("audit", "--format", "html")
    assert ran.status == 2 and "--out report.html" in ran.out


@pytest.mark.usefixtures("web")
def test_json_goes_through_a_pipe_to_another_program(cli):
    audit = cli.start("audit", "--format", "json", stderr=subprocess.DEVNULL)
    read = subprocess.run(["python3", "-c", "import json, sys; print(json.load(sys.stdin)['coverage']['services'])"],
                          stdin=audit.stdout, capture_output=True, text=True, check=True)
    audit.stdout.close()
    assert audit.wait(timeout=60) == 0 and read.stdout == "1\n"


def test_empty_region_is_no_clean_bill_of_health(cli, account):
    ran = cli.run("audit")
    assert ran.status == 4
    assert f"Account {account.id}, us-east-1: There was nothing to judge." in ran.out
    assert "is this the Region you mean?" in ran.err
    assert cli.run("audit", "--allow-empty").status == 0
    assert cli.run("plan").status == 4 and cli.run("plan", "--allow-empty").status == 0


@pytest.mark.usefixtures("broken")
def test_lists_may_be_separated_by_commas(cli):
    ran = cli.run("audit", "--rule", "target-stale,target-missing", "--service", "prod/{web,api}", "--format", "json")
    assert slugs(json.loads(ran.out)) == {"target-stale", "target-missing"}
    ran = cli.run("audit", "--rule", "target-stale,target-mising")
    assert ran.status == 2 and 'did you mean "target-missing"?' in ran.err


@pytest.mark.usefixtures("broken")
def test_severity_reports_only_what_is_as_bad_and_fail_on_counts_all(cli):
    ran = cli.run("audit", "--rule", "target-*", "--severity", "critical", "--format", "json")
    assert {finding["severity"] for finding in json.loads(ran.out)["findings"]} == {"critical"}
    assert cli.run("audit", "--rule", "target-foreign", "--severity", "critical", "--fail-on", "low").status == 1
    assert cli.run("audit", "--severity", "urgent").status == 2


@pytest.mark.usefixtures("broken")
def test_what_is_left_out_is_not_called_well(cli):
    ran = cli.run("audit", "--service", "prod/web", "--severity", "critical", "--rule", "target-missing", "--fail-on", "high")
    assert ran.status == 1 and "No finding of severity critical or over; 2 findings of lower severity are left out" in ran.out, ran.out
    assert "well" not in ran.out and "Next: see them without --severity." in ran.out
    report = json.loads(cli.run("audit", "--severity", "critical", "--rule", "target-missing", "--format", "json").out)
    assert report["severity_filter"] == {"least": "critical", "left_out": 2} and report["scope"]["rules"] == ["target-missing"]


@pytest.mark.usefixtures("broken")
def test_rules_that_were_asked_for_are_not_all_rules(cli):
    ran = cli.run("audit", "--rule", "target-unused")
    assert "Nothing found by the rule target-unused" in ran.out and "All is well" not in ran.out, ran.out


def test_rules_that_the_policy_disables_judge_nothing(cli, tmp_path):
    (tmp_path / "off.toml").write_text('[rules]\ndisable = ["target-*"]\n')
    ran = cli.run("audit", "--policy", str(tmp_path / "off.toml"), "--rule", "target-missing")
    assert ran.status == 2 and "the policy disables the rule target-missing" in ran.err, ran.err


@pytest.mark.usefixtures("broken")
def test_services_that_were_not_asked_for_are_not_called_fine(cli):
    report = json.loads(cli.run("audit", "--target-group", "web", "--format", "json").out)
    assert report["coverage"]["services_in_scope"] == 1 < report["coverage"]["services"]
    assert "of 1 is fine" in report["opening"] or "the only service has findings" in report["opening"], report["opening"]


@pytest.mark.usefixtures("broken")
def test_a_service_of_which_something_is_unread_is_not_called_fine(cli, proxy):
    proxy.fails("elasticloadbalancing:DescribeTargetHealth", denied)
    report = json.loads(cli.run("audit", "--format", "json").out)
    unclear = {one["service"]: one["why"] for one in report["coverage"]["services_unclear"]}
    assert unclear["prod/web"] == "unread" and "fine" not in report["opening"], report["opening"]


@pytest.mark.usefixtures("broken")
def test_a_baseline_of_another_place_is_refused(cli, tmp_path):
    report = json.loads(cli.run("audit", "--format", "json").out)
    (tmp_path / "other.json").write_text(json.dumps({**report, "region": "eu-west-3"}))
    ran = cli.run("audit", "--baseline", str(tmp_path / "other.json"))
    assert ran.status == 2 and "the baseline is of account 111122223333, eu-west-3" in ran.err, ran.err


@pytest.mark.usefixtures("broken")
def test_what_the_baseline_has_does_not_count(cli, tmp_path):
    assert cli.run("audit", "--rule", "target-stale", "--out", "old.json").status == 0
    same = cli.run("audit", "--rule", "target-stale", "--baseline", "old.json", "--fail-on", "low")
    assert same.status == 0 and "in the baseline" in same.out, same.err
    more = cli.run("audit", "--rule", "target-*", "--baseline", "old.json", "--fail-on", "low", "--format", "json")
    told = {finding["rule"]: finding["baseline"] for finding in json.loads(more.out)["findings"]}
    assert more.status == 1 and told["target-stale"] == "known" and told["target-missing"] == "new"
    (tmp_path / "bad.json").write_text("{}")
    for name in ("bad.json", "nowhere.json"):
        ran = cli.run("audit", "--baseline", name)
        assert ran.status == 2 and f"{name} can't be read as a report" in ran.err


@pytest.mark.usefixtures("broken")
def test_diff_tells_what_is_new_and_what_is_gone(cli, tmp_path):
    assert cli.run("audit", "--rule", "target-stale,target-missing", "--out", "old.json").status == 0
    assert cli.run("audit", "--rule", "target-stale,target-hijacked", "--out", "new.json").status == 0
    ran = cli.run("diff", "old.json", "new.json")
    new, _, gone = ran.out.partition("\nGone\n")
    assert ran.status == 0 and "1 new, 2 gone, 1 as before" in new
    assert "target-hijacked" in new and gone.count("target-missing") == 2
    assert cli.run("diff", "old.json", "new.json", "--fail-on", "high").status == 1
    assert cli.run("diff", "new.json", "new.json", "--fail-on", "low").status == 0
    assert cli.run("diff", "old.json", "nowhere.json").status == 2
    elsewhere = json.loads((tmp_path / "old.json").read_text()) | {"region": "eu-west-1"}
    (tmp_path / "elsewhere.json").write_text(json.dumps(elsewhere))
    ran = cli.run("diff", "elsewhere.json", "new.json")
    assert ran.status == 2 and "the reports are of different places" in ran.err
