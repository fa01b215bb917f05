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


#: What can befall any call.
ANYWHERE = (reset_before, server_error, throttling, half_answer, lost_answer)

#: How rare an answer that leaves something out is beside each of the others: no retry within a call mends it.
LEAVING_OUT_WEIGHT = 0.2


def fault_of(call, luck):
    """One of the faults that can befall this call."""
    if not may_leave_out(call):
        return luck.choice(ANYWHERE)
    return luck.choices([*ANYWHERE, leaving_out], [1] * len(ANYWHERE) + [LEAVING_OUT_WEIGHT])[0]


#: Names of all that chance decides.
BY_CHANCE = {fault.__name__ for fault in (*ANYWHERE, leaving_out)}
