"""Runs one of CPython's test modules and writes what became of each test, one JSON line per test.

    python runner.py test_zlib REPORT WORKDIR [TESTS]

TESTS is the folder that has the package `test`, where the library has none. The same file runs natively and in a guest. A test that was begun and has no outcome is the one that took
the interpreter down. The exit code says only whether the module could be run at all.
"""

import json
import os
import sys
import unittest

sys.path[1:1] = sys.argv[4:]

from test import support


class Recorder(unittest.TestResult):
    """Writes an outcome for each test as soon as it is known."""

    def __init__(self, report):
        super().__init__()
        self.buffer = True
        self.report = report
        self.outcome = None
        self.detail = ""

    def write(self, test, outcome, detail=""):
        line = {"test": test.id(), "outcome": outcome, "detail": detail}
        print(json.dumps(line), file=self.report, flush=True)

    def startTest(self, test):
        super().startTest(test)
        self.outcome, self.detail = "passed", ""
        self.write(test, "begun")

    def stopTest(self, test):
        self.write(test, self.outcome, self.detail)
        self.outcome = None
        super().stopTest(test)

    def settle(self, test, outcome, detail):
        """Notes the outcome; outside a test (a class or module that could not be set up) writes it."""
        if self.outcome is None:
            self.write(test, outcome, detail)
        elif self.outcome != "failed":
            self.outcome, self.detail = outcome, detail

    def addError(self, test, err):
        super().addError(test, err)
        self.settle(test, "failed", self._exc_info_to_string(err, test))

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.settle(test, "failed", self._exc_info_to_string(err, test))

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.settle(test, "failed", self._exc_info_to_string(err, test))

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.settle(test, "failed", "passed, and was expected to fail")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.settle(test, "skipped", reason)


def main():
    module, report, workdir = sys.argv[1:4]
    # As the regression test runner has it by default: nothing that wants the network or much of the machine.
    support.use_resources = []
    # CPython takes all of WASI for having none; since 0.2 it has.
    support.has_socket_support = True
    report = open(report, "w", encoding="utf-8")
    os.chdir(workdir)
    suite = unittest.defaultTestLoader.loadTestsFromName("test." + module)
    suite.run(Recorder(report))


if __name__ == "__main__":
    main()
