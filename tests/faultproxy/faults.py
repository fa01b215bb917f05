"""The ways in which a call fails. Each takes the call and `forward`, and gives the answer or breaks the connection off."""

from harness.faults import ConnectionLost, broken, throttled

from .left_out import left_out, may_leave_out


def reset_before(call, forward):
    """The connection breaks before the call got anywhere."""
    raise ConnectionLost(call.action)


def server_error(call, forward):
    return broken(call)


def throttling(call, forward):
    return throttled(call)


def half_answer(call, forward):
    """It was done, and the connection breaks in the middle of the answer."""
    answer = forward()
    answer.sent = len(answer.body) // 2
    return answer


def lost_answer(call, forward):
    """It was done, and the connection breaks before the answer."""
    forward()
    raise ConnectionLost(call.action)


def leaving_out(call, forward):
    """It answers, but not on everything."""
    return left_out(call, forward())


def over_quota(call, forward):
    return throttled(call)


def faults_of(call):
    """What can befall this call."""
    faults = [reset_before, server_error, throttling, half_answer, lost_answer]
    return [*faults, leaving_out] if may_leave_out(call) else faults


#: Names of all that chance decides.
BY_CHANCE = {fault.__name__ for fault in
             (reset_before, server_error, throttling, half_answer, lost_answer, leaving_out)}
