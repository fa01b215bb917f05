"""The progress that a person at a terminal sees: at once, and in a large account with the time that is left."""

import fcntl
import os
import pty
import re
import struct
import termios
import time

import pytest
from bench.cloud import Cloud, Shape
from harness.proxy import Proxy
from harness.wire import Answer

#: Services and tasks of the account.
LARGE = Shape(200, 10_000)
#: What nothing shows beforehand: the last questions, and the judging.
UNFORESEEN = 10
#: Wrong by less than so many seconds is right, as rounding is.
ROUNDING = 1.5
IDENTITY = (b"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/me</Arn>"
            b"<Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")


@pytest.fixture(scope="module")
def large():
    """A large account behind AWS's request quotas."""
    with Cloud(LARGE) as cloud, Proxy(cloud.url) as proxy:
        proxy.serves("sts", lambda call: Answer(200, {"Content-Type": "text/xml"}, IDENTITY))
        cloud.begin(quotas=True, latency=0.02)
        yield cloud, proxy


def shown(cli, *words):
    """What a terminal shows, in pieces with the seconds after which each came; and how long it took."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    began, pieces = time.monotonic(), []
    process = cli.where(TERM="xterm-256color").start(
        *words, stdin=slave, stdout=slave, stderr=slave, text=False, start_new_session=True)
    os.close(slave)
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # the other side is closed
            break
        pieces.append((time.monotonic() - began, piece.decode(errors="replace")))
    os.close(master)
    assert process.wait(timeout=10) == 0, pieces[-1]
    return pieces, time.monotonic() - began


def test_large_account_shows_the_time_left_within_a_fifth(nobody, large):
    cloud, proxy = large
    cli = nobody.at(cloud.url).where(AWS_ENDPOINT_URL_STS=proxy.url, GUARD_QUOTA_SHARE="1")
    pieces, took = shown(cli, "audit")
    assert pieces[0][0] < 2, "nobody waits for the first sign of life"
    estimates = [(at, int(found[1]), int(found[2])) for at, text in pieces
                 for found in re.finditer(r"about (\d+) s left, (\d+) %", text)]
    assert estimates and estimates[0][0] < 2 and took > 20
    wrong = [(at, left, took - at) for at, left, _ in estimates
             if abs(left - (took - at)) > max((took - at) / 5, ROUNDING) and took - at > UNFORESEEN]
    assert not wrong, f"at, said, was: {wrong[:5]}"
    percents = [percent for _, _, percent in estimates]
    assert percents[0] < 10 and percents[-1] > 80
    waits = [text for _, text in pieces if re.search(r"waiting for AWS's request quota, about \d+ s left, \d+ %", text)]
    assert len(waits) > len(estimates) / 2
    assert not cloud.seen()["throttled"]


def test_in_a_pipe_nothing_of_it_is_shown(nobody, large):
    cloud, proxy = large
    ran = nobody.at(cloud.url).where(AWS_ENDPOINT_URL_STS=proxy.url, GUARD_QUOTA_SHARE="1").run("audit", "--service", "prod/service-0001")
    assert (ran.status, ran.err) == (0, "") and "left" not in ran.out
