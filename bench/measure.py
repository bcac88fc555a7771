"""What the scripts share that time one thing a row."""

import json
import time

# How long a series of calls takes at least, in seconds, and how many series there are.
LONG_ENOUGH = 0.1
SERIES = 3


def series(work, count):
    start = time.perf_counter()
    for _ in range(count):
        work()
    return time.perf_counter() - start


def seconds(work):
    """Of one call: the best mean of some series. What is found out once is found out before."""
    count, taken = 1, series(work, 1)
    while (taken := series(work, count)) < LONG_ENOUGH:
        count = max(count + 1, min(count * 8, int(count * 1.2 * LONG_ENOUGH / taken)))
    return min([taken, *[series(work, count) for _ in range(SERIES - 1)]]) / count


def row(name, work, size=None):
    """A row of the result: its name, the seconds of a call, and the bytes that a call is about."""
    figures = {"seconds": seconds(work)}
    return name, figures if size is None else figures | {"bytes": size}


def report(rows):
    print(json.dumps(list(rows)))
