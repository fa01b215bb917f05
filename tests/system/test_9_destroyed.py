"""The end of it."""


from system import NAME
from test_deploy import left


def test_destroyed_guard_ends_with_nothing_of_it_left(system):
    if not system.deployed:
        system.is_deployed({})
    assert left(system.aws, NAME)
    assert "is gone" in system.down()
    system.deployed = None
    assert left(system.aws, NAME) == []
