"""Fixtures: one moto server per worker, emptied for each test; the registrar's binary, started as often as asked."""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest
from harness.account import Account
from harness.browser import MISSING, browser
from harness.command_line import CommandLine
from harness.lambda_runtime import Function, repairing, settings_of
from harness.proxy import Proxy
from harness.server import MotoServer
from scenes import EverythingWrong, Web

TARGET = Path(__file__).resolve().parents[2] / "target"


@pytest.fixture(scope="session")
def server():
    with MotoServer() as server:
        yield server


def _binary(name, shipped):
    """A binary: the one that the variable of its name says, the one in the folder `GUARD_BINARIES`, or the shipped one."""
    folder = os.environ.get("GUARD_BINARIES")
    path = Path(folder) / name if folder else TARGET / shipped
    path = Path(os.environ.get(name.upper().replace("-", "_"), path))
    assert path.is_file(), f"{path} is missing: run make build-dev, or make build and leave GUARD_BINARIES unset"
    return path.resolve()


@pytest.fixture(scope="session")
def binary():
    """The Lambda function `registrar`."""
    return _binary("registrar", "lambda/registrar/bootstrap")


@pytest.fixture(scope="session")
def audit_binary():
    """The Lambda function `audit`."""
    return _binary("audit", "lambda/audit/bootstrap")


@pytest.fixture(scope="session")
def command_line():
    """The command line."""
    return _binary("ecs-nlb-guard", "release/ecs-nlb-guard")


@pytest.fixture
def topic(account):
    return account.topic()


@pytest.fixture
def ledger(account):
    return account.ledger()


@pytest.fixture
def start_audit(audit_binary, account, proxy):
    """Starts an audit with the default policy and no ledger, unless told otherwise."""
    with ExitStack() as running:

        def start(policy=None, ledger=None, **settings):
            return running.enter_context(
                Function(audit_binary, settings_of(proxy.url, policy, ledger=ledger, **settings)))

        yield start


@pytest.fixture
def bucket(account):
    """A bucket for reports."""
    account.aws.s3.create_bucket(Bucket="reports")
    return account.aws.s3


@pytest.fixture
def audit(start_audit):
    """An audit that observes."""
    return start_audit()


@pytest.fixture
def account(server):
    """An empty account."""
    server.reset()
    return Account(server)


@pytest.fixture
def proxy(server):
    """Stands between the registrars of this test and the account."""
    with Proxy(server.url) as proxy:
        yield proxy


@pytest.fixture
def start_registrar(binary, account, proxy):
    """Starts a registrar that repairs and has an empty ledger, unless told otherwise."""
    with ExitStack() as running:

        def start(policy=None, ledger=..., queue=None, **settings):
            policy = repairing() if policy is None else policy
            ledger = account.ledger() if ledger is ... else ledger
            return running.enter_context(
                Function(binary, settings_of(proxy.url, policy, ledger=ledger, queue=queue, **settings)))

        yield start


@pytest.fixture(scope="session")
def guard_binary():
    """The Lambda function `guard`."""
    return _binary("guard", "lambda/guard/bootstrap")


@pytest.fixture
def start_guard(guard_binary, account, proxy):
    """Starts a guard with this policy and, unless told otherwise, an empty ledger."""
    with ExitStack() as running:

        def start(policy, ledger=..., queue=None, **settings):
            ledger = account.ledger() if ledger is ... else ledger
            settings = settings_of(proxy.url, policy, ledger=ledger, queue=queue, name="guard", **settings)
            return running.enter_context(Function(guard_binary, settings))

        yield start


@pytest.fixture
def registrar(start_registrar):
    """A registrar that repairs."""
    return start_registrar()


@pytest.fixture
def web(account):
    """A healthy service `web` of three tasks at port 8080 behind a group whose own port is 80."""
    return Web(account)


@pytest.fixture
def nobody(command_line, tmp_path):
    """The command line of someone who has set up nothing."""
    return CommandLine(command_line.resolve(), tmp_path)


@pytest.fixture
def cli(nobody, account, proxy):
    """The command line of someone who may do everything in the account."""
    assert account.id
    return nobody.at(proxy.url)


@pytest.fixture
def everything_wrong(account):
    """An account with a finding of every kind of target. The ledger alone proves that one with a live owner was somebody else's."""
    return EverythingWrong(account)


@pytest.fixture(scope="session")
def chromium():
    """A browser for the whole session. Where there is none, what needs it is skipped, and says so."""
    if MISSING:
        pytest.skip(MISSING)
    with browser() as opened:
        yield opened
