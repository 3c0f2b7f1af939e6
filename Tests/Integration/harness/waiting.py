"""Waiting for conditions, with an end."""

import time


class TimedOut(AssertionError):
    pass


def wait_for(condition, timeout, what, interval=0.05):
    """Calls `condition` until it gives something true, and returns that.

    `what` (text, or a function that makes one) says in the failure what was waited for.
    """
    end = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise TimedOut(f"not within {timeout} s: {what() if callable(what) else what}")
        time.sleep(interval)
