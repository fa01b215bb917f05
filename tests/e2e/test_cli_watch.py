"""`ecs-nlb-guard watch`: through a deployment, until the service serves or doesn't; a gate for pipelines."""

import pytest
from harness.account.deployments import finish_rolling_deployment, start_rolling_deployment, use_native_strategy
from harness.faults import denied


class Watching:
    """A watch that runs. It ends with the test."""

    def __init__(self, cli, *words):
        self.process = cli.start("watch", "--service", "prod/web", "--interval", "1s", *words)
        self.seen = []

    def until(self, words):
        """Reads on until a line has these words."""
        for line in self.process.stdout:
            self.seen.append(line)
            if words in line:
                return
        raise AssertionError(f"no line with {words!r} in {self.seen}: {self.process.stderr.read()}")

    def end(self):
        out, err = self.process.communicate(timeout=120)
        return self.process.returncode, "".join(self.seen) + out, err


@pytest.fixture
def watch(cli):
    started = []

    def start(*words):
        started.append(Watching(cli, *words))
        return started[-1]

    yield start
    for watching in started:
        watching.process.kill()


def test_rolling_deployment_ends_with_0_once_the_new_tasks_serve(web, watch):
    start_rolling_deployment(web.service)
    watching = watch("--timeout", "100s")
    watching.until("not yet: its deployment is in flight")
    for task in web.tasks:
        task.stop()
    web.service.start_tasks(3)
    finish_rolling_deployment(web.service)
    status, out, err = watching.end()
    assert (status, err) == (0, "") and "prod/web serves" in out
    assert "deployment PRIMARY web:1: 3 of 3 running" in out and "target group web: 3 healthy" in out


def test_failed_deployment_ends_with_1_at_once(web, watch):
    start_rolling_deployment(web.service)
    incoming, outgoing = web.service.describe()["deployments"]
    when = dict(createdAt="2026-01-01T00:00:00+00:00", updatedAt="2026-01-01T00:00:00+00:00")
    watching = watch("--timeout", "100s")
    watching.until("in flight")
    web.service.set(deployments=[{**incoming, **when, "rolloutState": "FAILED"}, {**outgoing, **when}])
    status, _, err = watching.end()
    assert status == 1 and "prod/web failed: its deployment failed" in err


def test_deployment_that_is_rolled_back_ends_with_1(web, watch):
    old = web.service.task_definition
    new = web.service.new_task_definition(8080)
    start_rolling_deployment(web.service)
    incoming, outgoing = web.service.describe()["deployments"]
    when = dict(createdAt="2026-01-01T00:00:00+00:00", updatedAt="2026-01-01T00:00:00+00:00")
    web.service.set(deployments=[{**incoming, **when, "taskDefinition": new}, {**outgoing, **when, "taskDefinition": old}])
    watching = watch("--timeout", "100s")
    watching.until("in flight")
    web.service.set(deployments=[{**outgoing, **when, "status": "PRIMARY", "taskDefinition": old}])
    status, _, err = watching.end()
    assert status == 1 and "rolled back to web:1" in err


def test_blue_green_deployment_ends_with_0_once_the_other_group_serves(web, watch):
    alternate = web.vpc.target_group("alternate")
    use_native_strategy(web.service, web.group, alternate, shifting=True)
    watching = watch("--timeout", "100s")
    watching.until("not yet: its deployment is in flight")
    for task in web.tasks:
        task.stop()
    use_native_strategy(web.service, web.group, alternate, serving=alternate)
    web.service.groups = {alternate: 8080}
    web.service.start_tasks(3)
    web.service.set(currentServiceDeployment=None)
    status, out, err = watching.end()
    assert (status, err) == (0, "") and "target group alternate: 3 healthy" in out


def test_task_that_is_not_registered_ends_with_1_when_the_time_is_up(web, watch):
    web.tasks[0].stop()
    web.service.start_task(registered=False)
    status, out, err = watch("--timeout", "4s").end()
    assert status == 1 and "prod/web doesn't serve after 4s" in err and "target-missing" in out


@pytest.mark.usefixtures("web")
def test_service_that_cannot_be_read_ends_with_3_when_the_time_is_up(watch, proxy):
    proxy.fails("elasticloadbalancing:DescribeTargetHealth", denied)
    status, _, err = watch("--timeout", "3s").end()
    assert status == 3 and "DescribeTargetHealth" in err, err


@pytest.mark.usefixtures("web")
def test_what_is_wrong_with_the_flags_is_said(cli):
    for words, says in (((), "say which service to watch"), (("--service", "prod/web", "--timeout", "5"), "write it in h, m and s"),
                        (("--service", "prod/wbe"), 'did you mean "prod/web"?')):
        ran = cli.run("watch", *words)
        assert ran.status == 2 and says in ran.err, ran.err


def test_last_look_is_when_the_time_is_up(cli, web):
    web.service.start_task(registered=False)
    ran = cli.run("watch", "--service", "prod/web", "--timeout", "2s", "--interval", "1h")
    assert ran.status == 1 and "doesn't serve after 2s" in ran.err


@pytest.mark.parametrize("flag, value, why", [
    ("--timeout", "3000000000000000h", "seven days at most"), ("--interval", "0s", "1 s at least"), ("--interval", "3000h", "seven days at most"),
])
def test_times_that_nobody_means_are_refused(nobody, flag, value, why):
    ran = nobody.run("watch", "--service", "prod/web", flag, value)
    assert ran.status == 2 and why in ran.err
