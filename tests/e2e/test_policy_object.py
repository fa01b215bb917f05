"""A policy too large for a function's environment is an object in S3. Without exactly that object no function starts, so that its
messages return to the queue; the defaults, which have none of its exclusions, never take its place."""

import hashlib

import pytest
from harness.faults import cut_off, denied
from harness.lambda_runtime import Function, repairing, settings_of

LARGE = repairing(*({"cluster": f"team-{nth}", "registration.grace": "5m"} for nth in range(200)))


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def kept(account):
    """Puts the policy into a bucket; the settings that name it."""
    account.aws.s3.create_bucket(Bucket="guard")

    def keep(text=LARGE, named=LARGE):
        key = f"policy/{sha256(named)}.toml"
        if text is not None:
            account.aws.s3.put_object(Bucket="guard", Key=key, Body=text)
        return {"GUARD_POLICY_OBJECT": f"s3://guard/{key}", "GUARD_POLICY_SHA256": sha256(named)}

    return keep


@pytest.fixture
def start(binary, account, proxy):
    """A registrar whose policy is where these settings say."""
    running = []

    def start(settings):
        function = Function(binary, settings_of(proxy.url, ledger=account.ledger(), **settings))
        running.append(function.__enter__())
        return running[-1]

    yield start
    for function in running:
        function.__exit__()


def why_it_ended(function):
    assert function.wait_for_end(within=30) != 0
    return function.log.text()


def test_policy_of_ten_kilobytes_is_read_once_and_holds(web, kept, start, proxy):
    assert len(LARGE) > 10_000
    forgotten = web.service.start_task(registered=False)
    registrar = start(kept())
    for _ in range(2):
        registrar.invoke({})
    assert forgotten.target() in web.group.targets()
    assert [call.path for call in proxy.log if call.service == "s3"] == [f"/guard/policy/{sha256(LARGE)}.toml"]
    assert sha256(LARGE) in registrar.log.text()


@pytest.mark.parametrize("text, said", [
    (None, "NoSuchKey"),
    (LARGE + "# edited\n", "GUARD_POLICY_SHA256"),
    ("", "GUARD_POLICY_SHA256"),
], ids=["deleted", "edited", "emptied"])
def test_without_the_object_that_is_meant_nothing_starts(web, kept, start, proxy, text, said):
    web.service.start_task(registered=False)
    why = why_it_ended(start(kept(text)))
    assert said in why and "the function can't start" in why
    assert not proxy.changes() and {call.service for call in proxy.log} == {"s3"}


@pytest.mark.parametrize("fault, said", [(denied, "AccessDenied"), (cut_off, "s3://guard/policy/")], ids=["denied", "cut off"])
def test_an_object_that_can_not_be_read_keeps_the_function_from_starting(web, kept, start, proxy, fault, said):
    web.service.start_task(registered=False)
    proxy.fails("s3:?", fault)
    why = why_it_ended(start(kept()))
    assert said in why and "nothing is done without it" in why
    assert not proxy.changes() and {call.service for call in proxy.log} == {"s3"}


def test_an_object_that_holds_no_policy_is_told_line_by_line(kept, start):
    wrong = "[registration]\nmode = \"destroy\"\n"
    assert "line 2, column 8: registration.mode" in why_it_ended(start(kept(wrong, named=wrong)))


def test_a_passing_failure_is_asked_again(web, kept, start, proxy):
    forgotten = web.service.start_task(registered=False)
    proxy.fails("s3:?", cut_off, times=2)
    registrar = start(kept())
    for _ in range(2):
        registrar.invoke({})
    assert forgotten.target() in web.group.targets()


def test_a_setting_of_a_newer_version_is_a_warning(web, start_registrar):
    forgotten = web.service.start_task(registered=False)
    registrar = start_registrar(GUARD_SOMETHING_NEW="1")
    for _ in range(2):
        registrar.invoke({})
    assert forgotten.target() in web.group.targets()
    assert "GUARD_SOMETHING_NEW: there is no such setting" in registrar.log.text()
