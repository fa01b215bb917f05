"""AWS is spoken to over TLS, with a server whose certificate is good and with no other."""

import ssl
from contextlib import ExitStack

import pytest
import trustme
from harness.events import message_ids, sqs
from harness.lambda_runtime import Function, repairing, settings_of
from harness.proxy import Proxy
from scenes import deliver_until_rest


@pytest.fixture
def authority():
    """A certificate authority that nobody knows."""
    return trustme.CA()


@pytest.fixture
def start(server, binary, account, authority):
    """Starts a registrar that repairs; before its account stands TLS, with a certificate of this authority."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    with ExitStack() as running:
        proxy = running.enter_context(Proxy(server.url, tls=context))

        def start(**settings):
            settings = settings_of(proxy.url, repairing(), ledger=account.ledger(), **settings)
            return running.enter_context(Function(binary, settings))

        yield start


def test_server_whose_authority_is_named_ends_with_the_account_repaired(web, start, authority, tmp_path):
    forgotten = web.service.start_task(registered=False)
    named = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(named))
    deliver_until_rest(start(SSL_CERT_FILE=str(named)), forgotten.event())
    assert web.group.targets() == web.healthy() | {forgotten.target()}


def test_server_whose_authority_nobody_named_ends_with_the_message_back_and_nothing_changed(web, start):
    batch = sqs(web.service.start_task(registered=False).event())
    invocation = start().invoke(batch)
    assert invocation.failed == message_ids(batch)
    assert "certificate" in str(invocation.report["coverage"]["unread"])
    assert web.group.targets() == web.healthy()
