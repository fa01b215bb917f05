"""Fixtures: the emulated account with the guard deployed to it; stories ask for the state it has to be deployed in."""

import shutil

import pytest
from cloud import Cloud
from harness.account import Account
from harness.proxy import Proxy
from harness.server import MotoServer
from system import System


def pytest_configure(config):
    if not shutil.which("terraform"):
        pytest.exit("terraform is not at hand: the deployed system is NOT tested", returncode=0)


@pytest.fixture(scope="session")
def server():
    """What the functions watch."""
    with MotoServer() as server:
        yield server


@pytest.fixture(scope="session")
def watched(server):
    """Stands between the functions and what they watch."""
    with Proxy(server.url) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def system(watched, tmp_path_factory):
    """The guard's system; it isn't deployed before a story asks for a state of it."""
    with Cloud(watched.url) as cloud:
        system = System(tmp_path_factory.mktemp("system"), cloud.url, cloud.ca)
        system.temporary = cloud.temporary
        try:
            yield system
        finally:
            shutil.copy(cloud.log, system.folder / "emulator.log")


@pytest.fixture
def account(server, watched, system):
    """An empty account, and a guard that remembers nothing of the one before."""
    server.reset()
    watched.forget()
    if system.deployed:
        system.ledger.is_forgotten()
    account = Account(server)
    # What was seen before is on record in the deployed ledger.
    account.ledgers.append(system.ledger)
    yield account
    if system.deployed:
        system.rests()
