"""Stands in for the package pyperf, of which pyperformance's benchmarks use the class `Runner` and the clock.

What it finds out is in `figures`: seconds by the name of what was timed.
"""

import argparse
import time

perf_counter = time.perf_counter

# How long a series of calls takes at least, and all series of one benchmark together, in seconds. A series is short,
# so that some series are not disturbed by what else the machine does.
LONG_ENOUGH = 0.05
ALTOGETHER = 0.5

figures = {}


def python_implementation():
    return "cpython"


class Runner:
    def __init__(self, add_cmdline_args=None):
        self.argparser = argparse.ArgumentParser()
        self.metadata = {}

    def parse_args(self):
        return self.argparser.parse_args()

    def bench_func(self, name, function, *args, inner_loops=1):
        def series(count):
            start = perf_counter()
            for _ in range(count):
                function(*args)
            return perf_counter() - start

        figures[name] = best(series) / inner_loops

    def bench_time_func(self, name, function, *args, inner_loops=1):
        figures[name] = best(lambda count: function(count, *args)) / inner_loops


def best(series):
    """The seconds of a call: the best mean of some series. What is found out once is found out before."""
    series(1)
    begun, count = perf_counter(), 1
    while (taken := series(count)) < LONG_ENOUGH:
        count = max(count + 1, min(count * 8, int(count * 1.2 * LONG_ENOUGH / taken)))
    while perf_counter() - begun < ALTOGETHER:
        taken = min(taken, series(count))
    return taken / count
